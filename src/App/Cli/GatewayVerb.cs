using System.CommandLine;
using System.Globalization;
using System.Net;
using Spool.App.Gateway;
using Spool.App.Queue;
using Spool.Platform;

namespace Spool.App.Cli;

public sealed class GatewayVerb : Verb
{
    /// <summary>No server runs: as systemctl and the LSB have it for a service that is not running.</summary>
    private const int NotRunning = 3;
    private static readonly string[] Actions = ["start", "stop", "restart", "status", "install", "uninstall"];

    private readonly Argument<string> _action = new("ACTION") { Description = string.Join(", ", Actions), HelpName = "ACTION" };
    private readonly Argument<string[]> _more = new("OPTION") { Description = "Further options of serve, behind -- (start, restart, install)", HelpName = "OPTION", Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<string?> _listen = new("--listen") { Description = "Address of the API, on loopback (default: that of the last server, else 127.0.0.1:7007); none for no API", HelpName = "ADDRESS" };
    private readonly Option<string?> _state = new("--state") { Description = "The state root (default: SPOOL_STATE, else ~/.local/state/spool)", HelpName = "DIR" };
    private readonly Option<bool> _json = new("--json") { Description = "One JSON object (status)" };
    private readonly Option<bool> _user = new("--user") { Description = "A service of yours, started when you log in (the default)" };
    private readonly Option<bool> _system = new("--system") { Description = "A service of the machine, started at boot" };
    private readonly Option<string?> _runAs = new("--run-as") { Description = "Who a service of the machine runs as (default: who called sudo)", HelpName = "USER" };
    private readonly Option<string[]> _allow = new("--allow-path") { Description = "A folder that runs may write into, may be repeated (default for --user: your home folder)", HelpName = "DIR" };
    private readonly Option<string?> _form = new("--format") { Description = "systemd or launchd (default: of this system)", HelpName = "NAME" };
    private readonly Option<bool> _plain = new("--plain") { Description = "Leave out what needs name spaces, where the kernel does not give them to users" };
    private readonly Option<bool> _print = new("--print") { Description = "Print the file and write nothing" };

    public override string Name => "gateway";
    public override string Summary => "Start and stop the server in the background, or make it a service of the machine";
    public override int Order => 17;
    public override IReadOnlyList<string> Examples =>
    [
        "spool gateway start",
        "spool gateway start -- --watch talk --retain 500,90d",
        "spool gateway status --json",
        "spool gateway install --user --allow-path /data/video",
        "sudo spool gateway install --system --run-as ann --allow-path /data/video --print",
    ];

    public override void Build(Command command)
    {
        _action.AcceptOnlyFromAmong(Actions);
        command.Add(_action);
        command.Add(_more);
        foreach (var option in (Option[])[_listen, _state, _json, _user, _system, _runAs, _allow, _form, _plain, _print]) command.Add(option);
        command.SetAction(async (parsed, cancel) =>
        {
            using var composition = ServerState.Compose(parsed.GetValue(_state));
            var place = new ServerPlace(composition.Disk, composition.StateRoot);
            return parsed.GetValue(_action) switch
            {
                "start" => await StartAsync(composition, place, parsed.GetValue(_listen), More(parsed), cancel),
                "stop" => await StopAsync(composition, place, cancel),
                "restart" => await StopAsync(composition, place, cancel) is Failed ? Failed : await StartAsync(composition, place, parsed.GetValue(_listen), More(parsed) is { Count: > 0 } more ? more : GatewayProcess.LastOptions(place), cancel),
                "status" => await StatusAsync(composition, place, parsed.GetValue(_json), cancel),
                "install" => await InstallAsync(composition, place, parsed, cancel),
                _ => await UninstallAsync(composition, place, parsed, cancel),
            };
        });
    }

    /// <summary>Options for the server, checked here, so that a mistake is told at once and not by a process that dies.</summary>
    private List<string> More(ParseResult parsed)
    {
        var more = (parsed.GetValue(_more) ?? []).ToList();
        if (more.FirstOrDefault(m => m is "--state" or "--listen" || m.StartsWith("--state=", StringComparison.Ordinal) || m.StartsWith("--listen=", StringComparison.Ordinal)) is { } own) throw new UsageException($"{own} stands before the --");
        var serve = new Command("serve");
        new ServeVerb().Build(serve);
        if (serve.Parse(more).Errors is [var error, ..]) throw new UsageException($"serve does not take that: {ArgumentMistake.Plain(error.Message)}");
        return more;
    }

    private static IPEndPoint? AddressOf(ServerPlace place, string? listen, IReadOnlyList<string> more) =>
        listen is not null ? ServeVerb.Address(listen, IsEncrypted(more)) : RunningServer.NotedAddress(place) ?? new IPEndPoint(IPAddress.Loopback, 7007);

    private static bool IsEncrypted(IReadOnlyList<string> more) => more.Any(m => m is "--tls-cert" || m.StartsWith("--tls-cert=", StringComparison.Ordinal));

    private static async Task<int> StartAsync(Composition composition, ServerPlace place, string? listen, IReadOnlyList<string> more, CancellationToken cancel)
    {
        var address = AddressOf(place, listen, more);
        if (RunningServer.Find(place) is { } there)
        {
            if (listen is not null && !Equals(there.Address, address)) throw new UsageException($"a server runs already (pid {there.Process.Pid}), on {there.Address?.ToString() ?? "no address"}; to move it: spool gateway restart --listen {listen}");
            Console.WriteLine($"runs already: pid {there.Process.Pid}, {there.Address?.ToString() ?? "no API"}");
            return Done;
        }
        var (server, problem) = await new GatewayProcess(composition, place).StartAsync(address, more, cancel);
        if (server is null)
        {
            await Console.Error.WriteLineAsync($"error: {problem}");
            return Failed;
        }
        Console.WriteLine($"started: pid {server.Process.Pid}, {server.Link ?? "no API"}, log {place.Log}");
        return Done;
    }

    private static async Task<int> StopAsync(Composition composition, ServerPlace place, CancellationToken cancel)
    {
        if (RunningServer.Find(place) is not { } server)
        {
            Console.WriteLine("no server runs");
            return Done;
        }
        var (ended, said) = await new GatewayProcess(composition, place).StopAsync(server, cancel);
        if (ended) Console.WriteLine(said);
        else await Console.Error.WriteLineAsync($"error: {said}");
        return ended ? Done : Failed;
    }

    private static async Task<int> StatusAsync(Composition composition, ServerPlace place, bool json, CancellationToken cancel)
    {
        var state = await GatewayState.ReadAsync(composition, place, cancel);
        if (json) JsonOut.Line(state.Write);
        else Print(state);
        return state.Server is null ? NotRunning : state.Complaint is null ? Done : Failed;
    }

    private static void Print(GatewayState state)
    {
        Console.WriteLine(state.Server is not { } server ? "not running" : $"running since {server.Started}: pid {server.Process.Pid}, {server.Link ?? "no API"}{(state.Complaint is null ? "" : $"; but {state.Complaint}")}");
        foreach (var worker in state.Workers) Console.WriteLine($"  run {worker.Run}: {(worker.IsAlive ? $"engine {worker.Pid} is alive" : $"its engine{(worker.Pid is { } pid ? $" {pid}" : "")} is gone{(state.Server is null ? "; the next server starts it again" : "")}")}");
        if (state.Waiting > 0) Console.WriteLine($"  {state.Waiting} wait for you");
        Console.WriteLine(state.OldestWait is { } wait ? string.Create(CultureInfo.InvariantCulture, $"  {state.Backlog} queued, the oldest for {wait:0} s") : "  nothing queued");
        foreach (var failure in state.Failures) Console.WriteLine($"  failed: run {failure.Run} of {failure.Workflow}{(failure.Problem is null ? "" : $": {failure.Problem.ReplaceLineEndings(" ")}")}");
    }

    private UnitFile FileOf(Composition composition, ServerPlace place, ParseResult parsed, (bool Print, bool Removes) how)
    {
        var system = parsed.GetValue(_system);
        if (system && parsed.GetValue(_user)) throw new UsageException("--user and --system cannot both be meant");
        var own = MachinePaths.Current == OperatingSystemKind.MacOs ? "launchd" : "systemd";
        var form = parsed.GetValue(_form) ?? own;
        if (form is not ("systemd" or "launchd")) throw new UsageException($"--format {form} is neither systemd nor launchd");
        if (form != own && !how.Print) throw new UsageException($"this system has no {form}; to see the file: --print");
        var user = !system ? null : how.Removes ? "nobody" : parsed.GetValue(_runAs) ?? composition.Environment("SUDO_USER") ?? throw new UsageException("a service of the machine runs as a user, never as root unless you say so: --run-as USER");
        if (!system && parsed.GetValue(_runAs) is not null) throw new UsageException("--run-as goes with --system");
        if (system && !how.Removes && parsed.GetValue(_state) is null) throw new UsageException("a service of the machine needs --state DIR: a folder that its user may write");
        var home = composition.Environment("HOME") is { Length: > 0 } folder ? folder : null;
        var writable = (parsed.GetValue(_allow) ?? []).Select(p => Path.GetFullPath(p, composition.CurrentFolder)).ToList();
        if (writable.Count == 0 && !system && home is not null) writable.Add(home);
        if (writable.Count == 0 && !how.Removes) throw new UsageException("say where its runs may write: --allow-path DIR");
        var address = parsed.GetValue(_listen) is { } listen ? ServeVerb.Address(listen, IsEncrypted(More(parsed))) : new IPEndPoint(IPAddress.Loopback, 7007);
        var variables = new Dictionary<string, string>();
        foreach (var name in (string[])["PATH", "DOTNET_ROOT"])
            if (composition.Environment(name) is { Length: > 0 } value) variables[name] = value;
        var plan = new UnitPlan(Environment.ProcessPath!, ["serve", "--listen", address?.ToString() ?? "none", "--state", place.Root, "--log-format", form == "systemd" ? "text" : "none", .. More(parsed)], place.Root)
        {
            IsSystem = system,
            User = user,
            Writable = writable,
            Variables = variables,
            IsPlain = parsed.GetValue(_plain),
        };
        try { return form == "systemd" ? UnitFile.Systemd(plan, composition.Environment) : UnitFile.Launchd(plan, composition.Environment, MachinePaths.UserId); }
        catch (UnitFault e) { throw new UsageException(e.Message); }
    }

    private async Task<int> InstallAsync(Composition composition, ServerPlace place, ParseResult parsed, CancellationToken cancel)
    {
        var print = parsed.GetValue(_print);
        var file = FileOf(composition, place, parsed, (print, false));
        if (print)
        {
            Console.Write(file.Text);
            return Done;
        }
        if (file.Foreign(composition.Disk) is { } foreign) throw new UsageException(foreign);
        // What the service is to write into must be there before it is started.
        if (!parsed.GetValue(_system)) place.Make();
        else if (composition.Disk.Stat(place.Root) is null) throw new UsageException($"the state root {place.Root} is not there; make it: install -d -m 700 -o USER {place.Root}");
        file.Write(composition.Disk);
        Console.WriteLine($"wrote {file.Path}");
        if (RunningServer.Find(place) is { } server) Console.WriteLine($"a server runs already (pid {server.Process.Pid}); end it first: spool gateway stop, then:");
        else if (await UnitFile.RunAsync(composition, file.Begin, cancel) is var (command, said)) Console.WriteLine($"'{string.Join(' ', command)}' did not work: {said}\nwhere it does, run:");
        else
        {
            Console.WriteLine(parsed.GetValue(_system) ? "started, and from now on at boot" : "started, and from now on when you log in (also without: loginctl enable-linger)");
            return Done;
        }
        foreach (var line in file.Begin) Console.WriteLine($"  {new ToolCommand(line[0], [.. line.Skip(1)]).Quoted}");
        return Done;
    }

    private async Task<int> UninstallAsync(Composition composition, ServerPlace place, ParseResult parsed, CancellationToken cancel)
    {
        var file = FileOf(composition, place, parsed, (false, true));
        if (composition.Disk.Stat(file.Path) is null)
        {
            Console.WriteLine($"nothing to do: {file.Path} is not there");
            return Done;
        }
        if (file.Foreign(composition.Disk) is { } foreign) throw new UsageException(foreign);
        var trouble = await UnitFile.RunAsync(composition, file.End, cancel);
        composition.Disk.DeleteFile(file.Path);
        trouble ??= await UnitFile.RunAsync(composition, file.After, cancel);
        Console.WriteLine($"removed {file.Path}; the queue and its runs stay in {place.Root}");
        if (trouble is var (command, said)) Console.WriteLine($"'{string.Join(' ', command)}' did not work: {said}");
        return Done;
    }
}
