using Spool.App.Queue;
using Spool.Engine;
using Spool.Engine.Definition;
using Spool.Platform;
using Spool.Tests.Support;
using Xunit;

namespace Spool.Tests.Queue;

public sealed class RetentionTests
{
    private readonly FakeTime _time = new();
    private readonly VirtualDisk _disk;
    private readonly ServerPlace _place;
    private readonly JobQueue _queue;

    public RetentionTests()
    {
        _disk = new VirtualDisk(_time);
        DurableFile.CreateFolders(_disk, "/state");
        _place = new ServerPlace(_disk, "/state");
        _queue = new JobQueue(_place, _time);
        _place.Make();
    }

    private long Over(string status = "succeeded", string? label = null, int? rating = null, string? key = null)
    {
        var id = _queue.Add(new Job("/w/a.yaml", null) { IdempotencyKey = key });
        _queue.Move(_queue.Find(id)! with { Status = status, FinishedAt = _time.GetUtcNow().ToUnixTimeMilliseconds() }, status == "succeeded" ? ServerPlace.Done : ServerPlace.Failed);
        _queue.Change(id, r => r with { Label = label, Rating = rating });
        return id;
    }

    private IEnumerable<long> Left => _queue.All().Select(r => r.Id);

    private RetentionSweep Sweep(Retention retention) => new(_place, _queue, _time, retention);

    [Fact]
    public void The_newest_runs_stay_and_nothing_that_is_under_way_labelled_or_rated_goes()
    {
        long named = Over(label: "the good one"), rated = Over(rating: 2), first = Over(), second = Over("failed"), third = Over("cancelled"), fourth = Over();
        var queued = _queue.Add(new Job("/w/b.yaml", null));
        var waiting = _queue.Add(new Job("/w/c.yaml", null));
        _queue.Move(_queue.Find(waiting)! with { Status = "waiting" }, ServerPlace.Running);
        Assert.Equal(2, Sweep(new Retention(2, null)).Round());
        Assert.Equal([named, rated, third, fourth, queued, waiting], Left);
        Assert.Null(_disk.Stat(_place.RunFolder(first)));
        Assert.Null(_disk.Stat($"/state/queue/failed/{ServerPlace.Name(second)}.job"));
    }

    [Fact]
    public void A_run_goes_so_many_days_after_its_end_and_the_sweep_comes_once_an_hour()
    {
        var old = Over();
        _time.Advance(TimeSpan.FromDays(20));
        var young = Over();
        var sweep = Sweep(new Retention(null, 30));
        Assert.Equal(0, sweep.Round());
        _time.Advance(TimeSpan.FromDays(10) + TimeSpan.FromMinutes(1));
        Assert.Equal(1, sweep.Round());
        Assert.Equal([young], Left);
        Assert.NotEqual(old, young);
        _time.Advance(TimeSpan.FromMinutes(59));
        Over();
        Assert.Equal(0, sweep.Round());
    }

    [Fact]
    public void Many_go_a_few_at_a_time_so_that_the_queue_is_not_held_up()
    {
        for (var i = 0; i < 120; i++) Over();
        var sweep = Sweep(new Retention(1, null));
        Assert.Equal([50, 50, 19, 0], Enumerable.Range(0, 4).Select(_ => sweep.Round()));
        Assert.Equal([120], Left);
    }

    [Fact]
    public void A_run_that_is_rated_after_the_sweep_looked_stays()
    {
        for (var i = 0; i < 60; i++) Over();
        var sweep = Sweep(new Retention(1, null));
        Assert.Equal(50, sweep.Round());
        _queue.Change(55, r => r with { Rating = 5 });
        Assert.Equal(8, sweep.Round());
        Assert.Equal([55, 60], Left);
    }

    [Fact]
    public void A_key_goes_with_its_run_and_what_a_cut_off_removal_left_goes_later()
    {
        var id = Over(key: "talk");
        var other = Over(key: "other");
        _disk.CreateFolder(_place.RunFolder(900));
        Sweep(new Retention(1, null)).Round();
        Assert.NotNull(_disk.Stat(_place.RunFolder(900))); // perhaps a run that is just being added
        Assert.Equal(other, _queue.Add(new Job("/w/a.yaml", null) { IdempotencyKey = "other" }));
        Assert.True(_queue.Add(new Job("/w/a.yaml", null) { IdempotencyKey = "talk" }) > id);
        _time.Advance(TimeSpan.FromDays(2));
        Sweep(new Retention(1, null)).Round();
        Assert.Null(_disk.Stat(_place.RunFolder(900)));
    }

    [Fact]
    public void A_file_that_was_sent_goes_after_a_week_unless_a_run_speaks_of_it()
    {
        DurableFile.CreateFolders(_disk, "/state/uploads/done");
        var (kept, gone) = (Digest.Of("kept").ToString(), Digest.Of("gone").ToString());
        foreach (var name in (string[])[kept, gone]) DurableFile.WritePlain(_disk, $"/state/uploads/done/{name}", "bytes"u8);
        _queue.Add(new Job("/w/a.yaml", null) { Inputs = [new JobInput(kept, "in.txt")] });
        _time.Advance(TimeSpan.FromDays(6));
        Sweep(Retention.All).Round();
        Assert.Equal(2, _disk.List("/state/uploads/done").Count);
        _time.Advance(TimeSpan.FromDays(2));
        Sweep(Retention.All).Round();
        Assert.Equal(kept, Assert.Single(_disk.List("/state/uploads/done")).Name);
    }

    [Fact]
    public void Nothing_goes_where_nothing_is_said()
    {
        for (var i = 0; i < 3; i++) Over();
        _time.Advance(TimeSpan.FromDays(4000));
        Assert.Equal(0, Sweep(Retention.All).Round());
    }

    [Theory]
    [InlineData("500", 500, null)]
    [InlineData("90d", null, 90)]
    [InlineData("500,90d", 500, 90)]
    [InlineData("all", null, null)]
    public void What_is_kept_is_said_in_a_word(string text, int? runs, int? days) => Assert.Equal(new Retention(runs, days), Retention.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("90dd")]
    [InlineData("d")]
    [InlineData("5,6")]
    [InlineData("1d,2d")]
    public void What_is_no_such_word_is_refused(string text) => Assert.Null(Retention.Parse(text));

    [Theory]
    [InlineData("{ runs: 5, days: 9 }", 5, 9, "")]
    [InlineData("{ days: 9 }", null, 9, "")]
    [InlineData("{ runs: no }", null, null, "must be a whole number from 1")]
    [InlineData("{ run: 5 }", null, null, "did you mean 'runs'?")]
    [InlineData("5", null, null, "must be a mapping")]
    public void Settings_are_read_and_mistakes_told(string yaml, int? runs, int? days, string problem)
    {
        var problems = new ProblemList();
        var map = (YamlMap)YamlText.Read("settings.yaml", $"retention: {yaml}\n", problems)!;
        Assert.Equal(new Retention(runs, days), Retention.Read(map["retention"], problems));
        if (problem.Length == 0) Assert.False(problems.Any);
        else Assert.Contains(problem, $"{problems.Problems[0].Message} {problems.Problems[0].Hint}", StringComparison.Ordinal);
    }
}
