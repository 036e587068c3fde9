using System.Text;
using System.Globalization;
using Spool.App.Index;
using Spool.App.Queue;

namespace Spool.App.Cli;

/// <summary>
/// The runs of the server as the command line sees them: from the files of the state root, with or without a server. A number means a run of the
/// server where there is no workspace here, or where the server has run this workspace; with <c>--workspace</c> it means that workspace's own.
/// </summary>
internal sealed class ServerRuns(Composition composition)
{
    /// <summary>In so many of the newest runs a workspace is looked for, so that a command starts at once whatever is recorded.</summary>
    private const int MostLooked = 1000;

    internal ServerPlace Place { get; } = new(composition.Disk, composition.StateRoot);

    internal JobQueue Queue => field ??= new JobQueue(Place, composition.Time);

    /// <summary>True where lists and numbers mean the server's runs.</summary>
    internal bool AreMeant(string? workspace)
    {
        if (workspace is not null) return false;
        var hasQueue = ServerPlace.Stages.Any(s => composition.Disk.Stat(Place.Stage(s)) is not null && composition.Disk.Names(Place.Stage(s)).Any(n => ServerPlace.NumberOf(n) is not null));
        string here;
        try { here = WorkflowFile.FindWorkspace(composition, null); }
        catch (UsageException) { return composition.Disk.Stat(Place.Queue) is not null; } // else nobody has served here, and the sentence about workspaces helps more
        return hasQueue && Queue.Newest(r => r.Job.Place == here, 1, most: MostLooked).Count > 0;
    }

    /// <summary>The run that a number means.</summary>
    internal QueuedRun? Find(string? id) => long.TryParse(id, NumberStyles.None, null, out var number) ? Queue.Find(number) : null;

    /// <summary>The run that a number means.</summary>
    /// <exception cref="UsageException">There is no such run.</exception>
    internal QueuedRun Get(string? id) => Find(id) ?? throw new UsageException($"the server has no run {id}; see: spool list");

    /// <summary>True while a server has the state root.</summary>
    internal bool IsServed => SubmitVerb.IsServed(composition, Place);

    /// <summary>Asks the engine of a workspace to end.</summary>
    internal bool AskToEnd(string workspace) => OwnerSocket.Ask(PastRuns.LivingOwner(composition, new Engine.Scheduling.WorkspacePaths(workspace))?.Socket, "cancel") is not null;

    /// <summary>Runs as JSON objects, the oldest first: from the index where it knows them all, else from their files.</summary>
    internal IEnumerable<byte[]> Lines(RunFilter filter, int limit)
    {
        var foresight = new Foresight(Place, Queue, composition.Time);
        var live = Queue.Live();
        var outlooks = live.Count == 0 ? new Dictionary<long, Outlook>() : foresight.All();
        var lines = live.Where(filter.Takes).Select(r => (r.Id, Json(r, outlooks.GetValueOrDefault(r.Id) ?? Outlook.None))).ToList();
        using var index = RunIndex.Read(Place);
        if (limit <= MostLooked) lines.AddRange(Queue.Newest(r => r.Stage is ServerPlace.Done or ServerPlace.Failed && filter.Takes(r), limit).Select(r => (r.Id, Json(r, foresight.Of(r)))));
        else if (index is not null && IndexQuery.Over(index, Place, filter, limit) is { } over) lines.AddRange(over.Select(o => (o.Id, Encoding.UTF8.GetBytes(o.Json))));
        else lines.AddRange(Queue.In(ServerPlace.Done, ServerPlace.Failed).Where(filter.Takes).Select(r => (r.Id, Json(r, foresight.Of(r)))));
        // What ended between the two looks is in both; the later one holds.
        return lines.AsEnumerable().Reverse().DistinctBy(l => l.Id).OrderBy(l => l.Id).TakeLast(limit).Select(l => l.Item2);

        static byte[] Json(QueuedRun run, Outlook outlook) => JsonOut.Text(w =>
        {
            w.WriteStartObject();
            run.Write(w, outlook);
            w.WriteEndObject();
        });
    }
}
