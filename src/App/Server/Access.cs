using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Spool.App.Queue;

namespace Spool.App.Server;

/// <summary>Who asks.</summary>
/// <param name="Name">Of the token; <c>owner</c> for the one of the state root.</param>
/// <param name="IsPage">Came with the cookie of the page, not with a header.</param>
public sealed record Caller(string Name, Role Role, bool IsPage);

/// <summary>
/// Knows who asks, by a token in a header or by the page's cookie. The token of the state root may do everything; more tokens, each with a role,
/// are kept as hashes in <c>tokens.json</c> (docs/formats/api.md). The cookie is signed with the owner's token, so it holds when the server starts
/// again, ends after a week or when its page says so, and is void when the token is replaced. Comparisons take the same time whatever is given.
/// </summary>
public sealed class Access(ServerPlace place, string token, TimeProvider time)
{
    private readonly EndedSessions _ended = new(place, time);

    public const string Cookie = "spool-session", Owner = "owner";
    private static readonly TimeSpan Lasts = TimeSpan.FromDays(7);
    private readonly byte[] _token = Encoding.ASCII.GetBytes(token);
    private IReadOnlyList<KnownToken> _more = [];
    private long _read = -1;

    /// <summary>Who sends this header; null when nobody is known by it.</summary>
    public Caller? ByHeader(string header)
    {
        const string scheme = "Bearer ";
        if (!header.StartsWith(scheme, StringComparison.OrdinalIgnoreCase)) return null;
        var given = Encoding.UTF8.GetBytes(header[scheme.Length..].Trim());
        if (CryptographicOperations.FixedTimeEquals(given, _token)) return new Caller(Owner, Role.Administer, IsPage: false);
        var hash = SHA256.HashData(given);
        Caller? found = null;
        foreach (var known in More())
            if (CryptographicOperations.FixedTimeEquals(hash, known.Hash)) found = new Caller(known.Name, known.Role, IsPage: false);
        return found;
    }

    /// <summary>Who sends this cookie; null when it is not ours, too old or ended, or its token is gone.</summary>
    public Caller? ByCookie(string? cookie)
    {
        if (Ours(cookie) is not var (name, ends, session) || time.GetUtcNow().ToUnixTimeSeconds() > ends || _ended.Holds(session)) return null;
        if (name == Owner) return new Caller(Owner, Role.Administer, IsPage: true);
        return More().FirstOrDefault(t => t.Name == name) is { } known ? new Caller(known.Name, known.Role, IsPage: true) : null;
    }

    /// <summary>A new cookie of a caller, and how long it lasts.</summary>
    public (string Value, TimeSpan Lasts) CookieOf(Caller caller)
    {
        var ends = (time.GetUtcNow() + Lasts).ToUnixTimeSeconds();
        var session = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        return (string.Create(CultureInfo.InvariantCulture, $"{caller.Name}.{ends}.{session}.{Sign(caller.Name, ends, session)}"), Lasts);
    }

    /// <summary>From now on nobody comes in with this cookie, also when the server starts again.</summary>
    public void End(string? cookie)
    {
        if (Ours(cookie) is var (_, ends, session)) _ended.Add(session, ends);
    }

    private (string Name, long Ends, string Session)? Ours(string? cookie)
    {
        if (cookie?.Split('.') is not [var name, var until, var session, var signature] || !long.TryParse(until, NumberStyles.None, null, out var ends)) return null;
        return CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(signature), Encoding.ASCII.GetBytes(Sign(name, ends, session))) ? (name, ends, session) : null;
    }

    private string Sign(string name, long until, string session) => Convert.ToHexStringLower(HMACSHA256.HashData(_token, Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"spool-session {name} {until} {session}"))));

    private IReadOnlyList<KnownToken> More()
    {
        var stat = place.Disk.Stat(KnownToken.FileIn(place));
        if (stat is null) return [];
        if (stat.Value.ModifiedNs != _read)
        {
            _more = KnownToken.Read(place);
            _read = stat.Value.ModifiedNs;
        }
        return _more;
    }
}
