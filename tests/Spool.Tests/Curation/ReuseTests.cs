using Spool.Platform;
using Spool.Tests.Support;
using Xunit;

namespace Spool.Tests.Curation;

public sealed class ReuseTests
{
    private readonly CurationRig _rig = new();

    [Fact]
    public async Task Appended_frames_are_measured_and_no_others()
    {
        _rig.Frames(0, 40);
        Assert.Equal(["measure:frames~000000000", "measure:frames~000000016", "measure:frames~000000032"], CurationRig.Measured(await _rig.RunAsync()).Order());
        Assert.Empty(EngineRig.Ran(await _rig.RunAsync()));
        _rig.Frames(40, 44);
        Assert.Equal(["measure:frames~000000032"], CurationRig.Measured(await _rig.RunAsync()));
        Assert.Equal(Enumerable.Range(0, 44), _rig.Lines("metrics.jsonl").Select(l => l.GetProperty("frame_idx").GetInt32()));
    }

    [Fact]
    public async Task Another_threshold_decodes_nothing_and_the_old_one_needs_no_step_at_all()
    {
        _rig.Frames(0, 20);
        await _rig.RunAsync();
        var result = await _rig.RunAsync(("blur-below", "100000"));
        Assert.Empty(CurationRig.Measured(result));
        Assert.Contains("flag:frames", EngineRig.Ran(result));
        Assert.All(_rig.Lines("metrics.jsonl"), l => Assert.True(l.GetProperty("is_blurry").GetBoolean()));
        Assert.Empty(EngineRig.Ran(await _rig.RunAsync()));
        Assert.All(_rig.Lines("metrics.jsonl"), l => Assert.False(l.GetProperty("is_blurry").GetBoolean()));
    }

    [Fact]
    public async Task Footage_that_was_moved_is_known_by_its_content()
    {
        _rig.Frames(0, 20);
        await _rig.RunAsync();
        DurableFile.CreateFolders(_rig.Engine.Files, "/elsewhere");
        foreach (var entry in _rig.Engine.Files.List("/footage"))
            DurableFile.WritePlain(_rig.Engine.Files, $"/elsewhere/{entry.Name}", DurableFile.Read(_rig.Engine.Files, $"/footage/{entry.Name}"));
        DurableFile.DeleteTree(_rig.Engine.Files, "/footage");
        _rig.Input = "/elsewhere";
        Assert.Empty(EngineRig.Ran(await _rig.RunAsync()));
    }

    [Fact]
    public async Task A_replaced_frame_touches_its_part_and_the_next_only_from_right_before_the_border()
    {
        _rig.Frames(0, 40);
        await _rig.RunAsync();
        _rig.Frame(5, CurationRig.Jpeg(500));
        Assert.Equal(["measure:frames~000000000"], CurationRig.Measured(await _rig.RunAsync()));
        _rig.Frame(15, CurationRig.Jpeg(501));
        Assert.Equal(["measure:frames~000000000", "measure:frames~000000016"], CurationRig.Measured(await _rig.RunAsync()).Order());
        _rig.Frame(16, CurationRig.Jpeg(502));
        Assert.Equal(["measure:frames~000000016"], CurationRig.Measured(await _rig.RunAsync()));
    }

    [Fact]
    public async Task A_frame_at_a_border_has_the_figures_of_one_undivided_pass()
    {
        _rig.Frames(0, 40);
        await _rig.RunAsync();
        var divided = _rig.Engine.Read("out/frames/metrics.jsonl");
        await _rig.RunAsync(("part", "1000"));
        Assert.Equal(divided, _rig.Engine.Read("out/frames/metrics.jsonl"));
        Assert.NotEqual(System.Text.Json.JsonValueKind.Null, _rig.Lines("metrics.jsonl")[16].GetProperty("motion").ValueKind);
    }

    [Fact]
    public async Task The_order_of_arrival_and_the_number_of_workers_change_no_byte()
    {
        _rig.Frames(0, 40);
        await _rig.RunAsync();
        var other = new CurationRig { Jobs = 4 };
        foreach (var i in Enumerable.Range(0, 40).OrderBy(i => i * 2654435761u % 1009)) other.Frame(i, CurationRig.Jpeg(i));
        await other.RunAsync();
        Assert.Equal(_rig.Everything(), other.Everything());
    }

    [Fact]
    public async Task A_gap_has_no_motion_behind_it_and_is_told()
    {
        _rig.Frames(0, 20);
        _rig.Engine.Files.DeleteFile("/footage/image_9.jpg");
        await _rig.RunAsync();
        Assert.Equal("[[9,9]]", _rig.Object("stream.json").GetProperty("missing").GetRawText());
        Assert.Equal(System.Text.Json.JsonValueKind.Null, _rig.Lines("metrics.jsonl").Single(l => l.GetProperty("frame_idx").GetInt32() == 10).GetProperty("motion").ValueKind);
    }

    [Fact]
    public async Task A_strict_sequence_fails_at_the_first_gap_with_its_numbers()
    {
        _rig.Frames(0, 20);
        _rig.Engine.Files.DeleteFile("/footage/image_9.jpg");
        var result = await _rig.RunAsync(("strict-sequence", "true"));
        Assert.Equal("failed", result.Status);
        Assert.Equal("the sequence of frames is not whole: number 9 is missing", EngineRig.Of(result, "ingest").Failure!.Sentence);
    }

    [Fact]
    public async Task What_is_no_readable_frame_is_told_in_its_place_and_the_rest_goes_on()
    {
        _rig.Frames(0, 10);
        var whole = CurationRig.Jpeg(3);
        _rig.Frame(3, whole[..(whole.Length / 2)]);
        _rig.Frame(4, []);
        _rig.Frame(5, "only text"u8.ToArray());
        _rig.Engine.Files.DeleteFile("/footage/image_6.jpg");
        DurableFile.CreateFolders(_rig.Engine.Files, "/footage/image_6.jpg");
        var result = await _rig.RunAsync();
        Assert.Equal("succeeded", result.Status);
        var errors = _rig.Lines("metrics.jsonl").Where(l => l.TryGetProperty("error", out _)).ToDictionary(l => l.GetProperty("frame_idx").GetInt32(), l => l.GetProperty("error").GetString());
        Assert.Equal(new Dictionary<int, string?> { [3] = "is cut off: the file ends before its picture does", [4] = "is empty (0 bytes)", [5] = "is no picture but text", [6] = "is a folder" }, errors);
        Assert.Equal(4, _rig.Object("stream.json").GetProperty("unreadable").GetArrayLength());
        Assert.Equal("unreadable", _rig.Lines("selection.jsonl")[4].GetProperty("rule").GetString());
    }

    [Fact]
    public async Task A_frame_that_changes_while_it_is_measured_fails_with_its_name()
    {
        _rig.Frames(0, 10);
        _rig.Engine.Before = spec =>
        {
            if (spec.Kind.Name == "curate.measure") DurableFile.WritePlain(_rig.Engine.Files, "/footage/image_7.jpg", CurationRig.Jpeg(700));
            return null;
        };
        var result = await _rig.RunAsync();
        Assert.Equal("failed", result.Status);
        Assert.EndsWith("image_7.jpg changed while it was read", EngineRig.Of(result, "measure:frames~000000000").Failure!.Sentence);
    }

    [Fact]
    public async Task A_stream_keeps_its_name_whatever_other_folders_come()
    {
        DurableFile.CreateFolders(_rig.Engine.Files, "/footage/a/b");
        _rig.Frame(0, CurationRig.Jpeg(1), "a/b/image_0.jpg");
        await _rig.RunAsync();
        Assert.True(_rig.Engine.Exists("out/a+b/metrics.jsonl"));
        DurableFile.CreateFolders(_rig.Engine.Files, "/footage/a.b");
        DurableFile.CreateFolders(_rig.Engine.Files, "/footage/a+b");
        DurableFile.CreateFolders(_rig.Engine.Files, "/footage/frames");
        foreach (var folder in (string[])["a.b/", "a+b/", "frames/", ""]) _rig.Frame(0, CurationRig.Jpeg(2), folder + "image_0.jpg");
        await _rig.RunAsync();
        Assert.Contains("\"a/b/image_0.jpg\"", _rig.Engine.Read("out/a+b/metrics.jsonl"), StringComparison.Ordinal);
        Assert.Contains("\"a.b/image_0.jpg\"", _rig.Engine.Read("out/a.b/metrics.jsonl"), StringComparison.Ordinal);
        Assert.Contains("\"image_0.jpg\"", _rig.Engine.Read("out/frames/metrics.jsonl"), StringComparison.Ordinal);
        Assert.Equal(5, _rig.Engine.Files.List("/w/out").Count);
    }

    [Fact]
    public async Task Frame_numbers_may_be_as_large_as_a_clock_in_microseconds()
    {
        _rig.Frame(0, CurationRig.Jpeg(1), "image_1.jpg");
        _rig.Frame(0, CurationRig.Jpeg(2), "image_1000000000000.jpg");
        await _rig.RunAsync();
        Assert.Equal(1_000_000_000_001, _rig.Object("cuts.json").GetProperty("scenes")[0].GetProperty("end").GetProperty("frame").GetInt64());
        Assert.Equal("[[2,999999999999]]", _rig.Object("stream.json").GetProperty("missing").GetRawText());
    }
}
