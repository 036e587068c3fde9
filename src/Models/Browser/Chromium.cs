using System.Text.RegularExpressions;
using Spool.Platform;

namespace Spool.Models.Browser;

/// <summary>How Chromium is started for pictures: without a screen, without a way to any network, and with a socket for DevTools on a random loopback port.</summary>
public static partial class Chromium
{
    public const string Program = "chromium";

    /// <summary>The command that starts it.</summary>
    /// <param name="profile">A folder of its own, thrown away afterwards.</param>
    /// <param name="asRoot">Its sandbox does not work for root; for everybody else it stays.</param>
    public static ToolCommand Command(string profile, bool asRoot) => new(Program,
    [
        "--headless", .. asRoot ? (string[])["--no-sandbox"] : [],
        // No way out: every connection is sent to a proxy that is not there, also those to loopback, and no name is ever resolved.
        "--proxy-server=http://127.0.0.1:9", "--proxy-bypass-list=<-loopback>", "--host-resolver-rules=MAP * ~NOTFOUND",
        "--force-webrtc-ip-handling-policy=disable_non_proxied_udp", "--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync",
        "--disable-default-apps", "--disable-extensions", "--disable-breakpad", "--disable-domain-reliability", "--no-pings", "--disable-features=Translate,MediaRouter,OptimizationHints",
        "--no-first-run", "--no-default-browser-check", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars", "--mute-audio",
        // The same letters and colours on every machine.
        "--font-render-hinting=none", "--disable-lcd-text", "--force-color-profile=srgb",
        "--remote-debugging-port=0", $"--user-data-dir={profile}", "about:blank",
    ]);

    /// <summary>The address that Chromium prints when it is ready; null for any other line.</summary>
    public static Uri? Listening(string line) => Address().Match(line) is { Success: true } match && Uri.TryCreate(match.Groups[1].Value, UriKind.Absolute, out var address) ? address : null;

    /// <summary>Complaints about buses and services that a machine without a screen does not have.</summary>
    public static bool IsChatter(string line) => line.Contains("dbus/", StringComparison.Ordinal) || line.Contains("DevTools listening", StringComparison.Ordinal) || line.Contains(":ERROR:", StringComparison.Ordinal)
        || line.Contains(":WARNING:", StringComparison.Ordinal) || line.Contains("unexpected operator", StringComparison.Ordinal);

    [GeneratedRegex(@"^DevTools listening on (ws://127\.0\.0\.1:\d+/\S+)", RegexOptions.None, 1000)]
    private static partial Regex Address();
}
