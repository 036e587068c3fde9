using Spool.Interchange.Export;
using Spool.Platform;
using Xunit;

namespace Spool.Tests.Export;

/// <summary>What is wrong with the curation, the originals or the folder is told in a sentence, and nothing is left behind.</summary>
public sealed class ExportFaultTests
{
    private readonly ExportRig _rig = new();

    public ExportFaultTests() => _rig.Streams.Pictures("cam7", 20);

    private void Change(string file, string from, string to) => _rig.Streams.Text(file, _rig.Streams.Read(file).Replace(from, to, StringComparison.Ordinal));

    private async Task<string> FaultAsync(string format = "csv", bool all = false)
    {
        var message = await _rig.FaultAsync(format, all);
        Assert.Null(_rig.Disk.Stat(ExportRig.Out));
        Assert.Null(_rig.Disk.Stat(ExportRig.Out + ".partial"));
        return message;
    }

    [Fact]
    public async Task A_broken_line_is_told_with_file_and_line()
    {
        Change("out/cam7/metrics.jsonl", "{\"frame_idx\":3,", "{\"frame_idx\":3");
        Assert.StartsWith("out/cam7/metrics.jsonl, line 4: it is no JSON (column ", await FaultAsync(), StringComparison.Ordinal);
        Change("out/cam7/frames.jsonl", "\"frame_idx\":1,", "\"frame_idx\":\"one\",");
        Assert.Equal("out/cam7/frames.jsonl, line 2: it has no whole number 'frame_idx'", await FaultAsync());
    }

    [Fact]
    public async Task A_line_that_is_cut_off_is_told()
    {
        var text = _rig.Streams.Read("out/cam7/selection.jsonl");
        _rig.Streams.Text("out/cam7/selection.jsonl", text[..^30]);
        Assert.StartsWith("out/cam7/selection.jsonl, line 19: it is no JSON", await FaultAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metrics_of_another_run_or_stream_are_found_out()
    {
        var lines = _rig.Streams.Read("out/cam7/metrics.jsonl").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        _rig.Streams.Text("out/cam7/metrics.jsonl", string.Join('\n', lines[..5]));
        Assert.Equal("out/cam7/metrics.jsonl ends after line 5, but out/cam7/frames.jsonl goes on: they are not of one run; finish the curation: spool run", await FaultAsync());
        _rig.Streams.Text("out/cam7/metrics.jsonl", string.Join('\n', lines.Where((_, i) => i != 2)));
        Assert.Equal("out/cam7/metrics.jsonl, line 3: it is about frame 3, where out/cam7/frames.jsonl has frame 2: they are not of one run; finish the curation: spool run", await FaultAsync());
        _rig.Streams.Text("out/cam7/metrics.jsonl", string.Join('\n', [.. lines, lines[0]]));
        Assert.Equal("out/cam7/metrics.jsonl, line 20: it has no frame in out/cam7/frames.jsonl: they are not of one run; finish the curation: spool run", await FaultAsync());
        _rig.Streams.Text("out/cam7/metrics.jsonl", string.Join('\n', lines).Replace("cam7/image", "cam8/image", StringComparison.Ordinal));
        Assert.Equal("out/cam7/metrics.jsonl, line 1: it is about cam8/image_0.jpg, where the frame of this number is cam7/image_0.jpg: these metrics belong to other frames; make them anew for these", await FaultAsync());
    }

    [Fact]
    public async Task Annotations_of_no_frame_are_told()
    {
        _rig.Streams.Annotate("cam7", "cam7/", (0, "[]"), (99, "[]"));
        Assert.StartsWith("annotations/cam7.jsonl, line 2: it tells of frame 99, which is no frame of cam7", await FaultAsync("coco"), StringComparison.Ordinal);
        _rig.Streams.Annotate("cam7", "cam7/", (0, """[{"label":"car","bbox":[1,2,3]}]"""));
        Assert.Equal("annotations/cam7.jsonl: frame 0 has a car whose bbox is not [x, y, width, height]; correct it there", await FaultAsync("coco"));
    }

    [Theory]
    [InlineData("../../etc/passwd")]
    [InlineData("/etc/passwd")]
    [InlineData("cam7/../../x")]
    [InlineData("cam7//image_3.jpg")]
    public async Task A_path_that_leads_out_of_the_input_is_refused_in_every_format(string path)
    {
        Change("out/cam7/frames.jsonl", "cam7/image_3.jpg", path);
        _rig.Streams.Annotate("cam7", "cam7/", (0, """[{"label":"car","bbox":[1,2,3,4]}]"""));
        foreach (var format in Exporter.All().Select(e => e.Name))
            Assert.Equal($"out/cam7/frames.jsonl, line 4: it names the file '{path}', which is no plain path below the input; nothing is read from there", await FaultAsync(format));
    }

    [Fact]
    public async Task A_link_that_leads_out_of_the_input_is_not_followed_and_one_within_is()
    {
        DurableFile.CreateFolders(_rig.Disk, "/secret");
        DurableFile.WritePlain(_rig.Disk, "/secret/key", "picture 3 of cam7"u8);
        _rig.Disk.DeleteFile("/mnt/input/cam7/image_3.jpg");
        _rig.Disk.SymbolicLink("/secret/key", "/mnt/input/cam7/image_3.jpg");
        _rig.Disk.Rename("/mnt/input/cam7/image_5.jpg", "/mnt/input/five.jpg", RenameMode.Replace);
        _rig.Disk.SymbolicLink("../five.jpg", "/mnt/input/cam7/image_5.jpg");
        var job = await _rig.MakeAsync("folder", placing: Placing.Copy);
        Assert.Contains(job.LeftOut, l => l is { Why: "its original leads out of the input", Frames: 1 } && l.Ranges[0] == (3, 3));
        Assert.True(job.Lost);
        Assert.Equal("picture 5 of cam7", _rig.Text("cam7/image_5.jpg"));
        Assert.Null(_rig.Disk.Stat($"{ExportRig.Out}/cam7/image_3.jpg"));
    }

    [Theory]
    [InlineData(Placing.Link)]
    [InlineData(Placing.Copy)]
    public async Task Originals_that_are_gone_or_changed_are_left_out_and_told(Placing placing)
    {
        _rig.Disk.DeleteFile("/mnt/input/cam7/image_1.jpg");
        _rig.Streams.Original("cam7/image_3.jpg", "something much longer than before");
        if (placing == Placing.Copy) _rig.Streams.Original("cam7/image_5.jpg", "Picture 5 of cam7");
        var job = await _rig.MakeAsync("folder", placing: placing);
        Assert.True(job.Lost);
        Assert.Equal([(1, 1)], job.LeftOut.Single(l => l.Why == "its original is not there").Ranges);
        Assert.Equal(placing == Placing.Copy ? [(3, 3), (5, 5)] : [(3, 3)], job.LeftOut.Single(l => l.Why == "its original changed since the curation").Ranges);
    }

    [Fact]
    public async Task When_no_original_is_there_nothing_is_made()
    {
        DurableFile.DeleteTree(_rig.Disk, "/mnt/input");
        Assert.StartsWith("nothing was exported: no frame is left: its original is not there (13)", await FaultAsync("folder"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_kept_frame_is_told_with_the_rules_that_dropped_them()
    {
        _rig.Streams.Pictures("cam7", 20, keep: _ => false);
        Assert.Equal("nothing was exported: no frame is left: dropped: not every 2th (13), dropped: blurry (4), dropped: duplicate (1), dropped: dark (1); all readable ones: --all, or choose other thresholds: spool inspect metrics", await FaultAsync());
        await _rig.MakeAsync("csv", all: true);
    }

    [Fact]
    public async Task Without_a_selection_only_all_frames_can_be_taken()
    {
        _rig.Disk.DeleteFile("/home/work/out/cam7/selection.jsonl");
        Assert.Equal("out/cam7/selection.jsonl is not there, so nobody knows which frames are kept; finish the curation: spool run, or take all readable ones: --all", await FaultAsync());
        Assert.Equal(19, (await _rig.MakeAsync("jsonl", all: true)).Exported["cam7"]);
    }

    [Fact]
    public async Task Unreadable_frames_are_never_taken()
    {
        Change("out/cam7/stream.json", "\"unreadable\":[]", "\"unreadable\":[{\"error\":\"is empty (0 bytes)\",\"frame_idx\":0,\"frame_path\":\"cam7/image_0.jpg\"}]");
        var lines = _rig.Streams.Read("out/cam7/metrics.jsonl").Split('\n');
        lines[1] = """{"frame_idx":1,"frame_path":"cam7/image_1.jpg","error":"is cut off"}""";
        _rig.Streams.Text("out/cam7/metrics.jsonl", string.Join('\n', lines));
        var job = await _rig.MakeAsync("jsonl", all: true);
        Assert.Equal([(0, 1)], job.LeftOut.Single(l => l.Why == "unreadable").Ranges);
    }

    [Fact]
    public async Task Without_annotations_coco_lists_the_pictures_and_yolo_lays_them_out_to_be_labelled_and_both_say_so()
    {
        var job = await _rig.MakeAsync("coco");
        Assert.Equal(["cam7 has no annotations (annotations/cam7.jsonl is not there): its pictures are listed without any"], job.Notes);
        Assert.Equal(0, _rig.Json("annotations.coco.json").GetProperty("annotations").GetArrayLength());
        DurableFile.DeleteTree(_rig.Disk, ExportRig.Out);
        job = await _rig.MakeAsync("yolo");
        Assert.StartsWith("nothing is annotated (annotations/cam7.jsonl is not there)", job.Notes[0], StringComparison.Ordinal);
        Assert.DoesNotContain(_rig.All().Keys, k => k.StartsWith("labels/", StringComparison.Ordinal));
        Assert.Equal(13, _rig.All().Keys.Count(k => k.StartsWith("images/cam7/", StringComparison.Ordinal)));
        Assert.EndsWith("names: {}\n", _rig.Text("data.yaml"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_workspace_without_results_says_what_to_run()
    {
        DurableFile.DeleteTree(_rig.Disk, "/home/work/out");
        Assert.Contains("make one: spool curate INPUT", Assert.Throws<CurationException>(() => new CurationFolder(_rig.Disk, "/home/work").Streams()).Message, StringComparison.Ordinal);
        _rig.Streams.Text("out/cam7/stream.json", "{}");
        Assert.Contains("finish the curation: spool run", Assert.Throws<CurationException>(() => new CurationFolder(_rig.Disk, "/home/work").Streams()).Message, StringComparison.Ordinal);
        await Task.CompletedTask;
    }

    [Fact]
    public async Task A_folder_that_no_export_made_is_not_touched()
    {
        DurableFile.CreateFolders(_rig.Disk, ExportRig.Out);
        DurableFile.WritePlain(_rig.Disk, $"{ExportRig.Out}/thesis.txt", "years"u8);
        Assert.Equal($"{ExportRig.Out} is not empty and no export made it (no manifest.json); choose another --out", await _rig.FaultAsync("csv"));
        DurableFile.WritePlain(_rig.Disk, $"{ExportRig.Out}/manifest.json", """{"files":[]}"""u8);
        Assert.Contains("no export made it", await _rig.FaultAsync("csv"), StringComparison.Ordinal);
        Assert.Equal("years", _rig.Text("thesis.txt"));
    }

    [Fact]
    public async Task What_people_added_to_an_export_or_changed_in_it_is_not_overwritten()
    {
        await _rig.MakeAsync("csv");
        DurableFile.WritePlain(_rig.Disk, $"{ExportRig.Out}/notes.txt", "mine"u8);
        Assert.Equal($"{ExportRig.Out}/notes.txt was put there by hand; move it, or choose another --out", await _rig.FaultAsync("csv"));
        _rig.Disk.DeleteFile($"{ExportRig.Out}/notes.txt");
        DurableFile.WritePlain(_rig.Disk, $"{ExportRig.Out}/frames.csv", "mine"u8);
        Assert.Equal($"{ExportRig.Out}/frames.csv was changed by hand since it was exported; move it, or choose another --out", await _rig.FaultAsync("csv"));
        Assert.Equal("mine", _rig.Text("frames.csv"));
    }

    [Fact]
    public async Task A_failed_export_leaves_the_last_one_and_what_a_killed_one_left_is_cleared()
    {
        await _rig.MakeAsync("csv");
        var before = _rig.All();
        Change("out/cam7/metrics.jsonl", "{\"frame_idx\":3,", "{");
        await _rig.FaultAsync("csv");
        Assert.Equal(before, _rig.All());
        DurableFile.CreateFolders(_rig.Disk, ExportRig.Out + ".partial/deep");
        Assert.Contains("no export made it", await FaultAtPartialAsync(), StringComparison.Ordinal);
        DurableFile.WritePlain(_rig.Disk, ExportRig.Out + ".partial/deep/own.txt", "x"u8);
        DurableFile.WritePlain(_rig.Disk, ExportRig.Out + ".partial/.spool-export", []);
        _rig.Streams.Pictures("cam7", 20);
        await _rig.MakeAsync("jsonl");
        Assert.Equal(["frames.jsonl", "manifest.json"], _rig.All().Keys);

        Task<string> FaultAtPartialAsync()
        {
            DurableFile.WritePlain(_rig.Disk, ExportRig.Out + ".partial/deep/own.txt", "x"u8);
            return _rig.FaultAsync("csv");
        }
    }
}
