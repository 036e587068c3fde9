using Spool.App.Queue;
using Spool.Platform;
using Spool.Tests.Support;
using Xunit;

namespace Spool.Tests.Queue;

public sealed class QueueOrderTests
{
    private readonly FakeTime _time = new();
    private readonly VirtualDisk _disk;
    private readonly ServerPlace _place;
    private readonly JobQueue _queue;

    public QueueOrderTests()
    {
        _disk = new VirtualDisk(_time);
        DurableFile.CreateFolders(_disk, "/state");
        _place = new ServerPlace(_disk, "/state");
        _place.Make();
        _queue = new JobQueue(_place, _time);
    }

    private long Add(string workspace, int priority = 0) => _queue.Add(new Job($"{workspace}/spool.yaml", workspace) { Priority = priority });

    private long[] Order(string? last = null) => [.. QueueOrder.Sorted(_queue.In(ServerPlace.Pending), last).Select(r => r.Id)];

    private QueuedRun Done(long id, double seconds, string tasks = """{"total":2,"ran":2}""")
    {
        var begun = _time.GetUtcNow().ToUnixTimeMilliseconds();
        return _queue.Move(_queue.Find(id)! with { Status = "succeeded", StartedAt = begun, FinishedAt = begun + (long)(seconds * 1000), Tasks = tasks, Attempt = 1 }, ServerPlace.Done);
    }

    [Fact]
    public void Runs_start_in_the_order_in_which_they_came_and_higher_priority_goes_first()
    {
        long a = Add("/a"), b = Add("/b"), c = Add("/c", 5);
        Assert.Equal([c, a, b], Order());
    }

    [Fact]
    public void A_workspace_with_many_runs_takes_turns_with_one_that_has_a_single_run()
    {
        long a1 = Add("/a"), a2 = Add("/a"), a3 = Add("/a"), b1 = Add("/b");
        Assert.Equal([a1, b1, a2, a3], Order());
        Assert.Equal([b1, a1, a2, a3], Order(last: "/a"));
    }

    [Fact]
    public void A_run_that_is_moved_stands_where_it_was_put_and_later_ones_come_behind()
    {
        long a = Add("/a"), b = Add("/b"), c = Add("/c");
        Assert.True(_queue.MoveBefore(c, a));
        var d = Add("/d");
        Assert.Equal([c, a, b, d], Order());
        Assert.False(_queue.MoveBefore(99, a));
    }

    [Fact]
    public void Moving_in_front_of_a_run_of_higher_priority_takes_its_priority()
    {
        long a = Add("/a", 3), b = Add("/b");
        Assert.True(_queue.MoveBefore(b, a));
        Assert.Equal([b, a], Order());
        Assert.Equal(3, _queue.Find(b)!.Job.Priority);
    }

    [Fact]
    public void What_a_person_said_stays_when_a_run_is_moved_on_by_one_who_read_it_before()
    {
        var id = Add("/a");
        var old = _queue.Find(id)!;
        _queue.Change(id, r => r with { Label = "good", Rating = 4 });
        _queue.Move(old with { Status = "succeeded" }, ServerPlace.Done);
        Assert.Equal(("good", 4), (_queue.Find(id)!.Label, _queue.Find(id)!.Rating));
    }

    [Fact]
    public void A_failed_run_can_be_queued_again_and_a_finished_one_cannot()
    {
        long a = Add("/a"), b = Add("/b");
        _queue.Move(_queue.Find(a)! with { Status = "failed", Attempt = 3, Problem = "x" }, ServerPlace.Failed);
        Done(b, 1);
        Assert.True(_queue.Retry(a));
        Assert.False(_queue.Retry(b));
        var again = _queue.Find(a)!;
        Assert.Equal((ServerPlace.Pending, "queued", 3, (string?)null), (again.Stage, again.Status, again.EarlierAttempts, again.Problem));
    }

    [Fact]
    public void A_paused_run_keeps_its_place_and_says_so()
    {
        var id = Add("/a");
        Assert.True(_queue.PauseRun(_queue.Find(id)!, true));
        Assert.Equal("paused", _queue.Find(id)!.Status);
        _queue.PauseRun(_queue.Find(id)!, false);
        Assert.Equal("queued", _queue.Find(id)!.Status);
        Done(id, 1);
        Assert.False(_queue.PauseRun(_queue.Find(id)!, true));
    }

    [Fact]
    public void Only_what_is_over_can_be_forgotten()
    {
        long a = Add("/a"), b = Add("/b");
        Done(a, 1);
        Assert.True(_queue.Delete(a));
        Assert.False(_queue.Delete(b));
        Assert.Null(_queue.Find(a));
        Assert.Null(_disk.Stat(_place.RunFolder(a)));
        Assert.NotEqual(a, Add("/c"));
    }

    [Fact]
    public void The_start_of_a_queued_run_is_foreseen_from_what_runs_of_its_workflow_took()
    {
        new Standing(1, null, null).Write(_place);
        Done(Add("/a"), 20);
        long first = Add("/a"), second = Add("/b"), third = Add("/a");
        var outlooks = new Foresight(_place, _queue, _time).All();
        Assert.Equal((1, 0.0, 20.0), (outlooks[first].Position, outlooks[first].StartsIn, outlooks[first].SecondsLeft));
        Assert.Equal((2, 20.0, (double?)null), (outlooks[second].Position, outlooks[second].StartsIn, outlooks[second].SecondsLeft));
        // Nobody knows how long the second takes, so nobody knows when the third starts.
        Assert.Equal((3, (double?)null), (outlooks[third].Position, outlooks[third].StartsIn));
    }

    [Fact]
    public void Where_the_engine_only_guesses_what_is_left_runs_of_the_workflow_in_other_workspaces_tell()
    {
        new Standing(1, null, null).Write(_place);
        var job = new Job("/w/film.yaml", "/a");
        Done(_queue.Add(job), 20);
        var id = _queue.Add(job with { Workspace = "/b" });
        _queue.Move(_queue.Find(id)! with { Status = "running", StartedAt = _time.GetUtcNow().ToUnixTimeMilliseconds(), Attempt = 1 }, ServerPlace.Running);
        Say("""{"tasks":{},"guess_s":1,"at":0}""");
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(15, Left());
        Say("""{"tasks":{},"eta_s":7,"at":0}""");
        Assert.Equal(7, Left());
        // It takes longer than the others did: nobody knows.
        Say("""{"tasks":{},"guess_s":0,"at":0}""");
        _time.Advance(TimeSpan.FromSeconds(30));
        Assert.Null(Left());

        void Say(string progress) => DurableFile.WritePlain(_disk, Path.Join(_place.RunFolder(id), "progress.json"), System.Text.Encoding.UTF8.GetBytes(progress));
        double? Left() => new Foresight(_place, _queue, _time).All()[id].SecondsLeft;
    }

    [Fact]
    public void A_run_that_had_nothing_to_do_teaches_nothing()
    {
        new Standing(1, null, null).Write(_place);
        Done(Add("/a"), 20);
        Done(Add("/a"), 0.2, """{"total":2,"ran":0}""");
        var queued = Add("/a");
        Assert.Equal(20, new Foresight(_place, _queue, _time).All()[queued].SecondsLeft);
    }

    [Fact]
    public void While_nothing_is_started_no_start_is_foretold()
    {
        new Standing(2, "disk: full", null).Write(_place);
        var id = Add("/a");
        Assert.Null(new Foresight(_place, _queue, _time).All()[id].StartsIn);
    }

    [Theory]
    [InlineData(2, 24_000_000_000, 10)]
    [InlineData(32, 64_000_000_000, 32)]
    [InlineData(2, 1_000_000_000, 2)]
    [InlineData(2, 100_000_000, 1)]
    public void Ten_runs_go_on_at_once_where_the_memory_is_enough(int processors, long memory, int runs) => Assert.Equal(runs, Admission.Usual(processors, memory));

    [Theory]
    [InlineData(0.5, 8)]
    [InlineData(0.7, 6)]
    [InlineData(0.8, 4)]
    [InlineData(0.9, 0)]
    public void With_less_memory_fewer_runs_start(double used, int atOnce)
    {
        var admission = new Admission(8, 1000);
        Assert.Equal(atOnce, admission.AtOnce(used));
        Assert.Equal(atOnce == 0, admission.Held(used, 5000, "/x") is not null);
    }

    [Fact]
    public void With_too_little_room_on_a_disk_none_starts_and_it_is_said_where() =>
        Assert.Equal("disk: 500 MB free at /x; no run starts below 1 GB", new Admission(8, Admission.UsualMinFree).Held(0, 500_000_000, "/x"));

    [Fact]
    public void Sizes_are_told_as_they_were_given() =>
        Assert.Equal("disk: 20.5 GB free at /x; no run starts below 100 TB", new Admission(8, 100_000_000_000_000).Held(0, 20_500_000_000, "/x"));
}
