using System.Text;
using System.Text.Json;
using Spool.Media.Cuts;
using Spool.Media.Timeline;
using Xunit;

namespace Spool.Tests.Media;

/// <summary>Known answers are those of the detectors of PySceneDetect 0.7.1 driven with the same scores and times.</summary>
public sealed class CutTests
{
    private static readonly FrameRate Film = new(25, 1), Ntsc = new(30000, 1001);

    /// <summary>Upper 16 bits of a linear congruential generator.</summary>
    private static List<int> Random(int count, uint seed)
    {
        var values = new List<int>();
        for (var i = 0; i < count; i++) values.Add((int)((seed = (seed * 1664525) + 1013904223) >> 16));
        return values;
    }

    private static List<double> Scores(uint seed) => [.. Random(600, seed).Select((x, i) => i == 0 ? 0 : x % 23 == 0 ? 60 : x % 120 / 10.0)];

    private static FilmTimes Times(uint seed, FrameRate rate, bool even)
    {
        var (times, at) = (new List<double>(), 0);
        foreach (var value in Random(600, seed))
        {
            times.Add(rate.Seconds(at));
            at += even ? 1 : 1 + (value / 7 % 3);
        }
        return new(times, rate);
    }

    private static string Frames(IEnumerable<CutPoint> cuts) => string.Join(' ', cuts.Select(c => c.Frame));

    [Theory]
    [InlineData(1u, true, true, "45 91 197 224 314 348 382 402 430 479 530 581 599")]
    [InlineData(2u, true, true, "42 58 75 126 157 180 209 259 289 328 396 423 443 483 518 564")]
    [InlineData(3u, true, true, "52 75 104 120 153 188 238 264 292 312 414 506 522 541 567 594")]
    [InlineData(1u, true, false, "38 92 187 392 450 626 697 718 764 802 861 964 986 1044 1060 1177 1209")]
    [InlineData(2u, true, false, "27 74 105 141 254 315 361 422 525 549 584 663 795 848 889 968 1040 1124")]
    [InlineData(2u, false, true, "42 58 75 126 157 180 209 259 289 328 396 423 483 518 564")]
    [InlineData(3u, false, true, "52 75 153 188 238 264 292 312 414 522 541")]
    [InlineData(1u, false, false, "38 92 187 392 450 626 697 718 764 802 861 964 986 1060 1177 1209")]
    public void Content_cuts_are_merged_as_PySceneDetect_merges_them(uint seed, bool film, bool even, string frames) =>
        Assert.Equal(frames, Frames(CutDetector.Content(Times(seed, film ? Film : Ntsc, even), Scores(seed), 27, MinLength.Usual)));

    [Theory]
    [InlineData(1u, true, true, "16 45 91 189 224 314 348 382 402 430 479 492 520 581")]
    [InlineData(3u, true, true, "14 28 52 75 89 104 120 143 188 238 264 283 312 414 489 506 522 541 567 594")]
    [InlineData(2u, true, false, "27 74 105 141 159 254 315 361 422 549 584 663 793 848 881 968 1040 1124")]
    [InlineData(1u, false, true, "16 45 91 189 224 314 348 382 402 430 479 492 520 581")]
    [InlineData(1u, false, false, "38 92 187 377 390 450 626 697 718 764 802 861 964 986 1044 1060 1177")]
    public void Adaptive_cuts_stand_out_from_their_neighbours(uint seed, bool film, bool even, string frames) =>
        Assert.Equal(frames, Frames(CutDetector.Adaptive(Times(seed, film ? Film : Ntsc, even), Scores(seed), 3, MinLength.Usual)));

    [Theory]
    [InlineData(1u, true, "45 72 94 126 184 207 229 252 301 319 378 418 463 490 522 567")]
    [InlineData(2u, true, "13 36 130 229 288 342 405 450 535 553 589")]
    [InlineData(3u, false, "91 157 267 369 440 482 539 578 611 651 708 782 934 1009 1162")]
    public void Fades_are_cut_in_the_middle_of_the_dark(uint seed, bool even, string frames)
    {
        var values = Random(600, seed);
        var means = Enumerable.Range(0, 600).Select(i => values[i / 9] % 3 == 0 ? 5.0 : 60.0).ToList();
        Assert.Equal(frames, Frames(CutDetector.Threshold(Times(seed, Film, even), means, 12, MinLength.Usual)));
    }

    [Fact]
    public void A_frame_without_one_before_it_is_no_cut()
    {
        var times = FilmTimes.Even(40, Film);
        var scores = Enumerable.Range(0, 40).Select(i => i == 0 ? double.NaN : i is 20 or 22 ? 0.9 : 0.1).ToList();
        Assert.Equal("20", Frames(CutDetector.Hash(times, scores, 0.35, MinLength.Usual)));
        Assert.Equal("20 22", Frames(CutDetector.Hash(times, scores, 0.35, new(2))));
        Assert.Equal("20", Frames(CutDetector.Hash(times, scores, 0.35, new(0, 0.5))));
        Assert.Equal("20", Frames(CutDetector.Histogram(times, [.. scores.Select(s => 1 - s)], 0.2, MinLength.Usual)));
        Assert.Empty(CutDetector.Content(FilmTimes.Even(0, Film), [], 27, MinLength.Usual));
    }

    [Fact]
    public void The_shortest_scene_is_given_in_frames_or_seconds()
    {
        Assert.Equal(new MinLength(15), MinLength.Parse("15", null));
        Assert.Equal(new MinLength(0, 0.6), MinLength.Parse("0.6s", null));
        foreach (var wrong in new[] { "", "-1", "1.5", "s", "1e9s", "99999999999" }) Assert.False(MinLength.TryParse(wrong, null, out _), wrong);
    }

    private static SceneList List => new(Film, 100, new CutPoint(100, 4), [new(25, 1), new(60, 2.4)]);

    [Fact]
    public void The_table_of_scenes_is_PySceneDetects_and_comes_back_after_editing()
    {
        var csv = SceneFiles.Csv(List);
        Assert.StartsWith("Timecode List:,00:00:01.000,00:00:02.400\nScene Number,Start Frame,", csv, StringComparison.Ordinal);
        Assert.Contains("\n2,26,00:00:01.000,1.000,60,00:00:02.400,2.400,35,00:00:01.400,1.400\n", csv, StringComparison.Ordinal);
        Assert.Equal(List.Cuts, SceneCsv.Read(csv, Film));
        Assert.Equal("30 60", Frames(SceneCsv.Read("\ufeff\"Scene Number\";\"Start Frame\"\r\n3;61\r\n1;1\r\n2;31\r\n;;\r\n", Film)));
        Assert.Equal("25", Frames(SceneCsv.Read("Start Timecode\n00:00:00.000\n00:00:01.000\n", Film)));
        Assert.Contains("line 2: 'x' is no Start Frame", Assert.Throws<SceneCsvException>(() => SceneCsv.Read("Start Frame\nx\n", Film)).Message, StringComparison.Ordinal);
        Assert.Throws<SceneCsvException>(() => SceneCsv.Read("hello", Film));
    }

    [Fact]
    public void An_edit_decision_list_has_one_event_a_scene()
    {
        var edl = SceneFiles.Edl(List, "my\nfilm");
        Assert.StartsWith("TITLE: my film\nFCM: NON-DROP FRAME\n\n001  AX V     C        00:00:00:00 00:00:01:00 00:00:00:00 00:00:01:00\n", edl, StringComparison.Ordinal);
        Assert.Contains("003  AX V     C        00:00:02:10 00:00:04:00", edl, StringComparison.Ordinal);
    }

    [Fact]
    public void A_timeline_has_one_clip_a_scene()
    {
        using var otio = JsonDocument.Parse(Encoding.UTF8.GetString(SceneFiles.Otio(List, "film", "file:///a.mp4")));
        Assert.Equal("Timeline.1", otio.RootElement.GetProperty("OTIO_SCHEMA").GetString());
        var clips = otio.RootElement.GetProperty("tracks").GetProperty("children")[0].GetProperty("children");
        Assert.Equal(3, clips.GetArrayLength());
        Assert.Equal(35, clips[1].GetProperty("source_range").GetProperty("duration").GetProperty("value").GetDouble());
    }

    [Fact]
    public void Accuracy_matches_each_cut_once()
    {
        var accuracy = CutAccuracy.Of([10, 11, 50, 90], [11, 49, 70], 1);
        Assert.Equal((2, 0.5, 2 / 3.0), (accuracy.Matched, accuracy.Precision, accuracy.Recall));
        Assert.Equal(2 * 0.5 * (2 / 3.0) / (0.5 + (2 / 3.0)), accuracy.F1, 12);
        Assert.Equal(0, CutAccuracy.Of([], [5], 1).F1);
        Assert.Equal(1, CutAccuracy.Of([], [], 1).F1);
    }
}
