using System.CommandLine;
using Spool.App.Report;
using Spool.Platform;

namespace Spool.App.Cli;

/// <summary>Opens the page of the last run of a workspace; without a screen it says where it is.</summary>
public sealed class OpenVerb : Verb
{
    // What a desktop's opener needs to reach the browser that is already running.
    private static readonly string[] Passed =
    [
        "PATH", "HOME", "USER", "LOGNAME", "LANG", "DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "XDG_RUNTIME_DIR", "XDG_CURRENT_DESKTOP", "XDG_SESSION_TYPE",
        "XDG_DATA_DIRS", "XDG_DATA_HOME", "XDG_CONFIG_DIRS", "XDG_CONFIG_HOME", "DBUS_SESSION_BUS_ADDRESS", "DESKTOP_SESSION", "BROWSER",
    ];

    private readonly Argument<string?> _place = new("PLACE") { Description = "Folder of the workspace, its workflow file, or a page (default: the workspace here or above)", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<bool> _json = new("--json") { Description = "Only print where the page is, as one JSON object" };

    public override string Name => "open";
    public override string Summary => "Open the page of the last run";
    public override int Order => 6;
    public override IReadOnlyList<string> Examples => ["spool open", "spool open demo", "spool open --json | jq -r .path"];

    public override void Build(Command command)
    {
        command.Add(_place);
        command.Add(_json);
        command.SetAction(OpenAsync);
    }

    private async Task<int> OpenAsync(ParseResult parsed, CancellationToken cancel)
    {
        using var composition = new Composition();
        var path = Find(composition, parsed.GetValue(_place));
        if (parsed.GetValue(_json))
        {
            JsonOut.Line(w => w.WriteString("path", path));
            return Done;
        }
        if (await TryShowAsync(composition, path, cancel)) Console.WriteLine(path);
        else Console.WriteLine($"{path}\nfile://{ArtifactTypes.Address(path)}");
        return Done;
    }

    private static string Find(Composition composition, string? given)
    {
        var disk = composition.Disk;
        var full = given is null ? WorkflowFile.FindWorkspace(composition, null) : Path.GetFullPath(given, composition.CurrentFolder);
        if (disk.Stat(full) is not { } stat) throw new UsageException($"there is no file or folder {given}");
        if (stat.Kind == FileKind.File && full.EndsWith(".html", StringComparison.OrdinalIgnoreCase)) return full;
        for (var folder = stat.Kind == FileKind.Folder ? full : Path.GetDirectoryName(full); folder is not null; folder = Path.GetDirectoryName(folder))
        {
            var page = Path.Join(folder, ReportFile.Name);
            if (ReportFile.IsOurs(disk, page) == true) return page;
            if (disk.Stat(Path.Join(folder, ".spool")) is { Kind: FileKind.Folder }) throw new UsageException($"{folder} has no {ReportFile.Name} yet; a run that does something writes it: spool run");
        }
        throw new UsageException($"{given} lies in no workspace (no .spool folder there or above)");
    }

    /// <summary>False when there is no screen, or nothing that opens pages on it.</summary>
    private static async Task<bool> TryShowAsync(Composition composition, string path, CancellationToken cancel)
    {
        var environment = Passed.Select(n => (Name: n, Value: composition.Environment(n))).Where(v => !string.IsNullOrEmpty(v.Value)).ToDictionary(v => v.Name, v => v.Value!);
        if (!environment.ContainsKey("DISPLAY") && !environment.ContainsKey("WAYLAND_DISPLAY")) return false;
        var searchPath = composition.Environment("PATH");
        // A session of its own lets the browser live on when this program ends.
        if (ProgramFinder.Find(composition.Disk, "setsid", searchPath) is not { } detach || ProgramFinder.Find(composition.Disk, "xdg-open", searchPath) is not { } opener) return false;
        var command = new ToolCommand(detach, ["--fork", opener, path]) { WorkingFolder = "/" };
        try { return (await new ProcessRunner(null).RunAsync(command, environment, TimeSpan.FromSeconds(10), null, null, cancel)).Succeeded; }
        catch (ProcessFailedException) { return false; }
    }
}
