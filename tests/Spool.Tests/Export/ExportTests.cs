using System.Globalization;
using System.Text.Json;
using Spool.Interchange.Export;
using Spool.Platform;
using Spool.Tests.Support;
using Xunit;

namespace Spool.Tests.Export;

public sealed class ExportTests
{
    private readonly ExportRig _rig = new();

    private void TwoStreams()
    {
        _rig.Streams.Pictures("cam7", 20);
        _rig.Streams.Pictures("cam10", 10);
        _rig.Streams.Annotate("cam7", "cam7/", (0, """[{"label":"person","score":0.9,"bbox":[10,5,20.5,30]},{"label":"car","bbox":[-10,40,30,20]}]"""), (1, "[]"), (4, """[{"label":"dog","bbox":[1,1,2,2]}]"""), (8, """[{"label":"car","bbox":[95,45,3,3]},{"label":"car","bbox":[120,10,5,5]},{"label":"car","bbox":[5,5,0,9]}]"""));
        _rig.Streams.Annotate("cam10", "cam10/", (3, """[{"label":"person","bbox":[0,0,100,50]}]"""));
    }

    [Fact]
    public async Task Coco_ids_count_from_one_over_all_streams_and_categories_stand_in_the_order_of_their_names()
    {
        TwoStreams();
        var job = await _rig.MakeAsync("coco");
        var coco = _rig.Json("annotations.coco.json");
        var images = coco.GetProperty("images").EnumerateArray().ToList();
        // Kept: of 0..19 without 6 those that are neither 4, 9, 14, 19 (blurry), 13 (dark; 6 is missing) nor 2; cam7 comes before cam10.
        Assert.Equal([.. new[] { 0, 1, 3, 5, 7, 8, 10, 11, 12, 15, 16, 17, 18 }.Select(i => $"cam7/image_{i}.jpg"), .. new[] { 0, 1, 3, 5, 7, 8 }.Select(i => $"cam10/image_{i}.jpg")], images.Select(i => i.GetProperty("file_name").GetString()!));
        Assert.Equal(Enumerable.Range(1, 19), images.Select(i => i.GetProperty("id").GetInt32()));
        Assert.All(images, i => Assert.Equal((100, 50), (i.GetProperty("width").GetInt32(), i.GetProperty("height").GetInt32())));
        Assert.Equal(["car", "dog", "person"], coco.GetProperty("categories").EnumerateArray().Select(c => c.GetProperty("name").GetString()!));
        Assert.Equal([1, 2, 3], coco.GetProperty("categories").EnumerateArray().Select(c => c.GetProperty("id").GetInt32()));
        var annotations = coco.GetProperty("annotations").EnumerateArray().ToList();
        Assert.Equal([1, 2, 3, 4, 5], annotations.Select(a => a.GetProperty("id").GetInt32()));
        Assert.Equal([1, 1, 6, 6, 16], annotations.Select(a => a.GetProperty("image_id").GetInt32()));
        Assert.Equal([3, 1, 1, 1, 3], annotations.Select(a => a.GetProperty("category_id").GetInt32()));
        Assert.Equal((615.0, 0, 0.9), (annotations[0].GetProperty("area").GetDouble(), annotations[0].GetProperty("iscrowd").GetInt32(), annotations[0].GetProperty("score").GetDouble()));
        Assert.Equal("[10,5,20.5,30]", annotations[0].GetProperty("bbox").GetRawText());
        Assert.False(annotations[1].TryGetProperty("score", out _));
        Assert.Equal(1, job.Counts["annotations_without_area"]);
    }

    [Fact]
    public async Task The_area_of_an_object_with_polygons_is_that_of_the_polygons()
    {
        _rig.Streams.Pictures("cam7", 3);
        _rig.Streams.Annotate("cam7", "cam7/", (0, """[{"label":"hut","segmentation":[[10,10,30,10,10,30],[50,0,60,0,60,10,50,10],[1,1,2,2]]}]"""));
        await _rig.MakeAsync("coco");
        var hut = _rig.Json("annotations.coco.json").GetProperty("annotations")[0];
        Assert.Equal(300, hut.GetProperty("area").GetDouble());
        Assert.Equal("[10,0,50,30]", hut.GetProperty("bbox").GetRawText());
        Assert.Equal(2, hut.GetProperty("segmentation").GetArrayLength());
    }

    [Fact]
    public async Task Boxes_come_back_from_yolo_within_half_a_pixel_of_what_coco_says_inside_the_picture()
    {
        TwoStreams();
        await _rig.MakeAsync("coco", target: "/home/coco");
        await _rig.MakeAsync("yolo");
        using var document = JsonDocument.Parse(DurableFile.ReadText(_rig.Disk, "/home/coco/annotations.coco.json"));
        var coco = document.RootElement;
        var images = coco.GetProperty("images").EnumerateArray().ToDictionary(i => i.GetProperty("id").GetInt32());
        var expected = coco.GetProperty("annotations").EnumerateArray().Select(a =>
        {
            var image = images[a.GetProperty("image_id").GetInt32()];
            var box = a.GetProperty("bbox").EnumerateArray().Select(n => n.GetDouble()).ToArray();
            double x = Math.Max(0, box[0]), y = Math.Max(0, box[1]), right = Math.Min(100, box[0] + box[2]), bottom = Math.Min(50, box[1] + box[3]);
            return (File: image.GetProperty("file_name").GetString()!, Class: a.GetProperty("category_id").GetInt32(), Box: new[] { x, y, right - x, bottom - y });
        }).Where(e => e.Box[2] > 0 && e.Box[3] > 0).ToList();
        // The reading back: class from 1, corner and size in pixels.
        var read = _rig.All().Where(f => f.Key.StartsWith("labels/", StringComparison.Ordinal)).SelectMany(f => f.Value.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line =>
        {
            var n = line.Split(' ').Select(t => double.Parse(t, CultureInfo.InvariantCulture)).ToArray();
            return (File: f.Key["labels/".Length..].Replace(".txt", ".jpg", StringComparison.Ordinal), Class: (int)n[0] + 1, Box: new[] { (n[1] - n[3] / 2) * 100, (n[2] - n[4] / 2) * 50, n[3] * 100, n[4] * 50 });
        })).ToList();
        Assert.Equal(expected.Select(e => (e.File, e.Class)).Order(), read.Select(e => (e.File, e.Class)).Order());
        foreach (var (e, r) in expected.OrderBy(e => (e.File, e.Class)).Zip(read.OrderBy(e => (e.File, e.Class)))) Assert.All(e.Box.Zip(r.Box), p => Assert.InRange(p.Second - p.First, -0.5, 0.5));
        Assert.Equal(4, read.Count);
    }

    [Fact]
    public async Task Yolo_takes_annotated_frames_alone_and_an_empty_label_file_says_nothing_is_there()
    {
        TwoStreams();
        var job = await _rig.MakeAsync("yolo");
        var files = _rig.All();
        Assert.Equal(["images/cam10/image_3.jpg", "images/cam7/image_0.jpg", "images/cam7/image_1.jpg", "images/cam7/image_8.jpg"], files.Keys.Where(k => k.StartsWith("images", StringComparison.Ordinal)));
        Assert.Equal("", files["labels/cam7/image_1.txt"]);
        Assert.Equal("2 0.2025 0.4 0.205 0.6\n0 0.1 0.9 0.2 0.2\n", files["labels/cam7/image_0.txt"]);
        Assert.Equal("picture 8 of cam7", files["images/cam7/image_8.jpg"]);
        Assert.EndsWith("names:\n  0: \"car\"\n  1: \"dog\"\n  2: \"person\"\n", files["data.yaml"], StringComparison.Ordinal);
        Assert.Equal(2, job.Counts["annotations_outside_or_without_area"]);
        Assert.Contains(job.LeftOut, l => l is { Stream: "cam7", Why: "not annotated", Frames: 10 });
        Assert.False(job.Lost);
    }

    [Fact]
    public async Task A_data_set_with_polygons_has_polygons_on_all_lines()
    {
        _rig.Streams.Pictures("cam7", 3);
        _rig.Streams.Annotate("cam7", "cam7/", (0, """[{"label":"hut","segmentation":[[-10,10,20,10,20,20,-10,20]]},{"label":"car","bbox":[50,25,50,50]}]"""));
        await _rig.MakeAsync("yolo");
        var lines = _rig.Text("labels/cam7/image_0.txt").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split(' ').Select(n => double.Parse(n, CultureInfo.InvariantCulture)).ToArray()).ToList();
        Assert.Equal([1, 0], lines.Select(l => (int)l[0]));
        Assert.Equal([(0.0, 0.2), (0.0, 0.4), (0.2, 0.2), (0.2, 0.4)], Points(lines[0]).Order());
        Assert.Equal([(0.5, 0.5), (0.5, 1.0), (1.0, 0.5), (1.0, 1.0)], Points(lines[1]).Order());

        static IEnumerable<(double, double)> Points(double[] line) => line.Skip(1).Chunk(2).Select(p => (p[0], p[1]));
    }

    [Fact]
    public async Task The_parts_of_an_object_are_one_outline_of_the_same_area()
    {
        var drawn = new Drawn("hut", 0, 0, 100, 50) { Polygons = [[10, 10, 20, 10, 20, 20, 10, 20], [40, 10, 50, 10, 50, 20, 40, 20], [70, 30, 80, 30, 80, 40, 70, 40]] };
        var numbers = YoloExporter.Line(drawn, 100, 50, 0, true)!.Split(' ').Skip(1).Select(n => double.Parse(n, CultureInfo.InvariantCulture)).Chunk(2).Select(p => (X: p[0] * 100, Y: p[1] * 50)).ToList();
        var twice = numbers.Select((p, i) => p.X * numbers[(i + 1) % numbers.Count].Y - numbers[(i + 1) % numbers.Count].X * p.Y).Sum();
        Assert.Equal(300, Math.Abs(twice) / 2, 3);
        await Task.CompletedTask;
    }

    [Fact]
    public async Task A_table_has_a_row_a_frame_with_the_columns_that_are_there_and_quotes_what_needs_it()
    {
        _rig.Streams.Pictures("cam,7", 12);
        await _rig.MakeAsync("csv", all: true);
        var lines = _rig.Text("frames.csv").Split("\r\n");
        Assert.Equal("stream,frame_idx,frame_path,bytes,hash,width,height,pts_s,laplacian_variance,luma_mean,luma_percentile,percentile,overexposed,contrast,phash,motion,is_blurry,is_dark,group_id,representative,idle,scene,keep,rule", lines[0]);
        Assert.Equal(12 - 1 + 2, lines.Length);
        Assert.StartsWith("\"cam,7\",2,\"cam,7/image_2.jpg\",18,sha256:", lines[3], StringComparison.Ordinal);
        Assert.EndsWith(",100,50,,102.5,90.125,60,0.1,0,30.5,0000000000000002,0.25,false,false,0a1b,false,false,1,false,duplicate", lines[3], StringComparison.Ordinal);
        Assert.EndsWith(",0.25,false,false,,,false,2,true,", lines[10], StringComparison.Ordinal); // 10 begins the stretch, so it is not idle
        Assert.EndsWith(",0.0004,false,false,,,true,2,true,", lines[11], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lines_of_json_hold_the_same_and_the_thresholds()
    {
        _rig.Streams.Pictures("cam7", 3, atRoot: true);
        await _rig.MakeAsync("jsonl");
        var lines = _rig.Text("frames.jsonl").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement).ToList();
        Assert.Equal([0, 1], lines.Select(l => l.GetProperty("frame_idx").GetInt32()));
        Assert.Equal(("cam7", "image_1.jpg", "0a1b", true, 101.5m, 80), (lines[1].GetProperty("stream").GetString(), lines[1].GetProperty("frame_path").GetString(), lines[1].GetProperty("group_id").GetString(),
            lines[1].GetProperty("representative").GetBoolean(), lines[1].GetProperty("laplacian_variance").GetDecimal(), lines[1].GetProperty("thresholds").GetProperty("is_blurry").GetProperty("below").GetInt32()));
        Assert.Equal(lines[0].EnumerateObject().Select(p => p.Name), lines[0].EnumerateObject().Select(p => p.Name).Distinct());
    }

    [Fact]
    public async Task Films_are_named_by_path_and_time_where_pictures_are_not_written()
    {
        _rig.Streams.Film("talk.mp4", "day/talk.mp4", 6, (64, 48));
        _rig.Streams.Annotate("talk.mp4", "day/talk.mp4", (1, """[{"label":"person","bbox":[1,2,3,4]}]"""));
        await _rig.MakeAsync("coco");
        Assert.Equal(["day/talk.mp4#t=0", "day/talk.mp4#t=0.1", "day/talk.mp4#t=0.3", "day/talk.mp4#t=0.4"], _rig.Json("annotations.coco.json").GetProperty("images").EnumerateArray().Select(i => i.GetProperty("file_name").GetString()!));
        Assert.Equal(2, _rig.Json("annotations.coco.json").GetProperty("annotations")[0].GetProperty("image_id").GetInt32());
        var refused = await _rig.FaultAsync("winnow");
        Assert.Contains("Winnow knows no films (4)", refused, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Placing.Link)]
    [InlineData(Placing.Copy)]
    public async Task Pictures_lie_in_a_folder_for_each_stream_so_equal_names_do_not_clash(Placing placing)
    {
        TwoStreams();
        await _rig.MakeAsync("folder", placing: placing);
        var files = _rig.All();
        Assert.Equal("picture 0 of cam7", files["cam7/image_0.jpg"]);
        Assert.Equal("picture 0 of cam10", files["cam10/image_0.jpg"]);
        Assert.Equal(19 + 1, files.Count);
        var inodes = (_rig.Disk.Stat($"{ExportRig.Out}/cam7/image_0.jpg")!.Value.Inode, _rig.Disk.Stat("/mnt/input/cam7/image_0.jpg")!.Value.Inode);
        Assert.Equal(placing == Placing.Link, inodes.Item1 == inodes.Item2);
        var first = _rig.Json("manifest.json").GetProperty("files").EnumerateArray().First(f => f.GetProperty("path").GetString() == "cam7/image_0.jpg");
        Assert.Equal(Digest.Of(FixtureStreams.Content(0, "cam7")).ToString(), first.GetProperty("sha256").GetString());
        Assert.Equal("cam7/image_0.jpg", first.GetProperty("from").GetProperty("path").GetString());
    }

    [Fact]
    public async Task Names_that_differ_in_their_extension_alone_get_labels_of_their_own()
    {
        _rig.Streams.Pictures("cam7", 2);
        _rig.Streams.Text("out/cam7/frames.jsonl", _rig.Streams.Read("out/cam7/frames.jsonl").Replace("cam7/image_1.jpg", "cam7/image_0.png", StringComparison.Ordinal));
        foreach (var file in (string[])["metrics", "selection"]) _rig.Streams.Text($"out/cam7/{file}.jsonl", _rig.Streams.Read($"out/cam7/{file}.jsonl").Replace("cam7/image_1.jpg", "cam7/image_0.png", StringComparison.Ordinal));
        _rig.Streams.Original("cam7/image_0.png", "picture 1 of cam7");
        _rig.Streams.Text("annotations/cam7.jsonl", """{"frame_idx":0,"annotations":[{"label":"a","bbox":[1,1,1,1]}]}""" + "\n" + """{"frame_idx":1,"annotations":[]}""");
        await _rig.MakeAsync("yolo");
        Assert.Equal(["images/cam7/image_0.jpg", "images/cam7/image_0~1.png", "labels/cam7/image_0.txt", "labels/cam7/image_0~1.txt"], _rig.All().Keys.Where(k => k.Contains('/', StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("coco")]
    [InlineData("yolo")]
    [InlineData("csv")]
    [InlineData("jsonl")]
    [InlineData("folder")]
    [InlineData("winnow")]
    public async Task The_same_export_again_has_the_same_bytes_and_replaces_the_first(string format)
    {
        TwoStreams();
        await _rig.MakeAsync(format);
        var first = _rig.All();
        _rig.Disk.Tick();
        await _rig.MakeAsync(format);
        Assert.Equal(first, _rig.All());
        Assert.Null(_rig.Disk.Stat(ExportRig.Out + ".partial"));
        Assert.All(_rig.Json("manifest.json").GetProperty("files").EnumerateArray(), f => Assert.Equal(f.GetProperty("sha256").GetString(), Digest.Of(_rig.Text(f.GetProperty("path").GetString()!)).ToString()));
        Assert.Equal(first.Keys.Where(k => k != "manifest.json"), _rig.Json("manifest.json").GetProperty("files").EnumerateArray().Select(f => f.GetProperty("path").GetString()!).Order(StringComparer.Ordinal));
        Assert.DoesNotContain("/mnt", _rig.Text("manifest.json"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_manifest_says_what_was_left_out_and_why()
    {
        TwoStreams();
        await _rig.MakeAsync("csv");
        var manifest = _rig.Json("manifest.json");
        Assert.Equal((19, "kept"), (manifest.GetProperty("counts").GetProperty("frames").GetInt32(), manifest.GetProperty("frames").GetString()));
        Assert.Equal(["cam7: dropped: duplicate 1 [[2,2]]", "cam7: dropped: blurry 4 [[4,4],[9,9],[14,14],[19,19]]", "cam7: dropped: dark 1 [[13,13]]", "cam10: dropped: duplicate 1 [[2,2]]", "cam10: dropped: blurry 2 [[4,4],[9,9]]"],
            manifest.GetProperty("left_out").EnumerateArray().Select(l => $"{l.GetProperty("stream").GetString()}: {l.GetProperty("why").GetString()} {l.GetProperty("frames").GetInt32()} {l.GetProperty("ranges").GetRawText()}"));
    }

    [Fact]
    public async Task Only_the_named_streams_are_taken()
    {
        TwoStreams();
        await _rig.MakeAsync("csv", only: ["cam10"]);
        Assert.All(_rig.Text("frames.csv").Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Skip(1), l => Assert.StartsWith("cam10,", l, StringComparison.Ordinal));
        Assert.Contains("there is no stream 'cam1'; did you mean 'cam10' or 'cam7'?", Assert.Throws<CurationException>(() => new CurationFolder(_rig.Disk, "/home/work").Streams(["cam1"])).Message, StringComparison.Ordinal);
    }
}
