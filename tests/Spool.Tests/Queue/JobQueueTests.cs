using System.Text;
using Spool.App.Queue;
using Spool.Platform;
using Spool.Tests.Support;
using Xunit;

namespace Spool.Tests.Queue;

public sealed class JobQueueTests
{
    private readonly FakeTime _time = new();
    private readonly VirtualDisk _disk;
    private readonly ServerPlace _place;
    private readonly JobQueue _queue;

    public JobQueueTests()
    {
        _disk = new VirtualDisk(_time);
        DurableFile.CreateFolders(_disk, "/state");
        _place = new ServerPlace(_disk, "/state");
        _queue = new JobQueue(_place, _time);
    }

    private void Drop(string name, string text)
    {
        _place.Make();
        DurableFile.WritePlain(_disk, $"/state/queue/pending/{name}", Encoding.UTF8.GetBytes(text));
    }

    [Fact]
    public void Numbers_go_up_and_none_is_given_twice_even_when_the_counter_is_lost()
    {
        Assert.Equal([1, 2], new[] { _queue.Add(new Job("/w/a.yaml", null)), _queue.Add(new Job("/w/b.yaml", null)) });
        _disk.DeleteFile("/state/queue/next");
        Assert.Equal(3, _queue.Add(new Job("/w/c.yaml", null)));
        Assert.Equal([1, 2, 3], _queue.In(ServerPlace.Pending).Select(r => r.Id));
    }

    [Fact]
    public void One_key_is_one_run()
    {
        var job = new Job("/w/a.yaml", null) { IdempotencyKey = "talk" };
        Assert.Equal(_queue.Add(job), _queue.Add(job));
        Assert.NotEqual(_queue.Add(job), _queue.Add(job with { IdempotencyKey = "other" }));
        Assert.Equal(2, _queue.In(ServerPlace.Pending).Count);
    }

    [Fact]
    public void A_dropped_file_gets_a_number_and_a_bad_one_goes_to_failed_with_the_reason()
    {
        Drop("talk.job", """{"workflow":"/w/talk.yaml","priority":3,"vars":{"n":2,"t":"x"}}""");
        Drop("bad.job", """{"workflow":"/w/talk.yaml","wokspace":"/w"}""");
        Drop("notes.txt", "no job");
        Assert.Equal(2, _queue.TakeIn().Count);
        var run = Assert.Single(_queue.In(ServerPlace.Pending));
        Assert.Equal((3, "2", "x"), (run.Job.Priority, run.Job.Vars["n"], run.Job.Vars["t"]));
        var failed = Assert.Single(_queue.In(ServerPlace.Failed));
        Assert.Equal(("failed", "bad.job has a key 'wokspace' that a job does not know; did you mean 'workspace'?"), (failed.Status, failed.Problem));
        Assert.NotNull(_disk.Stat($"/state/queue/failed/{ServerPlace.Name(failed.Id)}.job.problems.json"));
        Assert.NotNull(_disk.Stat("/state/queue/pending/notes.txt"));
        Assert.Empty(_queue.TakeIn());
    }

    [Theory]
    [InlineData("[]", "is no JSON object")]
    [InlineData("{", "is no JSON")]
    [InlineData("{}", "names no 'workflow'")]
    [InlineData("""{"workflow":"talk.yaml"}""", "which is no absolute path")]
    [InlineData("""{"workflow":"version: 1\nsteps: []"}""", "must name a 'workspace'")]
    [InlineData("""{"workflow":"/w/a.yaml","priority":1.5}""", "no whole number")]
    [InlineData("""{"workflow":"/w/a.yaml","budget":-1}""", "below 0")]
    [InlineData("""{"workflow":"/w/a.yaml","vars":{"a":{}}}""", "variable 'a'")]
    [InlineData("[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]", "is no JSON:")]
    public void What_is_no_job_is_refused_with_the_reason(string text, string reason) =>
        Assert.Contains(reason, Assert.Throws<JobFault>(() => Job.Read(Encoding.UTF8.GetBytes(text))).Message, StringComparison.Ordinal);

    [Fact]
    public void A_queued_run_is_cancelled_at_once_and_a_running_one_by_its_engine()
    {
        var (first, second) = (_queue.Add(new Job("/w/a.yaml", null)), _queue.Add(new Job("/v/b.yaml", null)));
        Assert.True(_queue.Cancel(_queue.Find(first)!, _ => throw new InvalidOperationException("nobody is to be asked")));
        Assert.Equal(("cancelled", ServerPlace.Failed), (_queue.Find(first)!.Status, _queue.Find(first)!.Stage));
        _queue.Move(_queue.Find(second)! with { Status = "running", Attempt = 1 }, ServerPlace.Running);
        var asked = "";
        Assert.True(_queue.Cancel(_queue.Find(second)!, workspace => (asked = workspace).Length > 0));
        Assert.Equal("/v", asked);
        Assert.True(_queue.Find(second)!.IsCancelledIn(_place));
        Assert.False(_queue.Cancel(_queue.Find(first)!, _ => true));
    }

    [Theory]
    [InlineData(ServerPlace.Pending, ServerPlace.Running)]
    [InlineData(ServerPlace.Failed, ServerPlace.Pending)]
    public void A_run_that_is_moved_while_the_folders_are_listed_is_listed_once(string from, string to)
    {
        var id = _queue.Add(new Job("/w/a.yaml", null));
        _queue.Move(_queue.Find(id)!, from);
        foreach (var list in (Func<IReadOnlyList<QueuedRun>>[])[_queue.All, () => _queue.Newest(_ => true, 10)])
        {
            _queue.Move(_queue.Find(id)!, from);
            _disk.Listed = folder =>
            {
                if (folder != _place.Stage(ServerPlace.Pending)) return;
                _disk.Listed = null;
                _time.Tick();
                _queue.Move(_queue.Find(id)!, to);
            };
            Assert.Equal((id, to), list().Select(r => (r.Id, r.Stage)).Single());
        }
    }

    [Fact]
    public void A_record_that_is_torn_is_taken_as_none()
    {
        var id = _queue.Add(new Job("/w/a.yaml", null));
        DurableFile.WritePlain(_disk, $"/state/runs/{ServerPlace.Name(id)}/run.json", "{\"status\":"u8);
        Assert.Equal("queued", _queue.Find(id)!.Status);
    }
}
