using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Spool.App.Cli;
using Spool.App.Queue;
using Spool.App.Report;
using Spool.App.Server;
using Spool.Platform;

namespace Spool.App;

/// <summary>Brings the queue and the API together for whoever serves, so that the command line and the server need not know each other.</summary>
public static class Serving
{
    /// <summary>The token of this state root: made once, readable by the user alone.</summary>
    /// <exception cref="DiskException">Others may read it, or it cannot be made.</exception>
    public static string Token(ServerPlace place)
    {
        var path = Path.Join(place.Root, "token");
        if (place.Disk.Stat(path) is { } stat)
        {
            if ((stat.Mode & 0x3f) != 0) place.Disk.SetMode(path, 0x180);
            return DurableFile.ReadText(place.Disk, path).Trim();
        }
        var token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        DurableFile.WritePlain(place.Disk, path + ".new", ReadOnlySpan<byte>.Empty);
        place.Disk.SetMode(path + ".new", 0x180);
        DurableFile.WritePlain(place.Disk, path + ".new", Encoding.ASCII.GetBytes(token + "\n"));
        place.Disk.Rename(path + ".new", path, RenameMode.Replace);
        return token;
    }

    /// <summary>Starts the API.</summary>
    /// <exception cref="IOException">The address is taken.</exception>
    public static async Task<IAsyncDisposable> ListenAsync(Composition composition, ServerPlace place, JobQueue queue, (IPEndPoint Address, X509Certificate2? Certificate, IReadOnlyList<string> Names) at)
    {
        var desk = new ReviewDesk(composition);
        return await HttpServer.StartAsync(composition, place, queue, new Listening(at.Address, Token(place), at.Certificate, at.Names), new Workers(workspace => Owner(composition, workspace, w => w.WriteString("verb", "cancel")) is not null, (arguments, stop) => AskAsync(composition, place, arguments, stop),
            run => run.FileIn(place), (workspace, request) => Owner(composition, workspace, request), (workspace, run) => PlanOf(composition, workspace, run))
        {
            ProblemsOf = job => JobCheck.Of(composition, place, job),
            SpentToday = () => composition.DayLedger.Today(),
            ReviewsAsync = (run, stop) => desk.ListAsync(run.FileIn(place), run.Job.Place, stop),
            DecideAsync = (run, verdict, stop) => desk.DecideAsync(run.FileIn(place), run.Job.Place, verdict, stop),
        });
    }

    private static System.Text.Json.JsonElement? Owner(Composition composition, string workspace, Action<System.Text.Json.Utf8JsonWriter> request) =>
        OwnerSocket.Ask(PastRuns.LivingOwner(composition, new Engine.Scheduling.WorkspacePaths(workspace))?.Socket, request);

    private static KnownPlan PlanOf(Composition composition, string workspace, string run)
    {
        if (composition.Disk.Stat(new Engine.Scheduling.WorkspacePaths(workspace).Journal) is null) return KnownPlan.None;
        var past = PastRuns.Read(composition, workspace);
        return past.State.Run(run) is { } known ? new KnownPlan(past.TasksOf(known), () => past.State.Paths.Values.ToLookup(p => p.Key)) : KnownPlan.None;
    }

    private static async Task<(int, string)> AskAsync(Composition composition, ServerPlace place, IReadOnlyList<string> arguments, CancellationToken cancel)
    {
        var environment = new Dictionary<string, string> { ["PATH"] = composition.Environment("PATH") ?? "/usr/bin:/bin", ["HOME"] = composition.Environment("HOME") ?? "/", ["SPOOL_STATE"] = place.Root, ["LANG"] = "C.UTF-8" };
        if (composition.Environment("XDG_RUNTIME_DIR") is { } runtime) environment["XDG_RUNTIME_DIR"] = runtime;
        var result = await composition.Processes.RunAsync(new ToolCommand(Environment.ProcessPath!, arguments) { WorkingFolder = "/", CaptureOutput = true }, environment, TimeSpan.FromSeconds(60), null, null, cancel);
        return (result.ExitCode, result.Output.Length > 0 ? result.Output : result.Tail);
    }
}
