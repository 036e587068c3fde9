using System.Text.Json;
using Spool.EndToEnd.Support;
using Spool.Media.Frames;
using Spool.Platform;
using Xunit;

namespace Spool.EndToEnd.Media;

public sealed class MeasureTests : IDisposable
{
    private readonly Sandbox _box = new();

    public MeasureTests() => Sandbox.Needs("ffmpeg", "ffprobe");

    public void Dispose() => _box.Dispose();

    private void Ffmpeg(params string[] arguments) => Sandbox.Tool("ffmpeg", ["-hide_banner", "-v", "error", "-nostdin", "-y", .. arguments]);

    private static List<JsonElement> Lines(string output) => [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement.Clone())];

    /// <summary>Frames of a moving pattern as numbered pictures.</summary>
    private string Frames(int count, string extension = "jpg")
    {
        var folder = _box.At("frames");
        Directory.CreateDirectory(folder);
        Ffmpeg("-f", "lavfi", "-i", $"testsrc2=s=320x240:r=25:d={count / 25.0 + 1}", "-frames:v", $"{count}", "-start_number", "0", $"{folder}/image_%d.{extension}");
        return folder;
    }

    [Fact]
    public void Bad_files_are_told_one_by_one_and_the_rest_is_measured()
    {
        var folder = Frames(3);
        var whole = File.ReadAllBytes($"{folder}/image_0.jpg");
        File.WriteAllBytes($"{folder}/image_3.jpg", whole[..(whole.Length / 2)]);
        File.WriteAllBytes($"{folder}/image_4.jpg", []);
        File.WriteAllText($"{folder}/image_5.jpg", "this is text\n");
        Directory.CreateDirectory($"{folder}/image_6.jpg");
        Sandbox.Tool("mkfifo", [$"{folder}/image_7.jpg"]);
        Ffmpeg("-f", "lavfi", "-i", "color=black:s=16000x16000", "-frames:v", "1", "-pix_fmt", "monob", $"{folder}/image_8.png");
        File.WriteAllBytes($"{folder}/image_9.jpg", [0xff, 0xd8, 0xff, 0xe0, 1, 2, 3]);
        File.Copy($"{folder}/image_0.jpg", $"{folder}/image_10.jpg");
        var lines = Lines(_box.Spool("measure", folder, "--json").Must(0).Out);
        Assert.Equal(Enumerable.Range(0, 11), lines.Select(l => l.GetProperty("frame_idx").GetInt32()));
        Assert.Equal([0, 1, 2, 10], lines.Where(l => !l.TryGetProperty("error", out _)).Select(l => l.GetProperty("frame_idx").GetInt32()));
        string Error(int i) => lines[i].GetProperty("error").GetString()!;
        Assert.Equal("is cut off: the file ends before its picture does", Error(3));
        Assert.Equal("is empty (0 bytes)", Error(4));
        Assert.Equal("is no picture but text", Error(5));
        Assert.Equal("is a folder, not a picture", Error(6));
        Assert.Equal("is no ordinary file (a pipe, socket or device)", Error(7));
        Assert.Equal("has a picture that is too large (limit: 100 million pixels)", Error(8));
        Assert.StartsWith("is damaged", Error(9), StringComparison.Ordinal);
        Assert.Equal(JsonValueKind.Null, lines[10].GetProperty("motion").ValueKind);
        _box.Spool("measure", $"{folder}/image_4.jpg").Must(1);
        _box.Spool("measure", "nothing").Must(2);
    }

    [Theory]
    [InlineData("jpg")]
    [InlineData("png")]
    public void One_worker_and_four_print_the_same_bytes(string extension)
    {
        var folder = Frames(30, extension);
        var one = _box.Spool("measure", folder, "--json", "-j", "1").Must(0).Out;
        Assert.Equal(one, _box.Spool("measure", folder, "--json", "-j", "4").Must(0).Out);
        Assert.Equal(30, Lines(one).Count);
    }

    [Fact]
    public void Luma_of_a_JPEG_is_that_of_ffmpeg()
    {
        var folder = Frames(1);
        Ffmpeg("-i", $"{folder}/image_0.jpg", "-vf", "extractplanes=y", "-f", "rawvideo", _box.At("y.raw"));
        var luma = File.ReadAllBytes(_box.At("y.raw")).Average(b => (double)b);
        var line = Lines(_box.Spool("measure", $"{folder}/image_0.jpg", "--metrics", "luma", "--json").Must(0).Out).Single();
        Assert.Equal(luma, line.GetProperty("luma_mean").GetDouble(), 0.05); // two inverse transforms
        Assert.False(line.TryGetProperty("phash", out _));
    }

    [Fact]
    public void Frames_of_a_film_have_their_own_times_and_turned_size()
    {
        // Every frame whose number divides by 3 is left out; the stream starts late.
        Ffmpeg("-f", "lavfi", "-i", "testsrc2=s=640x360:r=25:d=2", "-vf", "select='mod(n\\,3)',setpts=PTS+0.2/TB", "-fps_mode", "vfr", "-c:v", "libx264", "-pix_fmt", "yuv420p", _box.At("flat.mp4"));
        Ffmpeg("-i", _box.At("flat.mp4"), "-c", "copy", "-metadata:s:v:0", "rotate=90", _box.At("film.mp4"));
        foreach (var metrics in new[] { "blur,motion", "blur,motion,content" })
        {
            var lines = Lines(_box.Spool("measure", _box.At("film.mp4"), "--metrics", metrics, "--json").Must(0).Out);
            Assert.Equal(33, lines.Count);
            Assert.Equal((360, 640), (lines[0].GetProperty("width").GetInt32(), lines[0].GetProperty("height").GetInt32()));
            var times = lines.Select(l => l.GetProperty("pts_s").GetDouble()).ToList();
            var frames = Enumerable.Range(0, 50).Where(i => i % 3 != 0).ToList();
            for (var i = 0; i < 33; i++) Assert.Equal((frames[i] - frames[0]) / 25.0, times[i] - times[0], 1e-4);
            Assert.Equal([144, 256], lines[0].GetProperty("thresholds").GetProperty("is_blurry").GetProperty("size").EnumerateArray().Select(e => e.GetInt32()));
        }
        var full = Lines(_box.Spool("measure", _box.At("film.mp4"), "--metrics", "blur", "--full-size", "--json").Must(0).Out);
        Assert.Equal([360, 640], full[0].GetProperty("thresholds").GetProperty("is_blurry").GetProperty("size").EnumerateArray().Select(e => e.GetInt32()));
    }

    /// <summary>Hard cuts at frames 50, 110 and 150 of 25 a second.</summary>
    private string Film()
    {
        Ffmpeg("-f", "lavfi", "-i", "testsrc2=s=640x360:r=25:d=2", "-f", "lavfi", "-i", "smptebars=s=640x360:r=25:d=2.4", "-f", "lavfi", "-i", "color=navy:s=640x360:r=25:d=1.6", "-f", "lavfi", "-i", "testsrc=s=640x360:r=25:d=2",
            "-filter_complex", "[0:v]setsar=1[a];[1:v]setsar=1[b];[2:v]setsar=1[c];[3:v]setsar=1[d];[a][b][c][d]concat=n=4", "-c:v", "libx264", "-pix_fmt", "yuv420p", _box.At("film.mp4"));
        return _box.At("film.mp4");
    }

    [Fact]
    public void Cuts_are_found_written_edited_and_read_back()
    {
        var film = Film();
        foreach (var detector in new[] { "content", "adaptive" })
        {
            var found = _box.Spool("cuts", film, "--detector", detector, "--json").Must(0).Object;
            Assert.Equal([50, 110, 150], found.GetProperty("cuts").EnumerateArray().Select(c => c.GetInt32()));
            Assert.Equal((25, 200), (found.GetProperty("fps").GetDouble(), found.GetProperty("frames").GetInt32()));
            Assert.Equal(8, found.GetProperty("scenes")[3].GetProperty("end").GetProperty("s").GetDouble(), 1e-6);
        }
        _box.Spool("cuts", film, "--csv", "scenes.csv", "--edl", "scenes.edl", "--otio", "scenes.otio").Must(0);
        Assert.Contains("003  AX V     C        00:00:04:10 00:00:06:00", _box.Read("scenes.edl"), StringComparison.Ordinal);
        var lines = _box.Read("scenes.csv").Split('\n').ToList();
        lines.RemoveAt(3); // the second scene joins the first
        _box.Write("edited.csv", string.Join('\n', lines));
        var edited = _box.Spool("cuts", film, "--from", "edited.csv", "--accuracy", "scenes.csv", "--json").Must(0).Object;
        Assert.Equal([110, 150], edited.GetProperty("cuts").EnumerateArray().Select(c => c.GetInt32()));
        Assert.Equal((1, 0.666667), (edited.GetProperty("accuracy").GetProperty("precision").GetDouble(), edited.GetProperty("accuracy").GetProperty("recall").GetDouble()));
        _box.Write("wrong.csv", "Start Frame\nten\n");
        Assert.StartsWith("error: ", _box.Spool("cuts", _box.Write("text.mp4", "no film at all, only text")).Must(1).Err, StringComparison.Ordinal);
        Assert.Contains("wrong.csv cannot be read as scenes: line 2", _box.Spool("cuts", film, "--from", "wrong.csv").Must(2).Err, StringComparison.Ordinal);
    }

    [Fact]
    public void Copies_are_grouped_and_the_id_is_of_the_content()
    {
        var folder = Frames(1);
        Ffmpeg("-i", $"{folder}/image_0.jpg", "-q:v", "20", $"{folder}/image_1.jpg");
        Ffmpeg("-f", "lavfi", "-i", "mandelbrot=s=320x240", "-frames:v", "1", $"{folder}/image_2.jpg");
        Ffmpeg("-f", "lavfi", "-i", "color=gray:s=320x240", "-frames:v", "2", "-start_number", "3", $"{folder}/image_%d.jpg");
        var cluster = Assert.Single(_box.Spool("duplicates", folder, "--json").Must(0).Object.GetProperty("clusters").EnumerateArray());
        Assert.Equal(["image_0.jpg", "image_1.jpg"], cluster.GetProperty("members").EnumerateArray().Select(m => m.GetString()));
        Assert.Equal(new[] { Sandbox.Digest($"{folder}/image_0.jpg"), Sandbox.Digest($"{folder}/image_1.jpg") }.Min(StringComparer.Ordinal), cluster.GetProperty("id").GetString());
        _box.Write("hashes.txt", "0000000000000000\nffffffffffffffff\n0000000000000007\n0000000000000000\n");
        cluster = Assert.Single(_box.Spool("duplicates", "hashes.txt", "--distance", "3", "--json").Must(0).Object.GetProperty("clusters").EnumerateArray());
        Assert.Equal([0, 2, 3], cluster.GetProperty("members").EnumerateArray().Select(m => m.GetInt32()));
        Assert.Contains("line 2", _box.Spool("duplicates", _box.Write("bad.txt", "0000000000000000\nzz\n")).Must(2).Err, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_algorithm_gives_its_known_answer_on_this_machine()
    {
        var lines = Lines(_box.Spool("selftest", "--json").Must(0).Out);
        Assert.True(lines.Count >= 15);
        Assert.All(lines, l => Assert.True(l.GetProperty("ok").GetBoolean(), l.ToString()));
    }

    [Fact]
    public async Task What_a_tool_writes_is_read_while_it_runs_and_a_reader_that_gives_up_ends_it()
    {
        var runner = new ProcessRunner(null);
        var environment = new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin" };
        long count = 0;
        Task<ToolResult> Run(string bytes, Action<Stream> read) => runner.RunAsync(new ToolCommand("/usr/bin/head", ["-c", bytes, "/dev/zero"]) { WorkingFolder = "/", OnOutput = read }, environment, null, null, null, TestContext.Current.CancellationToken);
        var whole = await Run("20000000", stream =>
        {
            var buffer = new byte[100_000];
            for (int read; (read = stream.Read(buffer)) > 0;) count += read;
        });
        Assert.True(whole.Succeeded);
        Assert.Equal(20_000_000, count);
        Assert.False((await Run("1000000000000", stream => stream.ReadExactly(new byte[10]))).Succeeded);
        var fault = await Assert.ThrowsAsync<IOException>(() => Run("1000000000000", _ => throw new PictureFault("is bad")));
        Assert.IsType<PictureFault>(fault.InnerException);
    }
}
