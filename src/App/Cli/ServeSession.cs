using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Spool.App.Gateway;
using Spool.App.Queue;
using Spool.Platform;

namespace Spool.App.Cli;

/// <summary>The server: the queue, the watched workspaces, the API.</summary>
internal sealed class ServeSession(Composition composition)
{
    internal IPEndPoint? Address { get; init; }
    internal X509Certificate2? Certificate { get; init; }
    internal IReadOnlyList<string> Names { get; init; } = [];
    internal Admission Admission { get; init; } = new(1, Admission.UsualMinFree);
    internal IReadOnlyList<WorkflowFile> Watched { get; init; } = [];
    internal LogFormat Format { get; init; }
    internal bool Notify { get; init; }
    /// <summary>Which runs are kept; null: as the settings say.</summary>
    internal Retention? Retention { get; init; }
    internal bool UntilIdle { get; init; }

    internal async Task<int> RunAsync(CancellationToken cancel)
    {
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
        var link = Address is null ? null : $"{(Certificate is null ? "http" : "https")}://{Address}";
        RunningServer.Note(place, null);
        using var log = new ServerLog(place, composition.Time, Format, Console.WriteLine, [Serving.Token(place), .. ServerLog.SecretsOf(Environment.GetEnvironmentVariables())]);
        log.Say(new ServerLine("server-started", $"serving {place.Queue} · {Environment.ProcessorCount} processors, {Words.Bytes(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes)}, {Words.Bytes(composition.Disk.FreeBytes(place.Root))} free"));
        var queue = new JobQueue(place, composition.Time);
        var problems = new Engine.ProblemList();
        var settings = Settings.Read(composition, problems);
        foreach (var problem in problems.Problems) log.Say(new ServerLine("settings", $"{problem.At}: {problem.Message}") { Level = "warn" });
        var notices = DesktopNotice.Of(composition, Notify || settings.Notify, line => log.Say(line));
        var sweep = new RetentionSweep(place, queue, composition.Time, Retention ?? settings.Retention);
        var supervisor = new Supervisor(place, queue, composition, line =>
        {
            log.Say(line);
            notices?.Tell(line);
        })
        {
            Admission = Admission,
            Ask = (workspace, verb) => OwnerSocket.Ask(PastRuns.LivingOwner(composition, new Engine.Scheduling.WorkspacePaths(workspace))?.Socket, verb),
            Roots = settings.Roots,
            Address = link,
        };
        supervisor.Recover();
        supervisor.Round();
        using var watching = WatchedFolders.Open(composition, place, queue, Watched, line => log.Say(new ServerLine("watching", line)), stop.Token);
        var beat = Path.Join(place.Runtime, "heartbeat");
        string? trouble = null;
        await using var index = Index.IndexKeeper.Start(place, queue, composition.Time, line => log.Say(new ServerLine("index", line) { Level = "warn" }));
        await using var api = await ListenAsync(place, queue, link, log);
        try
        {
            while (!stop.IsCancellationRequested)
            {
                try
                {
                    supervisor.Round();
                    if (sweep.Round() is > 0 and var removed) log.Say(new ServerLine("runs-removed", $"{removed} run{(removed == 1 ? "" : "s")} removed, as the settings say"));
                    DurableFile.WritePlain(composition.Disk, beat, Encoding.ASCII.GetBytes(composition.Time.GetUtcNow().ToString("O", CultureInfo.InvariantCulture) + "\n"));
                    trouble = null;
                }
                catch (DiskException e)
                {
                    // A full disk ends neither the server nor what runs; it goes on when there is room.
                    if (trouble != e.Message) log.Say(new ServerLine("held", $"the state root cannot be written, so nothing is started: {e.Message}") { Level = "error" });
                    trouble = e.Message;
                    await Task.Delay(TimeSpan.FromSeconds(1), composition.Time, stop.Token);
                }
                if (UntilIdle && supervisor.RunningCount == 0 && queue.In(ServerPlace.Pending).Count == 0)
                {
                    if (notices is not null) await notices.EndAsync();
                    return Verb.Done;
                }
                await Task.Delay(TimeSpan.FromMilliseconds(200), composition.Time, stop.Token);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            log.Say(new ServerLine("server-stopping", supervisor.RunningCount > 0 ? "stopping: runs under way end and are queued again" : "stopping"));
        }
        await supervisor.StopAsync(TimeSpan.FromSeconds(20));
        if (notices is not null) await notices.EndAsync();
        return Verb.Done;
    }

    private async Task<IAsyncDisposable?> ListenAsync(ServerPlace place, JobQueue queue, string? link, ServerLog log)
    {
        if (Address is null) return null;
        try
        {
            var token = Serving.Token(place);
            var api = await Serving.ListenAsync(composition, place, queue, (Address, Certificate, Names));
            RunningServer.Note(place, Address);
            log.Say(new ServerLine("api-listening", $"API on {link}/api/v1 · token in {Path.Join(place.Root, "token")}"));
            // A link with the token is for a person at a terminal; a log would keep it for anybody.
            if (!Console.IsOutputRedirected) Console.WriteLine($"Open  {link}/#t={token}   (again later: spool open · from afar: ssh -L {Address.Port}:localhost:{Address.Port} host)");
            return api;
        }
        catch (IOException e) { throw new UsageException($"{Address} cannot be listened on ({e.Message}); choose another: --listen 127.0.0.1:7008"); }
    }

    private static void Stop(PosixSignalContext context, CancellationTokenSource stop)
    {
        context.Cancel = true;
        stop.Cancel();
    }
}
