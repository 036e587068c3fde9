using System.Security.Cryptography;
using System.Text;
using Spool.App.Queue;
using Spool.App.Server;
using Spool.Platform;
using Spool.Tests.Support;
using Xunit;

namespace Spool.Tests.Server;

public sealed class AccessTests
{
    private readonly FakeTime _time = new();
    private readonly ServerPlace _place;
    private readonly Access _access;

    public AccessTests()
    {
        var disk = new VirtualDisk(_time);
        DurableFile.CreateFolders(disk, "/state");
        _place = new ServerPlace(disk, "/state");
        KnownToken.Write(_place, [new KnownToken("wall", Role.Look, SHA256.HashData("secret"u8)), new KnownToken("night", Role.Operate, SHA256.HashData("other"u8))]);
        _access = new Access(_place, "owners-token", _time);
    }

    [Theory]
    [InlineData("Bearer owners-token", "owner", Role.Administer)]
    [InlineData("Bearer secret", "wall", Role.Look)]
    [InlineData("Bearer other", "night", Role.Operate)]
    public void A_token_says_who_asks_and_what_is_allowed(string header, string name, Role role) => Assert.Equal(new Caller(name, role, IsPage: false), _access.ByHeader(header));

    [Theory]
    [InlineData("")]
    [InlineData("owners-token")]
    [InlineData("Bearer ")]
    [InlineData("Bearer owners-tokenx")]
    [InlineData("Basic owners-token")]
    public void Anything_else_opens_nothing(string header) => Assert.Null(_access.ByHeader(header));

    [Fact]
    public void Hashes_are_kept_not_tokens() => Assert.DoesNotContain("secret", DurableFile.ReadText(_place.Disk, "/state/tokens.json"), StringComparison.Ordinal);

    [Fact]
    public void The_cookie_holds_over_a_restart_and_ends_after_a_week()
    {
        var (cookie, _) = _access.CookieOf(_access.ByHeader("Bearer secret")!);
        var again = new Access(_place, "owners-token", _time);
        Assert.Equal(new Caller("wall", Role.Look, IsPage: true), again.ByCookie(cookie));
        _time.Advance(TimeSpan.FromDays(8));
        Assert.Null(again.ByCookie(cookie));
    }

    [Fact]
    public void A_session_that_was_ended_stays_ended_and_others_of_the_same_moment_go_on()
    {
        var caller = _access.ByHeader("Bearer owners-token")!;
        var (left, stays) = (_access.CookieOf(caller).Value, _access.CookieOf(caller).Value);
        _access.End(left + "0"); // not ours
        _access.End(null);
        Assert.NotNull(_access.ByCookie(left));
        _access.End(left);
        _access.End(left);
        Assert.Null(_access.ByCookie(left));
        Assert.NotNull(_access.ByCookie(stays));
        var again = new Access(_place, "owners-token", _time);
        Assert.Null(again.ByCookie(left));
        Assert.NotNull(again.ByCookie(stays));
        // What is too old anyway need not be remembered.
        _time.Advance(TimeSpan.FromDays(8));
        var late = again.CookieOf(caller).Value;
        again.End(late);
        Assert.Null(again.ByCookie(late));
        Assert.Single(DurableFile.ReadText(_place.Disk, "/state/sessions-ended").Trim().Split('\n'));
    }

    [Fact]
    public void A_list_of_ended_sessions_that_is_torn_holds_for_the_lines_that_are_whole()
    {
        var cookie = _access.CookieOf(_access.ByHeader("Bearer secret")!).Value;
        _access.End(cookie);
        DurableFile.WritePlain(_place.Disk, "/state/sessions-ended", Encoding.ASCII.GetBytes(DurableFile.ReadText(_place.Disk, "/state/sessions-ended") + "99 "));
        Assert.Null(new Access(_place, "owners-token", _time).ByCookie(cookie));
    }

    [Fact]
    public void A_cookie_that_was_changed_or_signed_with_another_token_is_void()
    {
        var (cookie, _) = _access.CookieOf(_access.ByHeader("Bearer secret")!);
        Assert.Null(_access.ByCookie(cookie.Replace("wall", "owner", StringComparison.Ordinal)));
        Assert.Null(_access.ByCookie(cookie[..^1] + (cookie[^1] == '0' ? '1' : '0')));
        Assert.Null(new Access(_place, "new-token", _time).ByCookie(cookie));
        Assert.Null(_access.ByCookie(null));
        Assert.Null(_access.ByCookie("a.b"));
    }

    [Fact]
    public void A_token_that_is_removed_takes_its_cookies_along()
    {
        var (cookie, _) = _access.CookieOf(_access.ByHeader("Bearer secret")!);
        _time.Advance(TimeSpan.FromSeconds(1));
        KnownToken.Write(_place, []);
        Assert.Null(_access.ByCookie(cookie));
        Assert.Null(_access.ByHeader("Bearer secret"));
    }

    [Fact]
    public void A_damaged_list_of_tokens_opens_nothing_but_to_the_owner()
    {
        _time.Advance(TimeSpan.FromSeconds(1));
        DurableFile.WritePlain(_place.Disk, "/state/tokens.json", Encoding.UTF8.GetBytes("{\"wall\":"));
        Assert.Null(_access.ByHeader("Bearer secret"));
        Assert.NotNull(_access.ByHeader("Bearer owners-token"));
    }

    [Fact]
    public void A_token_may_submit_thirty_runs_at_once_and_then_one_every_two_seconds()
    {
        var limits = new RateLimits(_time);
        var caller = new Caller("owner", Role.Administer, IsPage: false);
        for (var i = 0; i < 30; i++) Assert.Null(limits.Refuses(caller, "POST", "/api/v1/runs"));
        Assert.Equal(2, limits.Refuses(caller, "POST", "/api/v1/runs"));
        Assert.Null(limits.Refuses(caller with { Name = "night" }, "POST", "/api/v1/runs"));
        Assert.Null(limits.Refuses(caller, "GET", "/api/v1/runs"));
        _time.Advance(TimeSpan.FromSeconds(2.1));
        Assert.Null(limits.Refuses(caller, "POST", "/api/v1/runs"));
        Assert.NotNull(limits.Refuses(caller, "POST", "/api/v1/runs"));
    }

    [Fact]
    public void A_token_may_submit_five_hundred_runs_a_day()
    {
        var limits = new RateLimits(_time);
        var caller = new Caller("owner", Role.Administer, IsPage: false);
        var taken = 0;
        for (var minute = 0; minute < 60; minute++)
        {
            for (var i = 0; i < 30; i++) taken += limits.Refuses(caller, "POST", "/api/v1/runs") is null ? 1 : 0;
            _time.Advance(TimeSpan.FromMinutes(1));
        }
        Assert.InRange(taken, 500, 530);
    }

    [Fact]
    public void Streams_are_never_refused_and_guessing_is()
    {
        var limits = new RateLimits(_time);
        var caller = new Caller("owner", Role.Administer, IsPage: false);
        Assert.All(Enumerable.Range(0, 2000), _ => Assert.Null(limits.Refuses(caller, "GET", "/api/v1/runs/1/events")));
        Assert.All(Enumerable.Range(0, 20), _ => Assert.Null(limits.IsGuessing(System.Net.IPAddress.Loopback)));
        Assert.NotNull(limits.IsGuessing(System.Net.IPAddress.Loopback));
    }
}
