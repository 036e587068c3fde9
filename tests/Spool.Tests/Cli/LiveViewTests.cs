using Spool.App.Cli;
using Spool.Engine;
using Spool.Engine.Definition;
using Spool.Engine.Graph;
using Spool.Engine.Journal;
using Spool.Engine.Planning;
using Spool.Engine.Scheduling;
using Spool.Steps.Files;
using Spool.Tests.Support;
using Xunit;
using TaskStatus = Spool.Engine.Planning.TaskStatus;

namespace Spool.Tests.Cli;

public sealed class LiveViewTests
{
    private readonly SteppedTime _time = new();
    private readonly List<TaskState> _tasks = [];
    private readonly List<StepState> _open = [];
    private readonly LiveState _state;
    private double? _left;

    public LiveViewTests() => _state = new LiveState(_time);

    private StepNode Step(string id, int items)
    {
        var definition = new StepDefinition { Id = id, At = default, Kind = new KindSchema(typeof(WriteFile)), Inputs = [], Outputs = [] };
        var step = new StepNode(definition, _tasks.Count) { Order = _tasks.Count };
        for (var i = 0; i < items; i++)
        {
            var node = new TaskNode(step, items == 1 ? null : new Item($"i{i}", null, new Dictionary<string, YamlNode>()), _tasks.Count);
            step.Tasks.Add(node);
            _tasks.Add(new TaskState(node));
        }
        return step;
    }

    private void Begin() => _state.Begin(new RunView("1", "w", _tasks, () => _open, () => new TaskCounts(0, 0, 0, 0, 0, 0, 0, 0), () => new TimeLeft(_left ?? 0, true)));

    private void Set(StepNode step, int item, TaskStatus status)
    {
        var task = _tasks[step.Tasks[item].Index];
        task.Status = status;
        _state.Changed(task);
    }

    private string[] Lines(int width = 80, int height = 24) => [.. new LiveView(_time, 4).Lines(_state, (width, height)).Select(l => l.Text)];

    [Fact]
    public void Failed_and_running_tasks_come_first_then_steps_then_how_far_it_is()
    {
        var speech = Step("speech", 5);
        var clips = Step("clips", 5);
        _left = 22;
        Begin();
        for (var i = 0; i < 4; i++) Set(speech, i, TaskStatus.Succeeded);
        Set(clips, 0, TaskStatus.Failed);
        Set(speech, 4, TaskStatus.Running);
        _state.Progress(_tasks[4], 0.614);
        _time.Advance(2.1);
        Assert.Equal(
        [
            "✗ clips:i0   failed",
            "▶ speech:i4    2.1 s  61 %",
            "  speech  ████████░░ 4/5",
            "  clips   ░░░░░░░░░░ 0/5  1 failed",
            "4/10 done · 1 running · 4 cores · about 20 s left",
        ], Lines());
    }

    [Fact]
    public void It_is_never_taller_or_wider_than_the_terminal()
    {
        for (var s = 0; s < 60; s++)
        {
            var step = Step($"a-step-with-a-long-name-{s}", 40);
            for (var i = 0; i < 15; i++) _tasks[step.Tasks[i].Index].Status = TaskStatus.Running;
            _tasks[step.Tasks[20].Index].Status = TaskStatus.Failed;
        }
        Begin();
        for (var height = 1; height < 60; height++)
        {
            for (var width = 1; width < 120; width += 3)
            {
                var lines = Lines(width, height);
                Assert.InRange(lines.Length, 1, Math.Max(1, height - 1));
                Assert.All(lines, l => Assert.InRange(TerminalText.Columns(l), 0, Math.Max(1, Math.Min(78, width - 1))));
            }
        }
    }

    [Fact]
    public void What_does_not_fit_is_counted()
    {
        var steps = Enumerable.Range(0, 320).Select(i => Step($"s{i}", 1)).ToList();
        Begin();
        foreach (var step in steps.Take(300)) Set(step, 0, TaskStatus.Succeeded);
        foreach (var step in steps.Skip(300).Take(2)) Set(step, 0, TaskStatus.Running);
        var lines = Lines(80, 18);
        Assert.Equal(12, lines.Length);
        Assert.Equal("▶ s300    0.0 s", lines[0]);
        Assert.Equal("  s300  ░░░░░░░░░░ 0/1", lines[2]);
        Assert.Equal("  +312 more, 300 of them over", lines[10]);
        foreach (var step in steps.Skip(302)) Set(step, 0, TaskStatus.Running);
        Assert.Contains("  +15 more running", Lines(80, 18));
    }

    [Fact]
    public void A_step_whose_items_are_known_later_says_so_and_then_counts()
    {
        Step("split", 1);
        var later = new StepNode(new StepDefinition { Id = "clips", At = default, Kind = new KindSchema(typeof(WriteFile)), Inputs = [], Outputs = [] }, 1) { Order = 1 };
        _open.Add(new StepState(later, TaskStatus.Pending, [], null));
        Begin();
        Assert.Contains("  clips  known later", Lines());
        for (var i = 0; i < 3; i++)
        {
            later.Tasks.Add(new TaskNode(later, new Item($"c{i}", null, new Dictionary<string, YamlNode>()), _tasks.Count));
            _tasks.Add(new TaskState(later.Tasks[i]));
        }
        _open.Clear();
        Set(later, 0, TaskStatus.Reused);
        Assert.Contains("  clips  ███░░░░░░░ 1/3", Lines());
    }

    [Fact]
    public void Tasks_that_were_not_asked_for_are_not_counted()
    {
        var step = Step("a", 2);
        _tasks[0].Status = TaskStatus.Skipped;
        _tasks[0].Reasons = [RunCore.NotSelected];
        Begin();
        Set(step, 1, TaskStatus.Running);
        Assert.StartsWith("0/1 done", Lines()[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_task_that_is_tried_again_no_longer_runs()
    {
        var step = Step("a", 1);
        Begin();
        Set(step, 0, TaskStatus.Running);
        _state.Retrying(_tasks[0]);
        Assert.DoesNotContain(Lines(), l => l.StartsWith('▶'));
    }

    [Fact]
    public void What_costs_a_walk_over_all_tasks_is_asked_at_most_once_a_second()
    {
        var asked = 0;
        var step = Step("many", 1000);
        _state.Begin(new RunView("1", "w", _tasks, () => { asked++; return []; }, () => new TaskCounts(0, 0, 0, 0, 0, 0, 0, 0), () => new TimeLeft(1, true)));
        for (var i = 0; i < 1000; i++)
        {
            Set(step, i, TaskStatus.Running);
            Set(step, i, TaskStatus.Succeeded);
            _time.Advance(0.002);
        }
        Assert.InRange(asked, 2, 3);
        Assert.Equal(1000, _state.Done);
    }
}
