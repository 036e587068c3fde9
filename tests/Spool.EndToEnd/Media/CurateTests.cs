using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Spool.EndToEnd.Support;
using Xunit;

namespace Spool.EndToEnd.Media;

public sealed class CurateTests : IDisposable
{
    private readonly Sandbox _box = new();

    public CurateTests() => Sandbox.Needs("ffmpeg", "ffprobe");

    public void Dispose() => _box.Dispose();

    private static void Ffmpeg(params string[] arguments) => Sandbox.Tool("ffmpeg", ["-hide_banner", "-v", "error", "-nostdin", "-y", .. arguments]);

    private string Frames(int count, int start = 0, string name = "cam")
    {
        Directory.CreateDirectory(_box.At(name));
        Ffmpeg("-f", "lavfi", "-i", $"testsrc2=s=320x180:r=30:d={(start + count) / 30.0 + 1},noise=alls=10:allf=t:all_seed=7,trim=start_frame={start}", "-frames:v", $"{count}", "-start_number", $"{start}", "-q:v", "4", $"{_box.At(name)}/image_%d.jpg");
        return _box.At(name);
    }

    private List<JsonElement> Lines(string path) => [.. _box.Read(path).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement.Clone())];

    [Fact]
    public void A_folder_of_frames_becomes_the_files_of_the_contract_and_a_report()
    {
        Frames(40);
        File.Delete(_box.At("cam/image_20.jpg"));
        Directory.CreateDirectory(_box.At("cam/day two"));
        File.Copy(_box.At("cam/image_3.jpg"), _box.At("cam/day two/IMG-0007.jpg"));
        var before = Directory.EnumerateFileSystemEntries(_box.At("cam"), "*", SearchOption.AllDirectories).ToDictionary(p => p, File.GetLastWriteTimeUtc);
        var ended = _box.Spool("curate", "cam", "--json").Must(0);
        Assert.Equal("run", ended.Lines[^1].GetProperty("type").GetString());
        Assert.Equal("succeeded", ended.Lines[^1].GetProperty("status").GetString());
        Assert.Equal(before, Directory.EnumerateFileSystemEntries(_box.At("cam"), "*", SearchOption.AllDirectories).ToDictionary(p => p, File.GetLastWriteTimeUtc));
        foreach (var file in (string[])["stream.json", "frames.jsonl", "metrics.jsonl", "clusters.json", "idle.json", "cuts.json", "selection.json", "selection.jsonl", "scenes.csv", "scenes.otio"])
            Assert.True(File.Exists(_box.At($"cam-curation/out/cam/{file}")), file);
        var frames = Lines("cam-curation/out/cam/frames.jsonl");
        Assert.Equal(Enumerable.Range(0, 40).Where(i => i != 20), frames.Select(f => f.GetProperty("frame_idx").GetInt32()));
        Assert.Equal("sha256:" + Sandbox.Digest(_box.At("cam/image_3.jpg")), frames[3].GetProperty("hash").GetString());
        // The figures are those of a measuring without a workspace.
        var measured = _box.Spool("measure", "cam", "--json").Must(0).Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(measured, _box.Read("cam-curation/out/cam/metrics.jsonl").Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Single(Directory.GetDirectories(_box.At("cam-curation/out")), d => Path.GetFileName(d).StartsWith("day_two-", StringComparison.Ordinal));
        Assert.True(new FileInfo(_box.At("cam-curation/report.html")).Length > 10_000);
        Assert.Equal("image_3.jpg", _box.Spool("duplicates", "cam/day two/IMG-0007.jpg", "--against", "cam-curation", "--distance", "0", "--json").Must(0).Object.GetProperty("pictures")[0].GetProperty("near").EnumerateArray().First(n => n.GetProperty("stream").GetString() == "cam").GetProperty("frame_path").GetString());
        Assert.Contains("Nothing to do", _box.Spool("curate", "cam").Must(0).Out, StringComparison.Ordinal);
    }

    [Fact]
    public void A_film_is_measured_in_one_task_with_its_own_times_and_shots()
    {
        Ffmpeg("-f", "lavfi", "-i", "testsrc2=s=640x360:r=25:d=2", "-f", "lavfi", "-i", "smptebars=s=640x360:r=25:d=2.4", "-f", "lavfi", "-i", "testsrc=s=640x360:r=25:d=2",
            "-filter_complex", "[0:v]setsar=1[a];[1:v]setsar=1[b];[2:v]setsar=1[c];[a][b][c]concat=n=3", "-c:v", "libx264", "-pix_fmt", "yuv420p", _box.At("talk.mp4"));
        var ended = _box.Spool("curate", "talk.mp4", "--set", "cuts.detector=content", "--json").Must(0);
        Assert.Equal(["measure:talk.mp4~000000000"], ended.Tasks("succeeded").Where(t => t.StartsWith("measure", StringComparison.Ordinal)));
        var cuts = JsonDocument.Parse(_box.Read("talk-curation/out/talk.mp4/cuts.json")).RootElement;
        Assert.Equal([50, 110], cuts.GetProperty("cuts").EnumerateArray().Select(c => c.GetInt32()));
        Assert.Equal(_box.Spool("cuts", "talk.mp4", "--json").Must(0).Object.GetProperty("scenes").GetRawText(), cuts.GetProperty("scenes").GetRawText());
        foreach (var detector in (string[])["adaptive", "threshold", "histogram", "hash"])
        {
            // Another detector decodes nothing, and finds what a pass of its own finds.
            var again = _box.Spool("curate", "talk.mp4", "--set", $"cuts.detector={detector}", "--json").Must(0);
            Assert.DoesNotContain(again.Tasks("succeeded"), t => t.StartsWith("measure", StringComparison.Ordinal));
            Assert.Equal(_box.Spool("cuts", "talk.mp4", "--detector", detector, "--json").Must(0).Object.GetProperty("cuts").GetRawText(),
                JsonDocument.Parse(_box.Read("talk-curation/out/talk.mp4/cuts.json")).RootElement.GetProperty("cuts").GetRawText());
        }
        // A person's cuts count more, and the edited table most.
        _box.Write("talk-curation/overrides.jsonl", """
            {"decision":"add-cut","stream":"talk.mp4","pts_s":1.0}
            {"decision":"remove-cut","stream":"talk.mp4","pts_s":4.4}
            """);
        _box.Spool("curate", "talk.mp4", "--set", "cuts.detector=content").Must(0);
        Assert.Equal([25, 50], JsonDocument.Parse(_box.Read("talk-curation/out/talk.mp4/cuts.json")).RootElement.GetProperty("cuts").EnumerateArray().Select(c => c.GetInt32()));
        File.Delete(_box.At("talk-curation/overrides.jsonl"));
        Directory.CreateDirectory(_box.At("talk-curation/edited"));
        var rows = _box.Read("talk-curation/out/talk.mp4/scenes.csv").Split('\n').ToList();
        rows.RemoveAt(3);
        _box.Write("talk-curation/edited/talk.mp4.csv", string.Join('\n', rows));
        _box.Spool("curate", "talk.mp4").Must(0);
        var edited = JsonDocument.Parse(_box.Read("talk-curation/out/talk.mp4/cuts.json")).RootElement;
        Assert.Equal("edited table", edited.GetProperty("detector").GetString());
        Assert.Single(edited.GetProperty("cuts").EnumerateArray());
    }

    [Fact]
    public void Digital_freezes_are_the_ones_that_ffmpeg_finds()
    {
        // Two seconds and a half of motion, three seconds frozen, motion, four seconds frozen to the end.
        Ffmpeg("-f", "lavfi", "-i", "testsrc2=s=320x180:r=25:d=2.52,noise=alls=40:allf=t", "-f", "lavfi", "-i", "testsrc2=s=320x180:r=25:d=2,noise=alls=40:allf=t",
            "-filter_complex", "[0:v]tpad=stop_mode=clone:stop_duration=3[a];[1:v]tpad=stop_mode=clone:stop_duration=4[b];[a][b]concat", "-c:v", "libx264", "-qp", "0", "-preset", "ultrafast", "-pix_fmt", "yuv420p", _box.At("still.mp4"));
        Ffmpeg("-i", _box.At("still.mp4"), "-vf", $"freezedetect=n=-60dB:d=2,metadata=mode=print:file={_box.At("told.txt")}", "-f", "null", "-");
        var told = _box.Read("told.txt");
        var reference = Regex.Matches(told, @"freeze_(?:start|end)=([\d.]+)", RegexOptions.None, TimeSpan.FromSeconds(1)).Select(m => double.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture)).ToList();
        Assert.True(reference.Count >= 3, told);
        _box.Spool("curate", "still.mp4", "--metrics", "motion", "--set", "idle.motion=0.001", "--set", "idle.min-seconds=2").Must(0);
        var found = JsonDocument.Parse(_box.Read("still-curation/out/still.mp4/idle.json")).RootElement.GetProperty("stretches").EnumerateArray().SelectMany(s => new[] { s.GetProperty("start_s").GetDouble(), s.GetProperty("end_s").GetDouble() }).ToList();
        Assert.Equal(4, found.Count);
        // ffmpeg does not end a freeze at the end of the film.
        for (var i = 0; i < 3; i++) Assert.Equal(reference[i], found[i], 0.001);
        Assert.Contains("not measured", _box.Read("still-curation/out/still.mp4/cuts.json"), StringComparison.Ordinal);
    }

    [Fact]
    public void Of_200_hard_cuts_the_adaptive_detector_finds_95_in_a_hundred_and_few_others()
    {
        const int width = 192, height = 108, scenes = 201;
        var cuts = new List<int>();
        var raw = new ProcessStartInfo("ffmpeg", $"-hide_banner -v error -nostdin -y -f rawvideo -pix_fmt rgb24 -s {width}x{height} -r 25 -i {_box.At("corpus.rgb")} -c:v libx264 -preset veryfast -crf 20 -pix_fmt yuv420p {_box.At("corpus.mp4")}");
        using (var file = File.Create(_box.At("corpus.rgb")))
        {
            var random = new Random(4711);
            var frame = new byte[width * height * 3];
            var total = 0;
            for (var scene = 0; scene < scenes; scene++)
            {
                // A scene: colour waves of its own that drift at its own speed, a patch that moves, noise.
                double fx = random.NextDouble() * 0.2, fy = random.NextDouble() * 0.2, speed = 0.02 + (random.NextDouble() * 0.15);
                var tint = (random.Next(40, 215), random.Next(40, 215), random.Next(40, 215));
                var length = random.Next(18, 40);
                if (scene > 0) cuts.Add(total);
                for (var f = 0; f < length; f++)
                {
                    for (int y = 0, at = 0; y < height; y++)
                        for (var x = 0; x < width; x++)
                        {
                            var wave = (int)(35 * Math.Sin((x * fx) + (y * fy) + (f * speed))) + random.Next(-4, 5) + (Math.Abs(x - (f * 3 % width)) < 10 && Math.Abs(y - 50) < 10 ? 30 : 0);
                            frame[at++] = (byte)Math.Clamp(tint.Item1 + wave, 0, 255);
                            frame[at++] = (byte)Math.Clamp(tint.Item2 + wave, 0, 255);
                            frame[at++] = (byte)Math.Clamp(tint.Item3 + wave, 0, 255);
                        }
                    file.Write(frame);
                    total++;
                }
            }
        }
        using (var encoder = Process.Start(raw)!) encoder.WaitForExit();
        _box.Write("reference.json", $"{{\"cuts\":[{string.Join(',', cuts)}]}}");
        var accuracy = _box.Spool("cuts", "corpus.mp4", "--detector", "adaptive", "--accuracy", "reference.json", "--tolerance", "1", "--json").Must(0).Object.GetProperty("accuracy");
        Assert.Equal(200, accuracy.GetProperty("reference").GetInt32());
        Assert.True(accuracy.GetProperty("recall").GetDouble() >= 0.95, accuracy.ToString());
        Assert.True(accuracy.GetProperty("precision").GetDouble() >= 0.95, accuracy.ToString());
    }

    [Fact]
    public void A_kill_in_the_middle_costs_only_the_parts_under_way()
    {
        Frames(400);
        using (var going = _box.Start("curate", "cam", "--json", "--var", "part=16", "-j", "2"))
        {
            var clock = Stopwatch.StartNew();
            while (!going.HasEnded && clock.Elapsed < TimeSpan.FromSeconds(60) && Regex.Count(going.OutSoFar, "\"task\":\"measure:[^\"]*\",\"status\":\"succeeded\"|measure:cam~[0-9]+.*succeeded", RegexOptions.None, TimeSpan.FromSeconds(1)) < 4) Thread.Sleep(5);
            going.Kill();
            going.Wait();
        }
        var ended = _box.Spool("curate", "cam", "--json", "--var", "part=16").Must(0);
        var again = ended.Tasks("succeeded").Count(t => t.StartsWith("measure:", StringComparison.Ordinal));
        Assert.InRange(again, 0, 23);
        Assert.Equal(400, Lines("cam-curation/out/cam/metrics.jsonl").Count);
    }

    [Fact]
    public void What_is_wrong_with_a_call_is_told_before_anything_is_written()
    {
        Frames(2);
        Directory.CreateDirectory(_box.At("empty"));
        Assert.Contains("gone is not there", _box.Spool("curate", "gone").Must(2).Err, StringComparison.Ordinal);
        Assert.Contains("is no film by its name", _box.Spool("curate", "cam/image_0.jpg").Must(2).Err, StringComparison.Ordinal);
        Assert.Contains("which is only read", _box.Spool("curate", "cam", "--workspace", "cam/results").Must(2).Err, StringComparison.Ordinal);
        Assert.Contains("did you mean 'blur'?", _box.Spool("curate", "cam", "--metrics", "blurr").Must(2).Err, StringComparison.Ordinal);
        Assert.Contains("is no curation", _box.Spool("curate", "cam", "--workspace", ".").Must(2).Err, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_box.At("cam-curation")));
        Assert.Contains("the input holds no frames: it is empty", _box.Spool("curate", "empty").Must(1).Out, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_that_begin_at_once_share_one_workspace_and_a_wrong_name_is_measured_for_what_it_is()
    {
        Frames(8);
        Ffmpeg("-i", _box.At("cam/image_3.jpg"), "-c:v", "png", "-f", "image2", "-update", "1", _box.At("a.png"));
        File.Move(_box.At("a.png"), _box.At("cam/image_8.jpg"));
        using (var first = _box.Start("curate", "cam"))
        using (var second = _box.Start("curate", "cam"))
        {
            first.Wait().Must(0);
            second.Wait().Must(0);
        }
        Assert.Equal(["spool.yaml"], Directory.GetFiles(_box.At("cam-curation"), "spool.yaml*").Select(f => Path.GetFileName(f)));
        Assert.Equal(9, Lines("cam-curation/out/cam/metrics.jsonl").Count(l => l.TryGetProperty("phash", out _)));
        _box.Write("cam-curation/overrides.jsonl", $"{{\"decision\":\"drop\",\"stream\":\"camm\",\"pts_s\":1}}\n{{\"decision\":\"drop\",\"hash\":\"sha256:{new string('0', 64)}\"}}\n");
        var err = _box.Spool("curate", "cam").Must(0).Err;
        Assert.Contains("decision 1 is about a stream 'camm' that is not there; did you mean 'cam'?", err, StringComparison.Ordinal);
        Assert.Contains("decision 2 is about a picture that is not there", err, StringComparison.Ordinal);
        Assert.Contains("from 0 to 1040400", _box.Spool("measure", "cam", "--blur-below", "nan").Must(2).Err, StringComparison.Ordinal);
    }
}
