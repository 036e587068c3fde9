using System.Net;
using Spool.Models.Browser;
using Xunit;

namespace Spool.Tests.Browser;

public sealed class GuardTests
{
    [Theory]
    [InlineData("127.0.0.1", "loopback")]
    [InlineData("127.255.255.254", "loopback")]
    [InlineData("0.0.0.0", "this network")]
    [InlineData("10.0.0.1", "private")]
    [InlineData("172.16.0.1", "private")]
    [InlineData("172.31.255.255", "private")]
    [InlineData("192.168.1.1", "private")]
    [InlineData("169.254.169.254", "link-local")]
    [InlineData("100.64.0.1", "shared by a provider")]
    [InlineData("198.19.255.255", "benchmarking")]
    [InlineData("224.0.0.1", "multicast")]
    [InlineData("255.255.255.255", "reserved")]
    [InlineData("::", "unspecified")]
    [InlineData("::1", "loopback")]
    [InlineData("fe80::1", "link-local")]
    [InlineData("fd00:ec2::254", "private")]
    [InlineData("ff02::1", "multicast")]
    [InlineData("2001:db8::1", "documentation")]
    [InlineData("4000::1", "reserved")]
    [InlineData("::ffff:127.0.0.1", "loopback")]
    [InlineData("::ffff:10.1.2.3", "private")]
    [InlineData("::127.0.0.1", "loopback")]
    [InlineData("64:ff9b::7f00:1", "loopback")]
    [InlineData("64:ff9b:1::a00:1", "private")]
    [InlineData("2002:7f00:1::", "loopback")]
    [InlineData("2002:c0a8:101::1", "private")]
    [InlineData("2001:0:4136:e378:8000:63bf:3fff:fdd2", "documentation")] // Teredo of 192.0.2.45 (RFC 4380)
    public void Addresses_that_are_not_public_are_told_what_they_are(string address, string kind) => Assert.Equal(kind, PublicAddress.Refusal(IPAddress.Parse(address)));

    [Theory]
    [InlineData("8.8.8.8")]
    [InlineData("1.1.1.1")]
    [InlineData("172.15.255.255")]
    [InlineData("172.32.0.1")]
    [InlineData("100.128.0.1")]
    [InlineData("169.253.0.1")]
    [InlineData("223.255.255.255")]
    [InlineData("2606:4700:4700::1111")]
    [InlineData("::ffff:8.8.8.8")]
    [InlineData("2002:808:808::1")]
    public void Public_addresses_pass(string address) => Assert.Null(PublicAddress.Refusal(IPAddress.Parse(address)));

    [Theory]
    [InlineData("https://example.com/a", true)]
    [InlineData("http://EXAMPLE.com:80/", true)]
    [InlineData("http://example.com:8080/", false)]
    [InlineData("https://a.b.example.org/", true)]
    [InlineData("https://example.org/", false)]
    [InlineData("https://badexample.org/", false)]
    [InlineData("https://example.com.evil.net/", false)]
    [InlineData("https://user@example.com/", false)]
    [InlineData("http://127.0.0.1:9000/", true)]
    [InlineData("http://2130706433:9000/", true)] // the same address in decimal: it is the one that was allowed
    [InlineData("http://127.0.0.1:9001/", false)]
    [InlineData("http://[::1]:7000/x", true)]
    [InlineData("http://localhost/", false)]
    [InlineData("file:///etc/passwd", false)]
    [InlineData("ftp://example.com/", false)]
    [InlineData("view-source:https://example.com/", false)]
    public void Only_listed_hosts_are_loaded_from(string address, bool allowed) =>
        Assert.Equal(allowed, new AllowedHosts(["example.com", "*.example.org", "127.0.0.1:9000", "[::1]:7000"]).Refusal(new Uri(address)) is null);

    [Theory]
    [InlineData("example.com", true)]
    [InlineData("*.example.com", true)]
    [InlineData("[::1]:80", true)]
    [InlineData("::1", true)]
    [InlineData("10.0.0.1:65535", true)]
    [InlineData("", false)]
    [InlineData("https://example.com", false)]
    [InlineData("example.com/path", false)]
    [InlineData("*", false)]
    [InlineData("*.1.2.3.4", false)]
    [InlineData("example.com:99999", false)]
    [InlineData("example.com:x", false)]
    public void Entries_are_hosts_with_an_optional_port(string entry, bool good) => Assert.Equal(good, AllowedHosts.Fault(entry) is null);

    [Theory]
    [InlineData("example.com", "127.0.0.1")]
    [InlineData("example.com", "169.254.169.254")]
    [InlineData("example.com", "::ffff:10.0.0.1")]
    public async Task A_name_that_leads_into_the_own_network_is_refused_though_it_is_listed(string host, string address)
    {
        using var fetch = new GuardedFetch(new([host]), (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Parse("8.8.8.8"), IPAddress.Parse(address)]));
        var refused = await Assert.ThrowsAsync<FetchRefusedException>(() => fetch.GetAsync(new(new($"http://{host}/"), "GET", new Dictionary<string, string>(), null), CancellationToken.None));
        Assert.StartsWith($"{host} leads to {IPAddress.Parse(address)}, an address that is ", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Names_without_an_address_and_methods_that_change_things_are_refused()
    {
        using var fetch = new GuardedFetch(new(["example.com"]), (_, _) => Task.FromResult<IPAddress[]>([]));
        async Task<string> Why(string url, string method) =>
            (await Assert.ThrowsAsync<FetchRefusedException>(() => fetch.GetAsync(new(new(url), method, new Dictionary<string, string>(), null), CancellationToken.None))).Message;
        Assert.Equal("example.com has no address", await Why("http://example.com/", "GET"));
        Assert.Equal("DELETE is not done for a picture", await Why("http://example.com/", "DELETE"));
        Assert.Equal("other.com is not in allow-hosts", await Why("http://other.com/", "GET"));
        Assert.Equal("file: addresses are never loaded", await Why("file:///etc/passwd", "GET"));
    }

    [Fact]
    public void The_browser_is_cut_off_from_every_network_and_keeps_its_sandbox_unless_root()
    {
        var command = Chromium.Command("/tmp/profile", asRoot: false);
        Assert.Contains("--proxy-server=http://127.0.0.1:9", command.Arguments);
        Assert.Contains("--proxy-bypass-list=<-loopback>", command.Arguments);
        Assert.Contains("--host-resolver-rules=MAP * ~NOTFOUND", command.Arguments);
        Assert.DoesNotContain("--no-sandbox", command.Arguments);
        Assert.Contains("--no-sandbox", Chromium.Command("/tmp/profile", asRoot: true).Arguments);
        Assert.Equal(new Uri("ws://127.0.0.1:5/devtools/browser/ab"), Chromium.Listening("DevTools listening on ws://127.0.0.1:5/devtools/browser/ab"));
        Assert.Null(Chromium.Listening("DevTools listening on ws://10.0.0.1:5/devtools/browser/ab"));
    }
}
