using System.CommandLine;
using Microsoft.Data.Sqlite;
using Spool.App.Index;
using Spool.App.Queue;
using Spool.Platform;

namespace Spool.App.Cli;

public sealed class IndexVerb : Verb
{
    private readonly Argument<string> _action = new("ACTION") { Description = "rebuild: throw it away and make it from the files; update: only what changed; status" };
    private readonly Option<string?> _state = new("--state") { Description = "The state root of the server (default: SPOOL_STATE, else ~/.local/state/spool)", HelpName = "DIR" };
    private readonly Option<bool> _json = new("--json") { Description = "One JSON object" };

    public override string Name => "index";
    public override string Summary => "The index of the server's runs, which is made from files and may be lost";
    public override int Order => 46;
    public override IReadOnlyList<string> Examples => ["spool index rebuild", "spool index status --json"];

    public override void Build(Command command)
    {
        command.Add(_action.AcceptOnlyFromAmong("rebuild", "update", "status"));
        command.Add(_state);
        command.Add(_json);
        command.SetAction(async (parsed, cancel) =>
        {
            using var composition = ServerState.Compose(parsed.GetValue(_state));
            var runs = new ServerRuns(composition);
            if (RunIndex.Unavailable is { } why) throw new UsageException(why);
            var began = composition.Time.GetTimestamp();
            var read = 0;
            if (parsed.GetValue(_action) != "status")
            {
                runs.Place.Make();
                using var turn = await TurnAsync(composition, runs.Place, cancel);
                // The server's writer takes a new file up by itself; it looks once a second whether its file is the one that lies there.
                var ticker = new Ticker(composition.Time, "runs", null);
                try
                {
                    if (parsed.GetValue(_action) == "rebuild") RunIndex.Delete(runs.Place);
                    read = Update(runs, (done, _) => ticker.Tell(done));
                }
                catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException)
                {
                    await Console.Error.WriteLineAsync($"error: the index {RunIndex.FileIn(runs.Place)} cannot be made: {e.Message}\nkept: all runs, which are files; move away what lies there, then: spool index rebuild");
                    return Failed;
                }
                finally { ticker.Finish(); }
            }
            var seconds = composition.Time.GetElapsedTime(began).TotalSeconds;
            using var index = RunIndex.Read(runs.Place);
            var known = index is null ? 0 : IndexQuery.Count(index);
            if (parsed.GetValue(_json)) JsonOut.Line(w =>
            {
                w.WriteString("path", RunIndex.FileIn(runs.Place));
                w.WriteBoolean("there", index is not null);
                w.WriteNumber("runs", known);
                w.WriteNumber("read", read);
                w.WriteNumber("bytes", File.Exists(RunIndex.FileIn(runs.Place)) ? new FileInfo(RunIndex.FileIn(runs.Place)).Length : 0);
                w.WriteNumber("seconds", Math.Round(seconds, 3));
            });
            else if (index is null) Console.WriteLine("there is no index; make it: spool index rebuild");
            else Console.WriteLine($"{Words.Count((int)known)} runs in {RunIndex.FileIn(runs.Place)}{(read > 0 ? $", {Words.Count(read)} read in {Words.Duration(seconds)}" : "")}");
            return Done;
        });
    }

    /// <summary>Two that make the index at once would take it from under each other; the second waits.</summary>
    private static async Task<IDisposable> TurnAsync(Composition composition, ServerPlace place, CancellationToken cancel)
    {
        var file = composition.Disk.OpenWrite(RunIndex.FileIn(place) + ".lock", OpenMode.Keep);
        while (!file.TryLock()) await Task.Delay(TimeSpan.FromMilliseconds(50), composition.Time, cancel);
        return file;
    }

    /// <summary>Brings the index up to the files; gives how many runs were read.</summary>
    internal static int Update(ServerRuns runs, Action<int, int>? progress)
    {
        using var index = RunIndex.Write(runs.Place);
        runs.Place.Make(); // the new file, too, is the user's alone
        return new IndexWriter(runs.Place, runs.Queue).Update(index, progress);
    }
}
