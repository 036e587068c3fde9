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
    public void What_the_server_keeps_is_the_users_alone_also_where_it_was_left_open()
    {
        DurableFile.CreateFolders(_disk, "/state/logs");
        _disk.SetMode("/state", 0x1ed);
        _disk.SetMode("/state/logs", 0x1ed);
        foreach (var name in (string[])["", "-wal", "-shm"])
        {
            DurableFile.WritePlain(_disk, "/state/index.db" + name, "x"u8);
            _disk.SetMode("/state/index.db" + name, 0x1a4);
        }
        _place.Make();
        foreach (var folder in (string[])["", "/queue", "/runs", "/runtime", "/logs"]) Assert.Equal(0x1c0u, _disk.Stat("/state" + folder)!.Value.Mode & 0x1ff);
        foreach (var name in (string[])["", "-wal", "-shm"]) Assert.Equal(0x180u, _disk.Stat("/state/index.db" + name)!.Value.Mode & 0x1ff);
    }

    [Fact]
    public void A_key_names_one_job_and_another_one_under_it_is_refused_with_what_differs()
    {
        var job = new Job("/w/a.yaml", null) { IdempotencyKey = "talk", Budget = 1.5m, Vars = new Dictionary<string, string> { ["a"] = "1", ["b"] = "2" } };
        var id = _queue.Add(job);
        // Written otherwise, it is the same: the order of variables, a budget's zeros, the workspace that is meant anyway.
        Assert.Equal(id, _queue.Add(job with { Workspace = "/w", Budget = 1.50m, Vars = new Dictionary<string, string> { ["b"] = "2", ["a"] = "1" } }));
        var taken = Assert.Throws<KeyRefusedException>(() => _queue.Add(job with { Profile = "final", Vars = new Dictionary<string, string> { ["a"] = "1" } }));
        Assert.True(taken.IsTaken);
        Assert.Equal($"the key 'talk' names another job: run {id} was queued with it, and this job differs in 'vars', 'profile'; send the same job, or another key", taken.Message);
        foreach (var none in (string[])["", new string('k', 201)]) Assert.False(Assert.Throws<KeyRefusedException>(() => _queue.Add(job with { IdempotencyKey = none })).IsTaken);
        _queue.Add(job with { IdempotencyKey = new string('k', 200) });
        // A later priority is not what was asked.
        Assert.True(_queue.Change(id, r => r with { Job = r.Job with { Priority = 7 } }));
        Assert.Equal(id, _queue.Add(job));
    }

    [Fact]
    public void A_key_that_was_noted_with_a_number_alone_stays_that_runs()
    {
        var job = new Job("/w/a.yaml", null) { IdempotencyKey = "old" };
        var id = _queue.Add(job);
        DurableFile.Write(_disk, _place.KeyFile("old"), Encoding.ASCII.GetBytes($"{id}"));
        Assert.Equal(id, _queue.Add(job with { Priority = 3 }));
    }

    [Fact]
    public void A_key_whose_run_a_crash_kept_from_the_queue_is_queued_by_the_next_try()
    {
        var job = new Job("/w/a.yaml", null) { IdempotencyKey = "k" };
        var lost = _queue.Add(job);
        _disk.DeleteFile(Path.Join(_place.Stage(ServerPlace.Pending), ServerPlace.Name(lost) + ".job"));
        var id = _queue.Add(job);
        Assert.Equal((true, id), (id > lost, _queue.Add(job)));
        Assert.Equal("queued", _queue.Find(id)!.Status);
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
    [InlineData("[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]", "is no JSON: at line 1, column 17 it is nested more than 16 levels deep")]
    [InlineData("", "is empty")]
    [InlineData(" \n", "is empty")]
    [InlineData("{\"workflow\":\"/w/a.yaml\"} {}", "is no JSON: at line 1, column 26 text stands behind its end")]
    [InlineData("{\"workflow\":\"/w/a.yaml\"}\n\nrm -rf", "is no JSON: at line 3, column 1 text stands behind its end")]
    [InlineData("{\"workflow\":\"/w/a.yaml\",\n \"workflow\":\"/w/b.yaml\"}", "gives the key 'workflow' twice, again at line 2, column 2")]
    [InlineData("{\"workflow\":\"/w/a.yaml\",\"vars\":{\"é\":1,\"\\u00e9\":2}}", "gives the key 'é' twice, again at line 1, column 39")]
    [InlineData("{\"workflow\":\"/w/\\ud800\"}", "holds half a character, which no text has, in the text at line 1, column 13")]
    [InlineData("{\"workflow\":", "is no JSON: at line 1, column 13 it ends too early: an object or a list is not closed")]
    [InlineData("{\"workflow\":\"/w", "it ends too early")]
    [InlineData("{\"é\":x}", "is no JSON: at line 1, column 6 'x' cannot stand")]
    [InlineData("{\n  \"workflow\": \"/w/a.yaml\",\n}", "is no JSON: at line 3, column 1 a comma is followed by nothing")]
    [InlineData("{\"workflow\":\"a\nb\"}", "write it as")]
    public void What_is_no_job_is_refused_with_the_reason(string text, string reason)
    {
        var said = Assert.Throws<JobFault>(() => Job.Read(Encoding.UTF8.GetBytes(text))).Message;
        Assert.Contains(reason, said, StringComparison.Ordinal);
        foreach (var inner in (string[])["LineNumber", "BytePosition", "isFinalBlock", "UTF-16", "configured"]) Assert.DoesNotContain(inner, said, StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_that_are_no_text_are_told_by_their_place() =>
        Assert.Equal("holds bytes that are no UTF-8 in the text at line 1, column 13", Assert.Throws<JobFault>(() => Job.Read([.. "{\"workflow\":\"/w/"u8, 0xff, .. "\"}"u8])).Message);

    [Fact]
    public void A_byte_order_mark_is_passed_over_and_what_was_taken_in_before_stays_readable()
    {
        Assert.Equal("/w/a.yaml", Job.Read([0xef, 0xbb, 0xbf, .. "{\"workflow\":\"/w/a.yaml\"}"u8]).Workflow);
        Assert.Equal("/w/b.yaml", Job.ReadKept("{\"workflow\":\"/w/a.yaml\",\"workflow\":\"/w/b.yaml\"} and more"u8.ToArray()).Workflow);
    }

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
