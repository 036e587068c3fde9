using Spool.Tests.Support;
using Xunit;

namespace Spool.Tests.Journal;

/// <summary>
/// The journal's promise at every crash point: the power goes before each call that has an effect, every state the disk may be in is
/// recovered by the real code, and the rule of <see cref="JournalCheck"/> must hold.
/// </summary>
public sealed class JournalCrashTests(ITestOutputHelper output)
{
    private static readonly TearDetail Detail = CrashCounts.IsLong ? TearDetail.Fine : TearDetail.Coarse;

    // The long form runs many orders of batches and restarts, and segments of many sizes.
    private static IEnumerable<JournalWorkload> Plans()
    {
        yield return new JournalWorkload();
        yield return new JournalWorkload { Batches = [4, 1, 0, 0, 1, 5, 2, 0, 3], SegmentBytes = 900 };
        if (!CrashCounts.IsLong) yield break;
        var random = new Random(1);
        for (var i = 0; i < 10; i++)
            yield return new JournalWorkload { Batches = [.. Enumerable.Range(0, 14).Select(_ => random.Next(5))], SegmentBytes = random.Next(150, 1500) };
    }

    [Fact]
    public void No_acknowledged_event_is_lost_whenever_the_power_goes() =>
        Report("L1 journal", plan => new JournalScenarios { Plan = plan, Detail = Detail, Most = CrashCounts.IsLong ? 1 << 16 : 1 << 12 }.PowerCuts());

    [Fact]
    public void A_second_power_cut_during_recovery_loses_nothing() =>
        Report("L1 second power cut in recovery", plan => new JournalScenarios { Plan = plan, Every = CrashCounts.IsLong ? 11 : 29 }.SecondCuts());

    [Fact]
    public void A_killed_engine_whose_bytes_are_only_in_memory_is_recovered_durably() =>
        Report("L1 kill, then power cut in recovery", plan => new JournalScenarios { Plan = plan, Every = CrashCounts.IsLong ? 1 : 3 }.Kills());

    [Fact]
    public void Rotating_twice_or_with_events_pending_loses_nothing()
    {
        Report("L1 rotation asked for", [new JournalWorkload()], _ => CrashExplorer.Explore((disk, history) =>
        {
            using var journal = JournalWorkload.Open(disk, history, history.Acked, 1 << 20, out var _);
            for (var i = 0; i < 3; i++)
            {
                var e = JournalHistory.Sample(history.Issued);
                history.Issue(e);
                journal.Append(e);
                journal.Rotate();
                journal.Rotate();
                journal.Commit();
                history.Acknowledge();
            }
        }, 1 << 12, Detail));
    }

    private void Report(string suite, Func<JournalWorkload, Found> explore) => Report(suite, Plans(), explore);

    private void Report(string suite, IEnumerable<JournalWorkload> plans, Func<JournalWorkload, Found> explore)
    {
        long states = 0;
        foreach (var plan in plans)
        {
            var found = explore(plan);
            states += found.States;
            Assert.True(found.States > 0);
            Assert.True(found.Violations.Count == 0, $"{found.Violations.Count} violations in {found.States} states\n{string.Join('\n', found.Violations.Take(5))}");
        }
        CrashCounts.Add(suite, states);
        output.WriteLine($"{suite}: crash states explored: {states:n0}, violations: 0");
    }
}
