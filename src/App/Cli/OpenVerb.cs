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

    private readonly Argument<string?> _place = new("PLACE") { Description = "Folder of the workspace, its workflow file, a page, or a run of the server (default: the workspace here or above, else the server)", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<bool> _server = new("--server") { Description = "The page of the server, also inside of a workspace" };
    private readonly Option<string?> _state = new("--state") { Description = "The state root of the server (default: SPOOL_STATE, else ~/.local/state/spool)", HelpName = "DIR" };
    private readonly Option<bool> _json = new("--json") { Description = "Only print where the page is, as one JSON object" };

    public override string Name => "open";
    public override string Summary => "Open the page of the last run, or of the server";
    public override int Order => 6;
    public override IReadOnlyList<string> Examples => ["spool open", "spool open demo", "spool open 41                   a run of the server, with the token in its link", "spool open --json | jq -r .path"];

    public override void Build(Command command)
    {
        command.Add(_place);
        foreach (var option in (Option[])[_server, _state, _json]) command.Add(option);
        command.SetAction(OpenAsync);
    }

    private async Task<int> OpenAsync(ParseResult parsed, CancellationToken cancel)
    {
        using var composition = ServerState.Compose(parsed.GetValue(_state));
        if (Link(composition, parsed) is { } link)
        {
            if (parsed.GetValue(_json)) JsonOut.Line(w => w.WriteString("link", link));
            else
            {
                // The link opens everything: it goes to the person, and to the browser on this screen.
                await TryShowAsync(composition, link, cancel);
                Console.WriteLine(link);
            }
            return Done;
        }
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

    /// <summary>The link of the server's page, with its token: asked for by number, or where there is no page of a workspace but a server.</summary>
    private string? Link(Composition composition, ParseResult parsed)
    {
        var given = parsed.GetValue(_place);
        var runs = new ServerRuns(composition);
        var standing = Queue.Standing.Read(runs.Place);
        var run = given is not null && composition.Disk.Stat(Path.GetFullPath(given, composition.CurrentFolder)) is null ? runs.Find(given) : null;
        if (!parsed.GetValue(_server) && parsed.GetValue(_state) is null && run is null && (given is not null || !runs.AreMeant(null))) return null;
        if (!runs.IsServed || standing.Address is not { } address) return parsed.GetValue(_server) || parsed.GetValue(_state) is not null || run is not null ? throw new UsageException("no server with a page runs; start one: spool serve") : null;
        return $"{address}/{(run is null ? "" : $"runs/{run.Id}")}#t={Serving.Token(runs.Place)}";
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
