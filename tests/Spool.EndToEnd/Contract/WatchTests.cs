using Spool.EndToEnd.Support;
using Xunit;

namespace Spool.EndToEnd.Contract;

/// <summary>A watch over real files: bursts, half-written files, equal bytes, decisions, problems that are mended.</summary>
public sealed class WatchTests : IDisposable
{
    private readonly Sandbox _box = new();

    public void Dispose() => _box.Dispose();

    private Going Watch(params string[] more)
    {
        _box.Workflow("""
            version: 1
            steps:
              - { id: copy, kind: files.copy, in: { file: "in/{stem}.txt" }, out: { file: "out/{stem}.txt" } }
              - { id: read, kind: review, in: { text: idea.md } }
              - { id: use, kind: files.copy, in: { file: idea.md }, out: { file: out/idea.md } }
            """);
        _box.Write("idea.md", "first\n");
        _box.Write("in/a.txt", "a\n");
        var watch = _box.Start(["watch", "--json", .. more]);
        Sandbox.Until(() => Reactions(watch) == 1, "the first run");
        return watch;
    }

    private static int Reactions(Going watch) => watch.OutSoFar.Split("\"type\":\"reaction\"").Length - 1;

    /// <summary>Long enough for a reaction that must not come.</summary>
    private static void Calm() => Thread.Sleep(1500);

    [Fact]
    public void Two_hundred_files_within_a_second_are_one_run()
    {
        using var watch = Watch();
        for (var i = 0; i < 200; i++) _box.Write($"in/f{i}.txt", $"{i}\n");
        Sandbox.Until(() => Reactions(watch) >= 2 && File.Exists(_box.At("out/f199.txt")), "the second run");
        Calm();
        Assert.Equal(2, Reactions(watch));
        Assert.Equal(201, Directory.GetFiles(_box.At("out"), "*.txt").Length);
    }

    [Fact]
    public void A_file_written_in_pieces_through_one_handle_is_taken_once_and_whole()
    {
        using var watch = Watch();
        using (var file = new StreamWriter(_box.At("in/slow.txt")) { AutoFlush = true })
            for (var i = 0; i < 10; i++)
            {
                file.Write($"piece {i} ");
                Thread.Sleep(200);
            }
        Sandbox.Until(() => File.Exists(_box.At("out/slow.txt")), "the copy");
        Calm();
        Assert.Equal(2, Reactions(watch));
        Assert.Equal(string.Concat(Enumerable.Range(0, 10).Select(i => $"piece {i} ")), _box.Read("out/slow.txt"));
    }

    [Fact]
    public void A_recording_under_way_holds_up_nothing_else()
    {
        using var watch = Watch();
        using var recording = new StreamWriter(_box.At("recording.log")) { AutoFlush = true };
        var goesOn = true;
        var recorder = Task.Run(() =>
        {
            while (Volatile.Read(ref goesOn))
            {
                recording.Write("more ");
                Thread.Sleep(50);
            }
        });
        Thread.Sleep(500);
        _box.Write("in/b.txt", "b\n");
        Sandbox.Until(() => File.Exists(_box.At("out/b.txt")), "the copy", 5);
        Volatile.Write(ref goesOn, false);
        recorder.Wait();
    }

    [Fact]
    public void Equal_bytes_written_again_give_no_work_and_an_editors_own_files_are_not_seen()
    {
        using var watch = Watch();
        File.Delete(_box.At("in/a.txt"));
        _box.Write("in/a.txt", "a\n");
        _box.Write("in/.a.txt.swp", "swap");
        _box.Write("in/4913", "probe");
        Calm();
        Assert.Equal(1, Reactions(watch));
    }

    [Fact]
    public void A_file_renamed_into_place_and_one_that_is_polled_for_are_seen()
    {
        using var watch = Watch("--poll");
        File.WriteAllText(_box.At("later"), "b\n");
        File.Move(_box.At("later"), _box.At("in/b.txt"));
        Sandbox.Until(() => File.Exists(_box.At("out/b.txt")), "the copy");
    }

    [Fact]
    public void A_decision_from_another_terminal_goes_on_at_once_and_the_second_of_two_is_told()
    {
        using var watch = Watch();
        var first = _box.Spool("approve", "--json").Must(0).Object;
        Assert.True(first.GetProperty("taken").GetBoolean());
        Sandbox.Until(() => File.Exists(_box.At("out/idea.md")), "what waited for it");
        Assert.False(_box.Spool("reject", "read", "--json").Must(1).Object.GetProperty("taken").GetBoolean());
        watch.Signal(2);
        watch.Wait().Must(130);
        _box.MustBeSound();
    }

    [Fact]
    public void A_workflow_that_was_broken_and_mended_while_watched_goes_on()
    {
        using var watch = Watch();
        var good = _box.Read("spool.yaml");
        _box.Write("spool.yaml", good + "\n  - broken\n");
        Sandbox.Until(() => watch.OutSoFar.Contains("\"type\":\"problems\"", StringComparison.Ordinal), "the problems");
        _box.Write("spool.yaml", good + "\n  - { id: more, kind: files.write, with: { text: more }, out: { file: out/more.md } }\n");
        Sandbox.Until(() => File.Exists(_box.At("out/more.md")), "the new step");
    }
}
