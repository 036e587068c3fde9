using System.Net;
using System.Net.Sockets;

namespace Spool.Models.Browser;

/// <summary>
/// Tells addresses of the public internet from all others, so that a page from outside cannot make this machine look at its own network. The blocks are
/// those of the IANA special-purpose registries (RFC 6890 and its updates); IPv6 forms that carry an IPv4 address are judged by that address.
/// </summary>
public static class PublicAddress
{
    private static readonly (IPNetwork Block, string Name)[] Blocks =
    [
        .. new[]
        {
            ("0.0.0.0/8", "this network"), ("10.0.0.0/8", "private"), ("100.64.0.0/10", "shared by a provider"), ("127.0.0.0/8", "loopback"), ("169.254.0.0/16", "link-local"),
            ("172.16.0.0/12", "private"), ("192.0.0.0/24", "reserved"), ("192.0.2.0/24", "documentation"), ("192.88.99.0/24", "reserved"), ("192.168.0.0/16", "private"),
            ("198.18.0.0/15", "benchmarking"), ("198.51.100.0/24", "documentation"), ("203.0.113.0/24", "documentation"), ("224.0.0.0/4", "multicast"), ("240.0.0.0/4", "reserved"),
            ("::/128", "unspecified"), ("::1/128", "loopback"), ("100::/64", "discard only"), ("2001:2::/48", "benchmarking"), ("2001:10::/28", "reserved"), ("2001:20::/28", "reserved"),
            ("2001:db8::/32", "documentation"), ("3fff::/20", "documentation"), ("5f00::/16", "reserved"), ("fc00::/7", "private"), ("fe80::/10", "link-local"), ("fec0::/10", "private"), ("ff00::/8", "multicast"),
        }.Select(b => (IPNetwork.Parse(b.Item1), b.Item2)),
    ];

    /// <summary>Null for a public address; else what it is, such as <c>loopback</c>.</summary>
    public static string? Refusal(IPAddress address)
    {
        if (address.AddressFamily is not (AddressFamily.InterNetwork or AddressFamily.InterNetworkV6)) return "of an unknown family";
        if (Carried(address) is { } inner) return Refusal(inner);
        foreach (var (block, name) in Blocks)
            if (block.Contains(address)) return name;
        // Only 2000::/3 has been given to the public.
        return address.AddressFamily == AddressFamily.InterNetworkV6 && (address.GetAddressBytes()[0] & 0xe0) != 0x20 ? "reserved" : null;
    }

    /// <summary>The IPv4 address inside mapped, compatible, translated (64:ff9b::/96, 64:ff9b:1::/48), 6to4 and Teredo addresses.</summary>
    private static IPAddress? Carried(IPAddress address)
    {
        if (address.AddressFamily != AddressFamily.InterNetworkV6) return null;
        if (address.IsIPv4MappedToIPv6) return address.MapToIPv4();
        var b = address.GetAddressBytes();
        if (b.AsSpan(0, 12).IndexOfAnyExcept((byte)0) < 0 && b.AsSpan(12, 3).IndexOfAnyExcept((byte)0) >= 0) return new IPAddress(b.AsSpan(12));
        if (b is [0, 0x64, 0xff, 0x9b, ..]) return new IPAddress(b.AsSpan(12));
        if (b is [0x20, 0x02, ..]) return new IPAddress(b.AsSpan(2, 4));
        return b is [0x20, 0x01, 0, 0, ..] ? new IPAddress([(byte)~b[12], (byte)~b[13], (byte)~b[14], (byte)~b[15]]) : null;
    }
}
