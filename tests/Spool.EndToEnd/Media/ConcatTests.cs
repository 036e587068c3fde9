using System.Text.Json;
using Spool.Media.Ffmpeg;
using Spool.Media.Timeline;
using Spool.Steps.Video;
using Xunit;

namespace Spool.EndToEnd.Media;

public sealed class ConcatTests : IDisposable
{
    private readonly MediaBench _bench = new();

    public void Dispose() => _bench.Dispose();

    private static Concat Fast => new() { Preset = EncoderPreset.Ultrafast };

    private (string, string)[] Films(params string[] paths) => [.. paths.Select(p => ("videos", p))];

    /// <summary>A film of one colour with a tone of one frequency.</summary>
    private string Plain(string name, string colour, int frequency, string seconds, string more = "") => _bench.Make(name,
        $"-f lavfi -i color={colour}:s=160x90:r=25:d={seconds} -f lavfi -i sine=f={frequency}:r=48000:d={seconds} {more} -c:v libx264 -preset ultrafast -pix_fmt yuv420p -c:a aac");

    [Theory]
    [InlineData(Transition.Cut, 0)]
    [InlineData(Transition.Fade, 10)]
    [InlineData(Transition.Dissolve, 10)]
    [InlineData(Transition.Wipe, 10)]
    public async Task The_length_is_the_sum_minus_the_transitions_to_the_frame(Transition transition, int overlap)
    {
        var films = Films(Plain("a.mp4", "red", 300, "2"), Plain("b.mp4", "green", 500, "1.6"), Plain("c.mp4", "blue", 900, "2.4"));
        var joined = await _bench.Make(Fast with { Transition = transition, TransitionDuration = 0.4 }, films, ("video", "out.mp4"));
        var (frames, samples) = MediaBench.Decoded(joined);
        Assert.Equal(50 + 40 + 60 - (2 * overlap), frames);
        Assert.InRange(samples - (frames * 1920), 0, 1023);
        Assert.Equal(frames / 25.0, MediaBench.Probe(joined).AudioSeconds!.Value, 3);
        // In the middle of the second film: green and its tone.
        var middle = (50 - overlap + 20) / 25.0;
        Assert.InRange(_bench.Pixel(joined, middle, 80, 45)[1], 100, 140);
        Assert.True(MediaBench.Level(joined, middle - 0.2, 0.4, "bandpass=f=500:w=100") > MediaBench.Level(joined, middle - 0.2, 0.4, "bandpass=f=900:w=100") + 20);
    }

    [Fact]
    public async Task Two_runs_write_the_same_bytes()
    {
        var films = Films(Plain("a.mp4", "red", 300, "1"), Plain("b.mp4", "green", 500, "1"));
        var step = Fast with { Transition = Transition.Dissolve };
        var first = File.ReadAllBytes(await _bench.Make(step, films, ("video", "out.mp4")));
        Assert.Equal(first, File.ReadAllBytes(await _bench.Make(step, films, ("video", "out.mp4"))));
        Assert.Equal(-1, first.AsSpan().IndexOf("Lavf59"u8));
        Assert.DoesNotContain("creation_time", MediaBench.Run("ffprobe", ["-v", "error", "-show_format", "-show_streams", await _bench.Make(step, films, ("video", "out.mp4"))]).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unlike_films_are_made_alike()
    {
        var films = Films(
            _bench.Film("wide.mp4", 1.2),
            _bench.Film("tall.mov", 1.2, "90x160", "30000/1001", "sine=f=700:r=22050"),
            _bench.Film("silent.avi", 1.2, "161x91", "15", "", "-c:v mjpeg -pix_fmt yuvj444p"),
            _bench.Film("narrow.mkv", 1.2, "160x90", "50", codecs: "-c:v ffv1 -vf setsar=2/1 -c:a pcm_s24le -ac 1"));
        var joined = await _bench.Make(Fast, films, ("video", "out.mp4"), ("data", "parts.json"));
        var probe = MediaBench.Probe(joined);
        Assert.Equal("160x90", probe.Video!.DisplaySize.ToString());
        Assert.Equal(4 * 30, probe.Video.Packets);
        Assert.Equal((48000, 2), (probe.Audio!.SampleRate, probe.Audio.Channels));
        Assert.InRange(_bench.Pixel(joined, 1.8, 5, 45)[0], 0, 10); // bars beside the tall film
        Assert.InRange(MediaBench.Level(joined, 2.5, 1), -100, -60); // silence where there was no sound
    }

    [Fact]
    public async Task Chapters_and_segments_are_named_by_texts_options_or_numbers()
    {
        var films = Films(Plain("a.mp4", "red", 300, "1"), Plain("b.mp4", "green", 500, "1"));
        File.WriteAllText(_bench.At("one.md"), "intro words\n\n# Why = the; sky # is \\ blue\n");
        File.WriteAllText(_bench.At("two.md"), "\n\nOnly a line\n");
        var result = await _bench.Do(Fast, [.. films, ("titles", _bench.At("one.md")), ("titles", _bench.At("two.md"))], ("video", "out.mp4"), ("data", "parts.json"));
        Assert.Null(result.Failure);
        var chapters = MediaBench.Probe(result.Outputs[0].Files[0].Path).Chapters;
        Assert.Equal(["Why = the; sky # is \\ blue", "Only a line"], chapters.Select(c => c.Title));
        Assert.Equal((1.0, 2.0), (chapters[1].Start, chapters[1].End));
        using var json = JsonDocument.Parse(File.ReadAllText(result.Outputs[1].Files[0].Path));
        Assert.Equal(1.0, json.RootElement.GetProperty("segments")[1].GetProperty("start").GetDouble());
        Assert.Equal(["Part 1", "Part 2"], MediaBench.Probe(await _bench.Make(Fast, films, ("video", "out.mkv"))).Chapters.Select(c => c.Title));
        Assert.Contains("3 titles for 2 films", await _bench.Refused(Fast with { Titles = ["a", "b", "c"] }, films, ("video", "out.mp4")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Transition.Cut, 27)]
    [InlineData(Transition.Fade, 100)]
    public async Task Many_films_are_joined_in_pieces_without_losing_a_frame(Transition transition, int count)
    {
        var film = _bench.Film("a.mp4", 0.4, "64x36");
        var joined = await _bench.Make(Fast with { Transition = transition, TransitionDuration = 0.2 }, Films([.. Enumerable.Repeat(film, count)]), ("video", "out.mp4"));
        var expected = (count * 10) - (transition == Transition.Cut ? 0 : (count - 1) * 5);
        var (frames, samples) = MediaBench.Decoded(joined);
        Assert.Equal(expected, frames);
        Assert.InRange(samples - (expected * 1920), 0, 1023);
        Assert.Equal(count, MediaBench.Probe(joined).Chapters.Count);
        var times = Times(joined);
        Assert.All(times.Zip(times.Skip(1)), p => Assert.Equal(0.04, p.Second - p.First, 3));
    }

    private static List<double> Times(string path) =>
        [.. MediaBench.Run("ffprobe", ["-v", "error", "-select_streams", "v", "-show_entries", "frame=pts_time", "-of", "csv=p=0", path]).Output
            .Split(['\n', ','], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(t => double.Parse(t, System.Globalization.CultureInfo.InvariantCulture))];

    [Fact]
    public async Task One_film_is_enough_and_short_films_get_shorter_transitions()
    {
        var film = Plain("a.mp4", "red", 300, "0.4");
        Assert.Equal(10, MediaBench.Frames(await _bench.Make(Fast, Films(film), ("video", "out.mp4"))));
        var result = await _bench.Do(Fast with { Transition = Transition.Fade, TransitionDuration = 2 }, Films(film, film, film), ("video", "out.mp4"));
        Assert.Null(result.Failure);
        Assert.Equal(10 + 5 + 5, MediaBench.Frames(result.Outputs[0].Files[0].Path));
        Assert.Equal("2", result.Facts["shortened transitions"]);
    }

    [Fact]
    public async Task Sound_longer_than_its_picture_is_kept_and_the_picture_held()
    {
        var film = _bench.Make("a.mp4", "-f lavfi -i color=red:s=160x90:r=25:d=1 -f lavfi -i sine=d=1.5:r=48000 -c:v libx264 -preset ultrafast -pix_fmt yuv420p -c:a aac");
        var joined = await _bench.Make(Fast, Films(film, Plain("b.mp4", "green", 500, "1")), ("video", "out.mp4"));
        Assert.Equal(38 + 25, MediaBench.Frames(joined)); // 1.5 s is 37.5 frames
        Assert.InRange(_bench.Pixel(joined, 1.4, 80, 45)[0], 240, 255);
        Assert.InRange(MediaBench.Level(joined, 1.1, 0.3), -30, -10);
    }

    [Fact]
    public async Task A_film_with_uneven_times_keeps_its_length()
    {
        var uneven = _bench.Make("v.mp4", "-f lavfi -i testsrc2=s=160x90:r=30:d=3 -vf select='lt(n\\,30)+not(mod(n\\,3))' -fps_mode vfr -c:v libx264 -preset ultrafast -pix_fmt yuv420p");
        var length = MediaBench.Probe(uneven).Video!.Seconds!.Value;
        var joined = await _bench.Make(Fast with { Fps = MediaBench.Rate("25") }, Films(uneven, uneven), ("video", "out.mp4"));
        Assert.InRange(MediaBench.Frames(joined), Math.Floor(50 * length) - 1, Math.Ceiling(50 * length) + 1);
    }

    [Fact]
    public async Task A_turned_film_is_shown_upright()
    {
        Plain("flat.mp4", "red", 300, "0.4");
        var turned = _bench.Make("turned.mp4", "-i @flat.mp4 -c copy -metadata:s:v rotate=90");
        Assert.Equal(270, MediaBench.Probe(turned).Video!.Rotation);
        Assert.Equal("90x160", MediaBench.Probe(await _bench.Make(Fast, Films(turned), ("video", "out.mp4"))).Video!.DisplaySize.ToString());
    }
}
