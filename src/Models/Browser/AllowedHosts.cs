using System.Net;

namespace Spool.Models.Browser;

/// <summary>
/// The hosts that a page may load from: <c>example.com</c>, <c>*.example.com</c> (its subdomains), with a port where it is not the usual one.
/// A name never opens this machine or its network, whatever it resolves to; only an entry that is itself such an address (<c>127.0.0.1:8080</c>,
/// <c>[::1]</c>) or <c>localhost</c> does.
/// </summary>
public sealed record AllowedHosts(IReadOnlyList<string> Entries)
{
    /// <summary>What is wrong with an entry, or null.</summary>
    public static string? Fault(string entry)
    {
        var (host, port) = Split(entry);
        if (host.Length == 0 || port == 0) return $"'{entry}' is no host such as example.com, *.example.com or 127.0.0.1:8080";
        var name = host.StartsWith("*.", StringComparison.Ordinal) ? host[2..] : host;
        return Uri.CheckHostName(name.Trim('[', ']')) == UriHostNameType.Unknown || (name != host && IPAddress.TryParse(name, out _)) ? $"'{entry}' is no host such as example.com, *.example.com or 127.0.0.1:8080" : null;
    }

    /// <summary>Why an address may not be loaded; null when it may.</summary>
    public string? Refusal(Uri address)
    {
        if (!address.IsAbsoluteUri || address.Scheme is not ("http" or "https")) return $"{(address.IsAbsoluteUri ? address.Scheme : "such")}: addresses are never loaded";
        if (address.UserInfo.Length > 0) return "addresses with a user name are never loaded";
        return Entries.Any(e => Matches(e, address)) ? null : $"{address.Authority} is not in allow-hosts";
    }

    /// <summary>Whether the host is allowed by an entry that is an address of this machine or network by itself, so that its private address is meant.</summary>
    public bool MeansPrivate(string host, int port) => Entries.Any(e => Split(e) is var (name, at)
        && string.Equals(name.Trim('[', ']'), host.Trim('[', ']'), StringComparison.OrdinalIgnoreCase) && (at is null || at == port)
        && (IPAddress.TryParse(name.Trim('[', ']'), out _) || string.Equals(name, "localhost", StringComparison.OrdinalIgnoreCase)));

    private static bool Matches(string entry, Uri address)
    {
        var (host, port) = Split(entry);
        if (port is null ? !address.IsDefaultPort : port != address.Port) return false;
        if (host.StartsWith("*.", StringComparison.Ordinal)) return address.IdnHost.EndsWith(host[1..], StringComparison.OrdinalIgnoreCase);
        return string.Equals(host.Trim('[', ']'), address.IdnHost.Trim('[', ']'), StringComparison.OrdinalIgnoreCase);
    }

    private static (string Host, int? Port) Split(string entry)
    {
        var colon = entry.LastIndexOf(':');
        if (colon < 0 || entry.EndsWith(']') || entry.IndexOf(':', StringComparison.Ordinal) != colon && !entry.StartsWith('[')) return (entry, null);
        return (entry[..colon], int.TryParse(entry.AsSpan(colon + 1), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var port) && port < 65536 ? port : 0);
    }
}
