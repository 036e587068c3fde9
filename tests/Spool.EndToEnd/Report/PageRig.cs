using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Spool.EndToEnd.Report;

/// <summary>A workspace in a folder of its own, the program as a child, and a browser without a screen.</summary>
internal sealed partial class PageRig : IDisposable
{
    internal const string Chromium = "/usr/bin/chromium";

    internal string Folder { get; } = Directory.CreateTempSubdirectory("spool-page-").FullName;

    internal string At(string name) => Path.Join(Folder, name);

    internal void Write(string name, string text) => File.WriteAllText(At(name), text);

    /// <summary>Runs spool in the workspace.</summary>
    /// <param name="path">PATH for its tools; null for the usual one.</param>
    internal async Task<(int Code, string Output, string Errors)> SpoolAsync(string? path, params string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath is { } host && Path.GetFileName(host) == "dotnet" ? host : "dotnet", [Path.Join(AppContext.BaseDirectory, "spool.dll"), .. arguments]) { WorkingDirectory = At("w") };
        start.Environment["SPOOL_STATE"] = At("state");
        start.Environment.Remove("DISPLAY");
        start.Environment.Remove("WAYLAND_DISPLAY");
        if (path is not null) start.Environment["PATH"] = path;
        return await RunAsync(start);
    }

    /// <summary>The page as the browser has built it, and what it complained of.</summary>
    internal async Task<(string Page, IReadOnlyList<string> Complaints)> BrowseAsync(string hash = "", string? picture = null)
    {
        string[] quiet = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
        string[] shown = picture is null ? ["--dump-dom"] : [$"--screenshot={picture}"];
        var (_, output, errors) = await RunAsync(new ProcessStartInfo(Chromium,
            [.. quiet, $"--user-data-dir={At("browser")}", "--enable-logging=stderr", "--window-size=1440,900", "--virtual-time-budget=4000", .. shown, $"file://{At("w/report.html")}{hash}"]));
        return (output, [.. errors.Split('\n').Where(l => l.Contains("CONSOLE", StringComparison.Ordinal))]);
    }

    /// <summary>What the page was fed with.</summary>
    internal JsonElement Report()
    {
        var json = Embedded().Match(File.ReadAllText(At("w/report.html"))).Groups[1].Value;
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }

    private static async Task<(int Code, string Output, string Errors)> RunAsync(ProcessStartInfo start)
    {
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        await process.WaitForExitAsync(limit.Token);
        return (process.ExitCode, await output, await errors);
    }

    public void Dispose() => Directory.Delete(Folder, true);

    [GeneratedRegex("id=\"spool-data\">(.*?)</script>", RegexOptions.Singleline, 10_000)]
    private static partial Regex Embedded();
}
