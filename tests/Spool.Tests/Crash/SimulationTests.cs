using System.Globalization;
using System.Text;
using Spool.Engine;
using Spool.Engine.Attempts;
using Spool.Engine.Scheduling;
using Spool.Platform;
using Spool.Tests.Support;
using Xunit;

namespace Spool.Tests.Crash;

/// <summary>
/// The whole engine in simulation: random workflows, random order of everything, failing and retried tasks, cancelling, kills and power cuts at
/// any effect on the disk, one number deciding all. Afterwards an undisturbed run must end with exactly what the workflow says.
/// </summary>
public sealed class SimulationTests(ITestOutputHelper output)
{
    private static int Seeds => CrashCounts.IsLong ? 20_000 : 400;

    [Fact]
    public void Whatever_happens_to_a_run_the_next_one_ends_with_what_the_workflow_says()
    {
        for (var seed = 1; seed <= Seeds; seed++)
        {
            try { Simulate(seed); }
            catch (Exception e)
            {
                throw new InvalidOperationException($"seed {seed}: {e.Message}", e);
            }
        }
        CrashCounts.Add("L3 seeds", Seeds);
        output.WriteLine($"counts: L3 {Seeds} seeds");
    }

    [Fact]
    public void Without_the_barrier_before_the_journal_names_a_result_power_cuts_do_harm()
    {
        var harmed = Enumerable.Range(1, 300).Count(seed =>
        {
            try { Simulate(seed, static (call, _) => call.Kind is DiskCallKind.Sync or DiskCallKind.SyncFolder or DiskCallKind.SyncFileSystem && !call.Path.Contains("/journal", StringComparison.Ordinal)); }
            catch (Exception) { return true; }
            return false;
        });
        output.WriteLine($"counts: L1b engine {harmed} of 300 seeds show the missing barrier");
        Assert.True(harmed > 0, "the simulation cannot see a missing barrier");
    }

    private static void Simulate(int seed, Func<DiskCall, DiskCall, bool>? leaveOut = null)
    {
        var random = new Random(seed);
        var time = new FakeTime();
        var files = new VirtualDisk(time);
        DurableFile.CreateFolders(files, EngineRig.Home);
        var workflow = RandomWorkflow.Of(random);
        var executed = new Dictionary<string, int>();
        var disturbances = random.Next(4);
        for (var round = 0; round < disturbances; round++)
        {
            IDisk under = leaveOut is null ? files : new MutantDisk(files, leaveOut);
            var crash = random.Next(3) > 0 ? new CrashAtDisk(under, 1 + random.Next(400), random.Next(2) == 0) : null;
            var rig = new EngineRig(files, time) { Disk = crash ?? under };
            rig.Before = Disturb(random, executed);
            rig.Write("spool.yaml", workflow.Yaml);
            using var cancel = new CancellationTokenSource();
            if (random.Next(4) == 0) rig.CancelAfter = (random.Next(6), cancel);
            try { new SeededScheduler(random.Next(), time).Run(() => rig.RunAsync(jobs: 1 + random.Next(4), cancel: cancel.Token)); }
            catch (Exception e) when (crash is { HasCut: true } && e is PowerCut or AggregateException { InnerException: PowerCut }) { }
            if (crash is { HasCut: true } && random.Next(2) == 0) files = files.Crash(random.Next());
            else if (crash is { HasCut: true }) files.Kill();
            if (random.Next(3) == 0) workflow = workflow.Changed(random);
        }
        var last = new EngineRig(files, time) { Before = Count(executed) };
        last.Write("spool.yaml", workflow.Yaml);
        var result = new SeededScheduler(seed, time).Run(() => last.RunAsync(jobs: 2));
        Assert.True(result is not null, string.Join("; ", last.Problems.Problems.Select(p => p.Message)));
        Assert.Equal("succeeded", result.Status);
        foreach (var (path, text) in workflow.Expected) Assert.Equal(text, last.Read(path));
        var again = new EngineRig(files, time);
        var ran = again.Executions.Count;
        var quiet = new SeededScheduler(seed, time).Run(() => again.RunAsync());
        Assert.Equal(0, again.Executions.Count - ran);
        Assert.Equal(0, quiet!.Tasks.Ran);
        var health = Examination.Of(files, new WorkspacePaths(EngineRig.Home), false, true, _ => [], CancellationToken.None);
        Assert.Empty(health.Findings);
    }

    private static Func<AttemptSpec, AttemptResult?> Count(Dictionary<string, int> executed) => attempt =>
    {
        executed[attempt.Folder] = executed.GetValueOrDefault(attempt.Folder) + 1;
        return null;
    };

    private static Func<AttemptSpec, AttemptResult?> Disturb(Random random, Dictionary<string, int> executed) => attempt =>
    {
        Count(executed)(attempt);
        return random.Next(12) switch
        {
            0 => Failed(FailureKind.Unavailable),
            1 => Failed(FailureKind.ToolFailed),
            2 => Failed(FailureKind.InputChanged),
            _ => null,
        };

        static AttemptResult Failed(FailureKind kind) => new(new Failure(kind, "simulated"), [], new Dictionary<string, string>());
    };
}

/// <summary>A random workflow of writes, capitals and joins, and what its files must hold.</summary>
internal sealed record RandomWorkflow(IReadOnlyList<string> Texts, IReadOnlyList<(int From, int[] More)> Shape, int Stamp)
{
    internal static RandomWorkflow Of(Random random)
    {
        var texts = Enumerable.Range(0, 1 + random.Next(4)).Select(_ => Word(random)).ToList();
        var shape = Enumerable.Range(0, random.Next(6)).Select(i => (random.Next(texts.Count + i), Enumerable.Range(0, random.Next(3)).Select(_ => random.Next(texts.Count + i)).ToArray())).ToList();
        return new RandomWorkflow(texts, shape, 0);
    }

    internal RandomWorkflow Changed(Random random)
    {
        var texts = Texts.ToList();
        texts[random.Next(texts.Count)] = Word(random);
        return this with { Texts = texts, Stamp = Stamp + 1 };
    }

    private static string Word(Random random) => ((char)('a' + random.Next(5))).ToString(CultureInfo.InvariantCulture) + random.Next(3).ToString(CultureInfo.InvariantCulture);

    internal string Yaml
    {
        get
        {
            var yaml = new StringBuilder("version: 1\nsteps:\n");
            for (var i = 0; i < Texts.Count; i++) yaml.Append(CultureInfo.InvariantCulture, $"  - id: s{i}\n    kind: files.write\n    with: {{ text: {Texts[i]} }}\n    out: {{ file: out/{i}.txt }}\n");
            for (var i = 0; i < Shape.Count; i++)
            {
                var (from, more) = Shape[i];
                var n = Texts.Count + i;
                if (more.Length == 0) yaml.Append(CultureInfo.InvariantCulture, $"  - id: s{n}\n    kind: test.upper\n    retry: 1\n    in: {{ text: out/{from}.txt }}\n    out: {{ text: out/{n}.txt }}\n");
                else yaml.Append(CultureInfo.InvariantCulture, $"  - id: s{n}\n    kind: test.join\n    in: {{ texts: [{string.Join(", ", more.Prepend(from).Select(m => $"out/{m}.txt"))}] }}\n    out: {{ text: out/{n}.txt }}\n");
            }
            return yaml.ToString();
        }
    }

    internal IEnumerable<(string Path, string Text)> Expected
    {
        get
        {
            var made = Texts.ToList();
            foreach (var (from, more) in Shape) made.Add(more.Length == 0 ? made[from].ToUpperInvariant() : string.Concat(more.Prepend(from).Select(m => made[m])));
            return made.Select((text, i) => ($"out/{i}.txt", text));
        }
    }
}
