using System.Globalization;
using System.Text.Json.Nodes;
using Spool.EndToEnd.Support;
using Xunit;

namespace Spool.EndToEnd.Contract;

/// <summary>Exports through the program, with a film whose frames really are taken out.</summary>
public sealed class ExportTests : IDisposable
{
    private readonly Sandbox _box = new();

    public void Dispose() => _box.Dispose();

    private void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_box.At(path))!);
        File.WriteAllText(_box.At(path), text);
    }

    /// <summary>A film of 40 frames whose brightness is 6 times their number; 40 % of the frames are kept, in many pieces.</summary>
    private int[] Film(string name)
    {
        Sandbox.Needs("ffmpeg", "ffprobe");
        Directory.CreateDirectory(_box.At("in"));
        Sandbox.Tool("ffmpeg", ["-hide_banner", "-v", "error", "-nostdin", "-y", "-f", "lavfi", "-i", "color=black:s=64x48:r=10:d=4,geq=lum='16+5*N':cb=128:cr=128", "-pix_fmt", "yuv420p", "-c:v", "libx264", "-qp", "0", _box.At("in/" + name)]);
        var kept = Enumerable.Range(0, 40).Where(i => i % 5 is 1 or 2).ToArray();
        Write("work/spool.yaml", $"version: 1\nname: curate\nroots: {{ input: {_box.At("in")} }}\nsteps:\n  - id: note\n    kind: files.write\n    with: {{ text: x }}\n    out: {{ file: note.txt }}\n");
        Write($"work/out/{name}/stream.json", $$"""{"stream":"{{name}}","kind":"film","path":"{{name}}","frames":40,"unreadable":[]}""");
        Lines($"work/out/{name}/frames.jsonl", i => $$"""{"frame_idx":{{i}},"frame_path":"{{name}}","hash":null,"width":64,"height":48,"pts_s":{{(i / 10m).ToString(CultureInfo.InvariantCulture)}}}""");
        Lines($"work/out/{name}/metrics.jsonl", i => $$"""{"frame_idx":{{i}},"frame_path":"{{name}}","luma_mean":{{i}}}""");
        Lines($"work/out/{name}/selection.jsonl", i => $$"""{"frame_idx":{{i}},"frame_path":"{{name}}","keep":{{(kept.Contains(i) ? "true" : "false")}},"rule":{{(kept.Contains(i) ? "null" : "\"dark\"")}}}""");
        return kept;

        void Lines(string path, Func<int, string> line) => Write(path, string.Concat(Enumerable.Range(0, 40).Select(i => line(i) + "\n")));
    }

    /// <summary>The mean luma of a picture, full range.</summary>
    private double Luma(string picture) => JsonNode.Parse(_box.Spool("measure", picture, "--metrics", "luma", "--json").Must(0).Out)!["luma_mean"]!.GetValue<double>();

    [Fact]
    public void Kept_frames_of_a_film_become_the_pictures_of_just_these_frames()
    {
        var kept = Film("50% talk.mp4");
        var first = _box.Spool("export", _box.At("work"), "--format", "folder", "--out", _box.At("out 100%d"), "--json").Must(0).Object;
        Assert.Equal((16, true), (first.GetProperty("counts").GetProperty("frames").GetInt32(), first.GetProperty("complete").GetBoolean()));
        var files = Directory.EnumerateFiles(_box.At("out 100%d/50% talk.mp4")).Order(StringComparer.Ordinal).ToList();
        Assert.Equal(kept.Select(i => $"frame_{i:00000000}.jpg"), files.Select(Path.GetFileName));
        // Known by its brightness: 16 + 5 N of limited range, widened to full.
        foreach (var (file, number) in files.Zip(kept)) Assert.InRange(Luma(file) - 5 * number * 255.0 / 219, -1.5, 1.5);
        var bytes = files.Select(File.ReadAllBytes).ToList();
        _box.Spool("export", _box.At("work"), "--format", "folder", "--out", _box.At("out 100%d")).Must(0);
        Assert.Equal(bytes, files.Select(File.ReadAllBytes));
        Assert.Equal([".", "50% talk.mp4", "manifest.json"], Directory.EnumerateFileSystemEntries(_box.At("out 100%d")).Select(Path.GetFileName).Prepend(".").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void What_curate_wrote_is_exported_and_comes_back_through_winnow()
    {
        Sandbox.Needs("ffmpeg", "ffprobe");
        Directory.CreateDirectory(_box.At("in/cam7"));
        Sandbox.Tool("ffmpeg", ["-hide_banner", "-v", "error", "-nostdin", "-y", "-f", "lavfi", "-i", "testsrc2=s=160x120:r=5:d=4", "-start_number", "0", _box.At("in/cam7/image_%d.jpg")]);
        Sandbox.Tool("ffmpeg", ["-hide_banner", "-v", "error", "-nostdin", "-y", "-f", "lavfi", "-i", "testsrc2=s=160x120:r=5:d=2", _box.At("in/talk.mp4")]);
        File.WriteAllText(_box.At("in/cam7/image_7.jpg"), "no picture");
        _box.Spool("curate", _box.At("in"), "--workspace", _box.At("work")).Must(0);
        var work = _box.At("work");
        foreach (var format in (string[])["coco", "csv", "jsonl", "folder"])
        {
            var made = _box.Spool("export", work, "--format", format, "--out", _box.At(format), "--all", "--json").Must(0).Object;
            Assert.Equal((19 + 10, true), (made.GetProperty("counts").GetProperty("frames").GetInt32(), made.GetProperty("complete").GetBoolean()));
        }
        Assert.Equal(10, Directory.EnumerateFiles(_box.At("folder/talk.mp4")).Count());
        Assert.Equal(File.ReadAllBytes(_box.At("in/cam7/image_3.jpg")), File.ReadAllBytes(_box.At("folder/cam7/image_3.jpg")));
        _box.Spool("export", work, "--format", "winnow", "--out", _box.At("winnow"), "--all", "--stream", "cam7").Must(0);
        _box.Spool("import", "winnow", _box.At("winnow"), "--out", _box.At("back")).Must(0);
        var metrics = _box.Spool("inspect", "metrics", work, "--stream", "cam7", "--json").Must(0).Object.GetProperty("metrics");
        var back = _box.Spool("inspect", "metrics", _box.At("back"), "--json").Must(0).Object.GetProperty("metrics");
        foreach (var name in (string[])["laplacian_variance", "luma_mean", "luma_percentile", "motion"]) Assert.Equal(metrics.GetProperty(name).GetRawText(), back.GetProperty(name).GetRawText());
        _box.Spool("check", _box.At("back")).Must(0);
        Assert.Equal(19, _box.Spool("export", _box.At("back"), "--format", "folder", "--out", _box.At("again"), "--all", "--json").Must(0).Object.GetProperty("counts").GetProperty("frames").GetInt32());
    }

    [Fact]
    public void Another_film_in_the_place_of_the_curated_one_is_found_out()
    {
        Film("talk.mp4");
        Sandbox.Tool("ffmpeg", ["-hide_banner", "-v", "error", "-nostdin", "-y", "-f", "lavfi", "-i", "testsrc2=s=64x48:r=10:d=2", _box.At("in/talk.mp4")]);
        var told = _box.Spool("export", _box.At("work"), "--format", "folder", "--out", _box.At("new")).Must(1);
        Assert.Contains("talk.mp4 has no frame 21 any more, so it is not the film that was curated", told.Err, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_box.At("new")));
        Assert.False(Directory.Exists(_box.At("new.partial")));
    }

    [Fact]
    public void Wrong_arguments_are_told_before_anything_is_read()
    {
        Film("talk.mp4");
        var work = _box.At("work");
        Assert.Contains("there is no format 'yollo'; did you mean 'yolo'", _box.Spool("export", work, "--format", "yollo", "--out", "x").Must(2).Err, StringComparison.Ordinal);
        Assert.Contains("--out names the folder", _box.Spool("export", work, "--format", "csv").Must(2).Err, StringComparison.Ordinal);
        Assert.Contains("--copy is about pictures", _box.Spool("export", work, "--format", "csv", "--out", "x", "--copy").Must(2).Err, StringComparison.Ordinal);
        Assert.Contains("originals are only read", _box.Spool("export", work, "--format", "csv", "--out", _box.At("in/x")).Must(1).Err, StringComparison.Ordinal);
        Assert.Contains("lies in 'out' of the workspace", _box.Spool("export", work, "--format", "csv", "--out", _box.At("work/out/x")).Must(1).Err, StringComparison.Ordinal);
        Assert.Contains("there is no stream 'tolk.mp4'; did you mean 'talk.mp4'", _box.Spool("export", work, "--format", "csv", "--out", _box.At("x"), "--stream", "tolk.mp4").Must(1).Err, StringComparison.Ordinal);
        Assert.Contains("is not there; mount or move them back", Gone().Err.Replace("are not there: ", "is not there; ", StringComparison.Ordinal).Replace(_box.At("in") + "; ", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Equal("would export 16 frames", _box.Spool("export", work, "--format", "csv", "--out", _box.At("x"), "-n").Must(0).Out[..22]);
        Assert.False(Directory.Exists(_box.At("x")));

        Ended Gone()
        {
            Directory.Move(_box.At("in"), _box.At("away"));
            return _box.Spool("export", work, "--format", "folder", "--out", _box.At("x")).Must(1);
        }
    }

    [Fact]
    public void Results_are_inspected_as_tables_and_as_json()
    {
        Film("talk.mp4");
        var work = _box.At("work");
        Assert.Contains("talk.mp4  film  40", _box.Spool("inspect", "stream", work).Must(0).Out, StringComparison.Ordinal);
        var metrics = _box.Spool("inspect", "metrics", work, "--json").Must(0).Object.GetProperty("metrics").GetProperty("luma_mean");
        Assert.Equal((40, 0.0, 19.0, 39.0, 19.5), (metrics.GetProperty("count").GetInt32(), metrics.GetProperty("least").GetDouble(), metrics.GetProperty("p50").GetDouble(), metrics.GetProperty("most").GetDouble(), metrics.GetProperty("mean").GetDouble()));
        Assert.Contains("out/talk.mp4/idle.json is not there; finish the curation", _box.Spool("inspect", "idle", work).Must(1).Err, StringComparison.Ordinal);
        Write("work/out/talk.mp4/idle.json", """{"rule":{},"stretches":[{"end_frame":9,"end_s":1.0,"frames":9,"mean_motion":0.0004,"start_frame":0,"start_s":0.0}]}""");
        Write("work/out/talk.mp4/cuts.json", """{"scenes":[{"end":{"frame":40,"s":4},"start":{"frame":0,"s":0}}]}""");
        Write("work/out/talk.mp4/clusters.json", """{"clusters":[{"confidence":[1,0.9],"distances":[0,6],"id":"0123456789abcdef","members":[3,4],"reason":"sharpest member","representative":3}]}""");
        Assert.Matches("talk.mp4 +0 +9 +9 +0.0004 +0:00 to 0:01", _box.Spool("inspect", "idle", work).Must(0).Out);
        Assert.Equal(40, _box.Spool("inspect", "cuts", work, "--json").Must(0).Object.GetProperty("end").GetProperty("frame").GetInt32());
        Assert.Matches("talk.mp4 +0123456789ab +3 +sharpest member +4 \\(6\\)", _box.Spool("inspect", "duplicates", work).Must(0).Out);
        Assert.Contains("did you mean 'metrics'?", _box.Spool("inspect", "metric", work).Must(2).Err, StringComparison.Ordinal);
        Assert.Contains("nothing was run in", _box.Spool("inspect", "job", work).Must(2).Err, StringComparison.Ordinal);
        _box.Spool("run", work).Must(0);
        var step = _box.Spool("inspect", "job", work, "--json").Must(0).Object.GetProperty("steps")[0];
        Assert.Equal(("note", 1, 0, 0), (step.GetProperty("step").GetString(), step.GetProperty("ran").GetInt32(), step.GetProperty("reused").GetInt32(), step.GetProperty("failed").GetInt32()));
    }

    [Fact]
    public void A_folder_of_pictures_is_inspected_by_its_names_alone()
    {
        foreach (var name in (string[])["image_0.jpg", "image_1.jpg", "image_10.jpg", "image_5.jpg", "image_05.png", "cover.jpg", "notes.txt"]) Write("frames/" + name, "no picture");
        var found = _box.Spool("inspect", "stream", _box.At("frames"), "--json").Must(0).Object;
        Assert.Equal("[[2,4],[6,9]]", found.GetProperty("missing").GetRawText());
        Assert.Equal((4, 0, 10, "image_05.png", "cover.jpg"), (found.GetProperty("frames").GetInt32(), found.GetProperty("first").GetInt32(), found.GetProperty("last").GetInt32(),
            found.GetProperty("duplicate_indices")[0].GetProperty("path").GetString(), found.GetProperty("unnumbered")[0].GetString()));
        Assert.Contains("missing: 7 in 2 gaps (2-4, 6-9)", _box.Spool("inspect", "stream", _box.At("frames")).Must(0).Out, StringComparison.Ordinal);
    }

    [Fact]
    public void A_configuration_of_winnow_is_imported_through_the_program()
    {
        Write("pipeline.py", "cfg = Config(blur=BlurConfig(threshold=800.0), idle=IdleConfig(enabled=os.getenv('X')))\n");
        var made = _box.Spool("import", "winnow", _box.At("pipeline.py:cfg"), "--out", _box.At("new"), "--json").Must(0).Object;
        Assert.Equal(("configuration", 1), (made.GetProperty("form").GetString(), made.GetProperty("made").GetInt32()));
        Assert.Contains("idle.enabled", made.GetProperty("notes").EnumerateArray().Select(n => n.GetProperty("field").GetString()));
        Assert.Contains("800", File.ReadAllText(_box.At("new/spool.yaml")), StringComparison.Ordinal);
        Assert.Contains("SPL0182", _box.Spool("import", "winnow", _box.At("pipeline.py:none"), "--out", _box.At("other")).Must(2).Err, StringComparison.Ordinal);
    }
}
