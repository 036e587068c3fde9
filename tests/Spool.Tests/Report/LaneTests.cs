using Spool.App.Report;
using Xunit;
using TaskStatus = Spool.Engine.Planning.TaskStatus;

namespace Spool.Tests.Report;

public sealed class LaneTests
{
    private const string Steps = """
          - id: a
            kind: files.write
            foreach: { range: [0, 3] }
            with: { text: x }
            out: { file: "a/${{ item }}.txt" }
          - id: b
            kind: files.copy
            in: { file: a/0.txt }
            resources: { tts: 1 }
            out: { file: b.txt }
          - id: c
            kind: files.copy
            in: { file: a/1.txt }
            needs: [b]
            out: { file: c.txt }
        """;

    private static readonly GraphSketch Ran = new GraphSketch(Steps).Ran("a:0", 0, 1).Ran("a:1", 0, 3).Ran("a:2", 1, 2).Ran("b", 1, 4.5).Ran("c", 4.5, 5);

    private static IReadOnlyList<Lane> Lanes(GraphSketch sketch) => LanePlan.Of(sketch.Tasks, LanePlan.CriticalPath(sketch.Tasks), 1_000_000, _ => 2);

    [Fact]
    public void Tasks_take_the_lowest_free_slot_and_pools_have_lanes_of_their_own()
    {
        var lanes = Lanes(Ran).ToDictionary(l => l.Resource, l => string.Join(' ', l.Spans.Select(s => $"{s.Task}@{s.Start}-{s.End}")));
        Assert.Equal(["cpu 1", "cpu 2", "cpu 3", "tts"], lanes.Keys);
        Assert.Equal("a:0@0-1 a:2@1-2 c@4.5-5", lanes["cpu 1"]);
        Assert.Equal("a:1@0-3", lanes["cpu 2"]);
        Assert.Equal("b@1-4.5", lanes["cpu 3"]);
        Assert.Equal("b@1-4.5", lanes["tts"]);
        Assert.Equal(2, Lanes(Ran)[^1].Capacity);
    }

    [Fact]
    public void The_critical_path_is_the_longest_chain_through_files_and_through_pure_ordering() =>
        Assert.Equal(["a:0", "b", "c"], LanePlan.CriticalPath(Ran.Tasks).Select(n => n.Address).Order(StringComparer.Ordinal));

    [Fact]
    public void What_was_reused_has_no_span_but_hands_the_chain_on()
    {
        var sketch = new GraphSketch(Steps).Ran("a:0", 0, 1).Ran("c", 1, 2);
        Assert.Equal(["a:0", "c"], LanePlan.CriticalPath(sketch.Tasks).Select(n => n.Address).Order(StringComparer.Ordinal));
        Assert.Equal("a:0 c", string.Join(' ', Lanes(sketch).Single().Spans.Select(s => s.Task)));
    }

    [Fact]
    public void Many_slots_are_one_lane()
    {
        var sketch = new GraphSketch(Steps.Replace("[0, 3]", "[0, 40]", StringComparison.Ordinal));
        for (var i = 0; i < 40; i++) sketch.Ran($"a:{i}", 0, 1);
        var lane = Assert.Single(Lanes(sketch));
        Assert.Equal(("cpu", 40, 40), (lane.Resource, lane.Capacity, lane.Spans.Count));
    }

    [Fact]
    public void When_there_are_too_many_tasks_the_preferred_then_the_worst_then_the_longest_are_shown()
    {
        var sketch = new GraphSketch(Steps).Ran("a:0", 0, 1).Ran("a:1", 0, 3).Set("b", TaskStatus.Failed);
        string Chosen(int most) => string.Join(' ', TaskEntries.Choose(sketch.Tasks, new HashSet<Engine.Graph.TaskNode> { sketch["a:2"].Node }, most).Select(t => t.Node.Address));
        Assert.Equal("a:2", Chosen(1));
        Assert.Equal("a:2 b", Chosen(2));
        Assert.Equal("a:1 a:2 b", Chosen(3));
        Assert.Equal("a:0 a:1 a:2 b c", Chosen(9));
    }
}
