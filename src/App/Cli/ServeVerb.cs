using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using System.Text;
using Spool.App.Gateway;
using Spool.App.Queue;
using Spool.Platform;

namespace Spool.App.Cli;

public sealed class ServeVerb : Verb
{
    private readonly Option<string?> _state = new("--state") { Description = "The state root (default: SPOOL_STATE, else ~/.local/state/spool)", HelpName = "DIR" };
    private readonly Option<string> _listen = new("--listen") { Description = "Address of the API, on loopback (default: 127.0.0.1:7007); none for no API", HelpName = "ADDRESS", DefaultValueFactory = _ => "127.0.0.1:7007" };
    private readonly Option<int?> _most = new("--max-concurrent") { Description = "Runs at once (default: the processors)", HelpName = "N" };
    private readonly Option<string?> _format = new("--log-format") { Description = "How it speaks: text, json or none (default: text on a terminal, else json); logs/server.log in the state root is json", HelpName = "NAME" };
    private readonly Option<bool> _once = new("--until-idle") { Description = "End when nothing is queued and nothing runs" };

    public override string Name => "serve";
    public override string Summary => "Work through the queue: runs that were submitted, and files dropped into its folder";
    public override int Order => 16;
    public override IReadOnlyList<string> Examples =>
    [
        "spool serve",
        "spool submit talk/spool.yaml            from any other terminal",
        "mv my.job ~/.local/state/spool/queue/pending/",
    ];

    public override void Build(Command command)
    {
        foreach (var option in (Option[])[_listen, _state, _most, _format, _once]) command.Add(option);
        command.SetAction(async (parsed, cancel) =>
        {
            if (parsed.GetValue(_most) is < 1 or > 1000) throw new UsageException("--max-concurrent is a number from 1 to 1000");
            var address = Address(parsed.GetValue(_listen)!);
            var format = Format(parsed.GetValue(_format));
            using var composition = ServerState.Compose(parsed.GetValue(_state));
            return await ServeAsync(composition, address, (parsed.GetValue(_most), parsed.GetValue(_once), format), cancel);
        });
    }

    private static LogFormat Format(string? name) => name switch
    {
        null => Console.IsOutputRedirected ? LogFormat.Json : LogFormat.Text,
        "text" => LogFormat.Text,
        "json" => LogFormat.Json,
        "none" => LogFormat.None,
        _ => throw new UsageException($"--log-format {name} is none of text, json, none"),
    };

    internal static IPEndPoint? Address(string text)
    {
        if (text == "none") return null;
        if (!IPEndPoint.TryParse(text.Replace("localhost", "127.0.0.1", StringComparison.Ordinal), out var address) || address.Port == 0) throw new UsageException($"--listen {text} is no address with a port, such as 127.0.0.1:7007");
        if (!IPAddress.IsLoopback(address.Address)) throw new UsageException($"--listen {text} could be reached from other machines, and this version does not encrypt; from afar use: ssh -L 7007:localhost:7007 HOST");
        return address;
    }

    private static async Task<int> ServeAsync(Composition composition, IPEndPoint? address, (int? Most, bool Once, LogFormat Format) how, CancellationToken cancel)
    {
        var (most, once, format) = how;
        var place = new ServerPlace(composition.Disk, composition.StateRoot);
        place.Make();
        var me = ProcessIdentity.Current;
        var started = composition.Time.GetUtcNow().ToString("O", CultureInfo.InvariantCulture);
        using var owned = FileLock.TryTake(composition.Disk, place.Lock, new LockOwner(me.Pid, me.StartTicks, me.BootId, me.Host, started, "spool serve", null));
        if (owned is null)
        {
            var other = FileLock.ReadOwner(composition.Disk, place.Lock);
            throw new UsageException($"a server has this state root already (pid {other?.Pid}, since {other?.Started}); submit to it: spool submit FILE");
        }
        DurableFile.WritePlain(composition.Disk, Path.Join(place.Runtime, "pid"), Encoding.ASCII.GetBytes(me.Pid.ToString(CultureInfo.InvariantCulture) + "\n"));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, c => Stop(c, stop));
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, c => Stop(c, stop));
        RunningServer.Note(place, null);
        using var log = new ServerLog(place, composition.Time, format, Console.WriteLine, [Serving.Token(place), .. ServerLog.SecretsOf(Environment.GetEnvironmentVariables())]);
        log.Say(new ServerLine("server-started", $"serving {place.Queue} · {Environment.ProcessorCount} processors"));
        var queue = new JobQueue(place, composition.Time);
        var supervisor = new Supervisor(place, queue, composition, log.Say) { MaxConcurrent = most ?? Math.Max(1, Environment.ProcessorCount) };
        supervisor.Recover();
        var beat = Path.Join(place.Runtime, "heartbeat");
        await using var api = await ListenAsync(composition, place, queue, address, log);
        try
        {
            while (!stop.IsCancellationRequested)
            {
                supervisor.Round();
                DurableFile.WritePlain(composition.Disk, beat, Encoding.ASCII.GetBytes(composition.Time.GetUtcNow().ToString("O", CultureInfo.InvariantCulture) + "\n"));
                if (once && supervisor.RunningCount == 0 && queue.In(ServerPlace.Pending).Count == 0) return Done;
                await Task.Delay(TimeSpan.FromMilliseconds(200), composition.Time, stop.Token);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            log.Say(new ServerLine("server-stopping", supervisor.RunningCount > 0 ? "stopping: runs under way end and are queued again" : "stopping"));
        }
        await supervisor.StopAsync(TimeSpan.FromSeconds(20));
        return Done;
    }

    private static async Task<IAsyncDisposable?> ListenAsync(Composition composition, ServerPlace place, JobQueue queue, IPEndPoint? address, ServerLog log)
    {
        if (address is null) return null;
        try
        {
            var api = await Serving.ListenAsync(composition, place, queue, address, workspace => OwnerSocket.Ask(PastRuns.LivingOwner(composition, new Engine.Scheduling.WorkspacePaths(workspace))?.Socket, "cancel") is not null);
            RunningServer.Note(place, address);
            log.Say(new ServerLine("api-listening", $"API on http://{address}/api/v1 · token in {Path.Join(place.Root, "token")}"));
            return api;
        }
        catch (IOException e) { throw new UsageException($"{address} cannot be listened on ({e.Message}); choose another: --listen 127.0.0.1:7008"); }
    }

    private static void Stop(PosixSignalContext context, CancellationTokenSource stop)
    {
        context.Cancel = true;
        stop.Cancel();
    }
}

/// <summary>The composition of verbs that speak of the server: its state root may be named.</summary>
internal static class ServerState
{
    internal static Composition Compose(string? state)
    {
        if (state is null) return new Composition();
        var full = Path.GetFullPath(state);
        return new Composition { Environment = name => name == "SPOOL_STATE" ? full : Environment.GetEnvironmentVariable(name) };
    }
}
