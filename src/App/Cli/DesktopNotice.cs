using Spool.App.Queue;
using Spool.Engine.Scheduling;
using Spool.Platform;

namespace Spool.App.Cli;

/// <summary>
/// A notice on the desktop when a run is done, failed or waits, by <c>notify-send</c> or, on macOS, <c>osascript</c>: one argument each for title
/// and text, so nothing in them is a command. Where that does not work it is said once, and nothing else happens.
/// </summary>
internal sealed class DesktopNotice(Composition composition, Action<string> say)
{
    private const int LongestText = 250;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private readonly Lock _one = new();
    private Task _last = Task.CompletedTask;
    private bool _told;

    /// <summary>Null when nobody wants notices.</summary>
    internal static DesktopNotice? Of(Composition composition, bool asked, Action<string> say) => asked ? new DesktopNotice(composition, say) : null;

    /// <summary>Tells of what the server says, where a person would want to know.</summary>
    internal void Tell(ServerLine line)
    {
        var title = line.Event switch
        {
            ServerLine.Succeeded => "Spool: done",
            ServerLine.Failed => "Spool: failed",
            ServerLine.Waiting => "Spool: waits for you",
            _ => null,
        };
        if (title is null) return;
        // One after the other, and the queue does not wait for any.
        lock (_one) _last = AfterAsync(_last, title, line.Message, line.Event != ServerLine.Succeeded);
    }

    /// <summary>Tells of a run in a terminal; one that had nothing to do is not worth it.</summary>
    internal Task TellAsync(RunResult result, string name) => result.Status switch
    {
        "succeeded" when result.Tasks.Ran == 0 => Task.CompletedTask,
        "succeeded" => ShowAsync("Spool: done", $"{name}: {result.Tasks.Ran} ran, {result.Tasks.Reused} reused, in {Words.Duration(result.Elapsed.TotalSeconds)}", isUrgent: false),
        "waiting" => ShowAsync("Spool: waits for you", $"{name}: {result.Tasks.Waiting} to look at", isUrgent: true),
        "failed" => ShowAsync("Spool: failed", $"{name}: {result.Tasks.Failed} of {result.Tasks.Total} tasks", isUrgent: true),
        _ => Task.CompletedTask,
    };

    /// <summary>Waits for notices that are under way.</summary>
    internal Task EndAsync()
    {
        lock (_one) return _last;
    }

    private async Task AfterAsync(Task before, string title, string text, bool isUrgent)
    {
        await before;
        await ShowAsync(title, text, isUrgent);
    }

    private async Task ShowAsync(string title, string text, bool isUrgent)
    {
        var clean = string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c));
        if (clean.Length > LongestText) clean = clean[..LongestText] + " …";
        var (name, arguments) = Command(MachinePaths.Current, title, clean, isUrgent);
        if (ProgramFinder.Find(composition.Disk, name, composition.Environment("PATH")) is not { } program)
        {
            Once($"no notices on the desktop: {name} is not here{(name == "notify-send" ? " (Debian package libnotify-bin)" : "")}");
            return;
        }
        var environment = new Dictionary<string, string> { ["LANG"] = "C.UTF-8" };
        foreach (var variable in (string[])["PATH", "HOME", "DISPLAY", "WAYLAND_DISPLAY", "XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS", "XAUTHORITY"])
            if (composition.Environment(variable) is { } value) environment[variable] = value;
        try
        {
            var result = await composition.Processes.RunAsync(new ToolCommand(program, arguments) { WorkingFolder = "/" }, environment, Patience, null, null, CancellationToken.None);
            if (!result.Succeeded) Once($"no notices on the desktop: {name} {(result.TimedOut ? "did not end" : $"says {result.Tail.Trim().ReplaceLineEndings(" ")}")}");
        }
        catch (ProcessFailedException e) { Once($"no notices on the desktop: {e.Message}"); }
    }

    /// <summary>The program and its arguments on a system.</summary>
    internal static (string Program, IReadOnlyList<string> Arguments) Command(OperatingSystemKind system, string title, string text, bool isUrgent) => system == OperatingSystemKind.MacOs
        ? ("osascript", ["-e", "on run argv", "-e", "display notification (item 2 of argv) with title (item 1 of argv)", "-e", "end run", title, text])
        // The text may hold mark-up for some desktops, so what looks like it is escaped.
        : ("notify-send", ["--app-name=Spool", $"--urgency={(isUrgent ? "critical" : "normal")}", "--", title, text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal)]);

    private void Once(string line)
    {
        if (_told) return;
        _told = true;
        say(line);
    }
}
