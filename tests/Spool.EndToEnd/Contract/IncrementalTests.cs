using System.Text.Json;
using Spool.EndToEnd.Support;
using Xunit;

namespace Spool.EndToEnd.Contract;

/// <summary>Content decides, on real media: what is touched, moved and copied does not run; what changed does, and only what follows.</summary>
public sealed class IncrementalTests : IDisposable
{
    private const string Yaml = """
        version: 1
        name: media
        vars: { crf: { type: integer, default: 30 } }
        steps:
          - { id: encode, kind: video.transcode, in: { video: "in/{stem}.mp4" }, with: { crf: "${{ vars.crf }}", preset: ultrafast }, out: { video: "work/{stem}.mp4" } }
          - { id: data, kind: media.probe, in: { media: "in/{stem}.mp4" }, out: { data: "work/{stem}.json" } }
          - { id: join, kind: video.concat, in: { videos: "work/*.mp4" }, with: { preset: ultrafast }, out: { video: out/joined.mp4 } }
          - { id: still, kind: video.thumbnail, in: { video: out/joined.mp4 }, out: { image: out/still.png } }
        """;

    private readonly Sandbox _box = new();

    public void Dispose() => _box.Dispose();

    private void Fresh()
    {
        Sandbox.Needs("ffmpeg", "ffprobe");
        _box.Workflow(Yaml);
        var film = _box.Film("in/a.mp4", 0.6);
        File.Copy(film, _box.At("in/b.mp4"));
        _box.Film("in/c.mp4", 0.4);
    }

    private static int Ran(Ended end) => end.Run.GetProperty("tasks").GetProperty("ran").GetInt32();

    [Fact]
    public void One_job_and_eight_jobs_make_the_same_bytes()
    {
        Fresh();
        _box.Run("--jobs", "1").Must(0);
        var one = _box.Digests("out", "work");
        Directory.Delete(_box.At(".spool"), true);
        Directory.Delete(_box.At("out"), true);
        Directory.Delete(_box.At("work"), true);
        _box.Run("--jobs", "8").Must(0);
        Assert.Equal(one, _box.Digests("out", "work"));
        Assert.Equal(8, one.Count);
    }

    [Fact]
    public void Nothing_runs_after_touching_moving_or_copying_the_workspace()
    {
        Fresh();
        var first = _box.Run().Must(0);
        // a.mp4 and b.mp4 are the same bytes: one encode and one probe serve both.
        Assert.Equal(6, Ran(first));
        Assert.Equal(0, Ran(_box.Run().Must(0)));
        foreach (var file in Directory.EnumerateFiles(_box.Folder, "*", SearchOption.AllDirectories).Where(f => !f.Contains("/.spool/", StringComparison.Ordinal))) File.SetLastWriteTimeUtc(file, DateTime.UtcNow);
        Assert.Equal(0, Ran(_box.Run().Must(0)));
        var before = _box.Digests("out", "work");
        var moved = Path.Join(_box.Root, "moved");
        Directory.Move(_box.Folder, moved);
        _box.Folder = moved;
        Assert.Equal(0, Ran(_box.Run().Must(0)));
        foreach (var (flag, name) in new[] { ("-a", "exact"), ("-r", "plain") })
        {
            Sandbox.Tool("cp", [flag, moved, Path.Join(_box.Root, name)]);
            _box.Folder = Path.Join(_box.Root, name);
            Assert.Equal(0, Ran(_box.Run().Must(0)));
            Assert.Equal(before, _box.Digests("out", "work"));
            _box.MustBeSound();
        }
    }

    [Fact]
    public void A_changed_option_makes_anew_what_has_it_and_what_follows()
    {
        Fresh();
        _box.Run().Must(0);
        var plan = _box.Spool("plan", "--json", "--var", "crf=35").Must(0).Object.GetProperty("tasks").EnumerateArray()
            .ToDictionary(t => t.GetProperty("task").GetString()!, t => (Verdict: t.GetProperty("verdict").GetString(), Reason: t.GetProperty("reasons").EnumerateArray().FirstOrDefault()));
        Assert.Equal("run", plan["encode:a"].Verdict);
        Assert.Equal("option crf: 30 -> 35", plan["encode:a"].Reason.GetProperty("text").GetString());
        Assert.Equal("reuse", plan["data:a"].Verdict);
        Assert.Equal("pending", plan["join"].Verdict);
        var changed = _box.Run("--var", "crf=35").Must(0);
        Assert.DoesNotContain(changed.Tasks("succeeded"), t => t.StartsWith("data", StringComparison.Ordinal));
        Assert.Contains("join", changed.Tasks("succeeded"));
        // Back again: all of it is remembered.
        Assert.Equal(0, Ran(_box.Run().Must(0)));
        Assert.Equal(0, Ran(_box.Run("--var", "crf=35").Must(0)));
        // One film changed: its own tasks and what joins.
        _box.Film("in/new.mp4", 0.8);
        File.Move(_box.At("in/new.mp4"), _box.At("in/c.mp4"), true);
        var one = _box.Run("--var", "crf=35").Must(0);
        Assert.Equal(["data:c", "encode:c", "join", "still"], one.Tasks("succeeded").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void An_identical_result_stops_the_wave()
    {
        _box.Write("a.txt", "one two\n");
        _box.Workflow("""
            version: 1
            name: cutoff
            steps:
              - { id: words, kind: command, in: { file: a.txt }, with: { run: [wc, -w, "${{ in.file }}"], stdout: "${{ out.file }}" }, out: { file: work/words.txt } }
              - { id: after, kind: files.copy, in: { file: work/words.txt }, out: { file: out/words.txt } }
            """);
        Assert.Equal(2, Ran(_box.Run("--allow", "wc").Must(0)));
        _box.Write("a.txt", "three four\n");
        var second = _box.Run("--allow", "wc").Must(0);
        Assert.Equal(["words"], second.Tasks("succeeded"));
        Assert.Equal(1, second.Run.GetProperty("tasks").GetProperty("reused").GetInt32());
    }

    [Fact]
    public void The_branches_of_a_diamond_overlap_in_time()
    {
        // Each branch ends only when it has seen the other begin.
        _box.Workflow($$$"""
            version: 1
            name: diamond
            steps:
              - { id: top, kind: files.write, with: { text: x }, out: { file: work/top.txt } }
              - { id: left, kind: command, timeout: 60s, in: { file: work/top.txt }, with: { run: [sh, -c, 'touch {{{_box.Root}}}/l; while [ ! -e {{{_box.Root}}}/r ]; do sleep 0.02; done; cp "$1" "$2"', x, "${{ in.file }}", "${{ out.file }}"] }, out: { file: work/left.txt } }
              - { id: right, kind: command, timeout: 60s, in: { file: work/top.txt }, with: { run: [sh, -c, 'touch {{{_box.Root}}}/r; while [ ! -e {{{_box.Root}}}/l ]; do sleep 0.02; done; cp "$1" "$2"', x, "${{ in.file }}", "${{ out.file }}"] }, out: { file: work/right.txt } }
              - { id: bottom, kind: command, in: { files: [work/left.txt, work/right.txt] }, with: { run: [sh, -c, 'cat in/files/*/* > "$1"', x, "${{ out.file }}"] }, out: { file: out/bottom.txt } }
            """);
        _box.Run("--jobs", "2", "--allow", "sh").Must(0);
        using var document = JsonDocument.Parse(_box.Read(".spool/runs/1/run.json"));
        var steps = document.RootElement.GetProperty("steps").EnumerateArray().ToDictionary(s => s.GetProperty("id").GetString()!, s => (From: s.GetProperty("started_at").GetDateTimeOffset(), To: s.GetProperty("finished_at").GetDateTimeOffset()));
        Assert.True(steps["left"].From < steps["right"].To && steps["right"].From < steps["left"].To);
        Assert.True(steps["top"].To <= steps["left"].From && steps["bottom"].From >= steps["left"].To && steps["bottom"].From >= steps["right"].To);
        Assert.Equal("xx", _box.Read("out/bottom.txt"));
    }

    [Fact]
    public void A_deleted_output_comes_back_without_running_and_an_edited_one_stays()
    {
        Fresh();
        _box.Run().Must(0);
        var before = _box.Digests("out", "work");
        File.Delete(_box.At("out/joined.mp4"));
        Directory.Delete(_box.At("work"), true);
        Assert.Equal(0, Ran(_box.Run().Must(0)));
        Assert.Equal(before, _box.Digests("out", "work"));
        File.WriteAllText(_box.At("out/still.png"), "mine");
        Assert.Equal(0, Ran(_box.Run().Must(0)));
        Assert.Equal("mine", _box.Read("out/still.png"));
        _box.MustBeSound();
    }
}
