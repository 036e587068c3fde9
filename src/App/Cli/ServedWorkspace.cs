using System.CommandLine;
using System.Globalization;
using Spool.App.Queue;
using Spool.Engine;
using Spool.Engine.Definition;
using Spool.Platform;

namespace Spool.App.Cli;

/// <summary>
/// A plain <c>spool run</c> in a workspace that the server works in, or watches, is submitted to the server and followed: two engines would only
/// wait for each other. What a job cannot say (targets, single steps, options of steps) is run by an engine of its own, behind the server's.
/// </summary>
internal static class ServedWorkspace
{
    /// <summary>The job of a run, when the server is to do it; null when it is to be run here.</summary>
    internal static Job? Job(Composition composition, WorkflowFile file, ParseResult parsed, RunOptions options, (int? Jobs, bool StandIns, string? Served, decimal? Budget) more)
    {
        if (more.Served is not null || more.StandIns || more.Jobs is not null || parsed.GetValue(options.Sets) is { Length: > 0 } || parsed.GetValue(options.Only) is { Length: > 0 } || parsed.GetValue(options.Force) is { Length: > 0 } || parsed.GetValue(options.Allow) is { Length: > 0 }) return null;
        var runs = new ServerRuns(composition);
        if (!runs.IsServed) return null;
        var owns = runs.Queue.Live().Any(r => r.Job.Place == file.Workspace) || WatchedList.Read(runs.Place).Contains(file.File);
        if (!owns) return null;
        var vars = GivenVariables.Read(composition, parsed.GetValue(options.Vars) ?? []);
        // What is wrong with the text is told here and now, as by every run.
        var problems = new ProblemList();
        if (file.Graph(composition, new WorkflowArguments { Vars = vars.Values, FromFiles = vars.FromFiles, Profile = parsed.GetValue(options.Profile) }, problems) is null || problems.Any) return null;
        return new Job(file.File, file.Workspace) { Vars = vars.Values.GroupBy(v => v.Name).ToDictionary(g => g.Key, g => g.Last().Value), Profile = parsed.GetValue(options.Profile), Budget = more.Budget };
    }

    internal static async Task<int> SubmitAsync(Composition composition, Job job, (bool NoWait, bool Json) how, CancellationToken cancel)
    {
        var runs = new ServerRuns(composition);
        if (how.NoWait)
        {
            var owner = FileLock.ReadOwner(composition.Disk, runs.Place.Lock);
            await Console.Error.WriteLineAsync($"error: the server owns this workspace (pid {owner?.Pid} on {owner?.Host}, since {owner?.Started}); without --no-wait the run is submitted to it");
            return Verb.Failed;
        }
        var waiting = runs.Queue.In(ServerPlace.Running).FirstOrDefault(r => r.Status == "waiting" && IsSame(r.Job, job));
        long id;
        if (waiting is not null)
        {
            // It is this very run that waits: it looks again, instead of a second one behind it.
            DurableFile.WritePlain(composition.Disk, waiting.WakeMark(runs.Place), "run\n"u8);
            id = waiting.Id;
            for (var tries = 0; tries < 50 && composition.Disk.Stat(waiting.WakeMark(runs.Place)) is not null; tries++) await Task.Delay(TimeSpan.FromMilliseconds(100), composition.Time, cancel);
        }
        else id = runs.Queue.Add(job);
        if (!how.Json) await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"the server owns this workspace: run {id} {(waiting is null ? "queued" : "goes on")}, following (Ctrl+C stops following, not the run)"));
        return await new FollowedRun(composition, runs, id) { Json = how.Json }.RunAsync(untilOver: false, cancel);
    }

    private static bool IsSame(Job one, Job other) => one.Workflow == other.Workflow && one.Place == other.Place && one.Profile == other.Profile && one.Vars.Count == other.Vars.Count && one.Vars.All(v => other.Vars.GetValueOrDefault(v.Key) == v.Value);
}
