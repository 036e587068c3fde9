using Spool.Media.Ffmpeg;
using Spool.Media.Timeline;
using Spool.Steps.Audio;
using Spool.Steps.Video;
using Xunit;

namespace Spool.EndToEnd.Media;

/// <summary>Takes minutes and 6 GB of disk, so it runs only when it is asked for (<c>-explicit on</c>).</summary>
public sealed class LargeFilmTests(ITestOutputHelper output) : IDisposable
{
    private const long Megabyte = 1 << 20;
    private readonly MediaBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact(Explicit = true)]
    public async Task A_film_of_two_gigabytes_goes_through_in_bounded_memory()
    {
        var film = _bench.Make("large.mov", "-f lavfi -i testsrc2=s=1920x1080:r=25:d=84,noise=alls=20 -f lavfi -i sine=d=84:r=48000 -c:v mjpeg -q:v 2 -pix_fmt yuvj420p -c:a pcm_s16le");
        var size = new FileInfo(film).Length;
        output.WriteLine($"{size / Megabyte} MiB");
        Assert.True(size > 2000 * Megabyte);
        var fast = EncoderPreset.Ultrafast;
        (string, Engine.Step, (string, string)[])[] steps =
        [
            ("trim", new Trim { Start = 10, Duration = 60, Preset = fast }, [("video", film)]),
            ("trim copy", new Trim { Start = 10, Duration = 60, Mode = TrimMode.Copy }, [("video", film)]),
            ("transcode", new Transcode { Size = new PictureSize(1280, 720), Preset = fast }, [("video", film)]),
            ("normalize", new Normalize(), [("video", film)]),
            ("concat cut", new Concat { Size = new PictureSize(1280, 720), Preset = fast }, [("videos", film), ("videos", film)]),
            ("concat fade", new Concat { Size = new PictureSize(1280, 720), Preset = fast, Transition = Transition.Fade }, [("videos", film), ("videos", film)]),
        ];
        foreach (var (name, step, inputs) in steps)
        {
            var result = await _bench.Do(step, inputs, ("video", name is "normalize" or "trim copy" ? "out.mov" : "out.mp4"));
            Assert.True(result.Failure is null, $"{name}: {result.Failure?.Sentence} {result.LogTail}");
            output.WriteLine($"{name}: {result.MaxRssBytes / Megabyte} MiB, {result.Elapsed.TotalSeconds:0.0} s, {result.Cpu.TotalSeconds:0.0} s cpu");
            Assert.True(result.MaxRssBytes < 600 * Megabyte, $"{name} took {result.MaxRssBytes / Megabyte} MiB");
            File.Delete(result.Outputs[0].Files[0].Path);
        }
    }
}
