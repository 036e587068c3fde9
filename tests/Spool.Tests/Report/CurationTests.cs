using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Spool.App.Report;
using Spool.Platform;
using Spool.Tests.Support;
using Xunit;

namespace Spool.Tests.Report;

public sealed class CurationTests
{
    private readonly VirtualDisk _disk = new();
    private readonly List<string> _leftOut = [];

    private CurationStream Read(IReadOnlyDictionary<string, byte[]> files, int room = 20_000_000) => Assert.Single(ReadAll(files, room)!.Streams);

    private ReportedCuration? ReadAll(IReadOnlyDictionary<string, byte[]> files, int room = 20_000_000)
    {
        foreach (var (path, bytes) in files)
        {
            DurableFile.CreateFolders(_disk, Path.GetDirectoryName("/w/" + path)!);
            DurableFile.WritePlain(_disk, "/w/" + path, bytes);
        }
        // The first place is the store, which may have forgotten the bytes.
        return new CurationReader(_disk, new Allowance(room)).Read(CurationFiles.Find(files.Keys.Select(p => (p, (IReadOnlyList<string>)["/store/gone", "/w/" + p]))), "/mnt/cam7", _leftOut);
    }

    private static double[] Decoded(Column column)
    {
        if (column.Floats is { } floats) return [.. Enumerable.Range(0, floats.Length / 4).Select(i => (double)BinaryPrimitives.ReadSingleLittleEndian(floats.AsSpan(i * 4)))];
        return [.. Enumerable.Range(0, column.Codes!.Length / 2).Select(i => BinaryPrimitives.ReadUInt16LittleEndian(column.Codes.AsSpan(i * 2))).Select(c =>
            c == ushort.MaxValue ? double.NaN : column.Log ? Math.Exp(column.From + c * column.Step) - 1 : column.From + c * column.Step)];
    }

    [Fact]
    public void A_stream_is_told_with_its_numbers_paths_scores_flags_and_rules()
    {
        var fixture = new CurationFixture();
        var stream = Read(fixture.Files());
        Assert.Equal(("cam7", "pictures", 300L, 1L), (stream.Name, stream.Kind, stream.Frames, stream.MissingFrames));
        Assert.Equal([20L, 20L], Assert.Single(stream.Missing.First));
        Assert.Equal("image_07.jpg", Assert.Single(stream.Doubles.First).Path);
        Assert.Equal(new NotedFile(9, "image_9.jpg", "is cut off: </script><b>"), Assert.Single(stream.Unreadable.First));
        // Two runs: 0 to 19, then one number left out, 21 to 300.
        Assert.Equal((0L, 300), (stream.Numbers!.First, stream.Numbers.Count));
        Assert.Equal([0, 20, 1, 280], Enumerable.Range(0, 4).Select(i => BinaryPrimitives.ReadInt32LittleEndian(stream.Numbers.Pairs.AsSpan(i * 4))));
        Assert.Equal(new FramePaths("image_", 1, ".jpg", null), stream.Paths);
        var sharpness = Decoded(stream.Columns["laplacian_variance"]);
        Assert.Equal(fixture.Numbers.Select(n => n == CurationFixture.Unreadable ? double.NaN : CurationFixture.Sharpness(n)), sharpness);
        Assert.Equal(["cut_content", "laplacian_variance", "luma_percentile", "motion", "overexposed"], stream.Columns.Keys.Order(StringComparer.Ordinal));
        Assert.Equal([("cut_content", 27.0), ("laplacian_variance", 80.0), ("luma_percentile", 25.0), ("motion", 0.02)], stream.Lines.Select(l => (l.Key, l.Value)).OrderBy(l => l.Key, StringComparer.Ordinal));
        Assert.Empty(stream.LeftOut);
        Assert.Empty(_leftOut);

        var flags = stream.Flags!.Select(f => (FrameFlags)f).ToList();
        FrameFlags At(int number) => flags[fixture.Numbers.ToList().IndexOf(number)];
        Assert.Equal(FrameFlags.Unreadable, At(CurationFixture.Unreadable));
        Assert.Equal(FrameFlags.Blurry | FrameFlags.Dark, At(3));
        Assert.Equal(FrameFlags.Kept | FrameFlags.Duplicate, At(50));
        Assert.Equal(FrameFlags.Kept | FrameFlags.Representative, At(51));
        Assert.Equal(FrameFlags.Kept | FrameFlags.Idle, At(300));
        Assert.Equal(fixture.Numbers.Count(fixture.IsBlurry), flags.Count(f => f.HasFlag(FrameFlags.Blurry)));
        Assert.Equal(["unreadable", "blurry", "dark"], stream.Selection!.Rules.Select(r => r.Rule));
        Assert.Equal((byte)1, stream.Rules![CurationFixture.Unreadable]);
        Assert.All(stream.Selection.Rules.Select((r, i) => (r, i)), r => Assert.Equal(r.r.First, stream.Rules.Count(b => b == r.i + 1)));
    }

    [Fact]
    public void Groups_shots_idle_stretches_and_sheets_are_told_as_their_files_tell_them()
    {
        var stream = Read(new CurationFixture().Files());
        var groups = stream.Groups!;
        Assert.Equal((1, 1L, 6, 36L), (groups.Total, groups.Spare, groups.Distance, groups.Masked));
        Assert.Equal(["aaaaaaaaaaaaaaaa"], groups.Ids);
        // Numbers 50 and 51 stand at 49 and 50, because one number is missing.
        Assert.Equal([49, 50], Enumerable.Range(0, 2).Select(i => BinaryPrimitives.ReadInt32LittleEndian(groups.Members.AsSpan(i * 4))));
        Assert.Equal(50, BinaryPrimitives.ReadInt32LittleEndian(groups.Kept));
        Assert.Equal([3, 0], groups.Distances);
        Assert.Equal(["bbbbbbbbbbbbbbbb", "aaaaaaaaaaaaaaaa"], Assert.Single(groups.Merged.First));
        Assert.Equal([150.0, 301, 15, 30.1], stream.Cuts!.Scenes.First[1]);
        Assert.Equal([200, 300, null, null, 0.001], Assert.Single(stream.Idle!.Stretches.First));
        Assert.Equal(new IdleSettings(0.02, 0.02, 5, 8, 0), stream.Idle.Rule);
        Assert.Equal(["thumbs/cam7~0/", "thumbs/cam7~201/"], stream.Sheets.Select(s => s.Address));
        Assert.Equal([0L, 20, 1, 21, 180, 1], stream.Sheets[0].Frames);
        Assert.Equal([201L, 100, 1], stream.Sheets[1].Frames);
    }

    [Theory]
    [InlineData("out/cam7/metrics.jsonl", "{\"frame_idx\":0,\"frame_path\":\"a\"}\n{\"frame_idx\":1,", "line 2 is not as its format says")]
    [InlineData("out/cam7/metrics.jsonl", "{\"frame_idx\":5,\"frame_path\":\"a\"}\n\n{\"frame_idx\":4,\"frame_path\":\"b\"}", "line 3 is not as its format says: frame_idx 4 comes after 5")]
    [InlineData("out/cam7/selection.jsonl", "[1]", "line 1 is not as its format says: it is no object")]
    [InlineData("out/cam7/stream.json", "{\"site\":\"not ours\"}", "it is not as its format says")]
    [InlineData("out/cam7/clusters.json", "{\"clusters\":[{\"id\":\"a\",\"members\":[999],\"distances\":[0],\"representative\":999}]}", "group a names a frame that the stream does not have")]
    [InlineData("out/cam7/clusters.json", "{\"clusters\":[{\"id\":\"a\",", "it is not as its format says")]
    [InlineData("out/cam7/stream.json", "{\"kind\":\"film\",\"frames\":3,\"missing\":[[1]]}", "it is not as its format says")]
    [InlineData("out/cam7/idle.json", "{\"stretches\":[{}]}", "it is not as its format says")]
    public void A_file_that_is_not_as_its_format_says_is_named_and_the_other_streams_are_shown(string path, string text, string said)
    {
        var files = new Dictionary<string, byte[]>(new CurationFixture().Files().Concat(new CurationFixture(60, "cam10").Files())) { [path] = Encoding.UTF8.GetBytes(text) };
        Assert.Equal("cam10", Assert.Single(ReadAll(files)!.Streams).Name);
        var sentence = Assert.Single(_leftOut);
        Assert.StartsWith($"The curation of cam7: {path}: ", sentence, StringComparison.Ordinal);
        Assert.Contains(said, sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void What_could_not_be_looked_for_is_a_note_and_no_empty_list()
    {
        var files = new Dictionary<string, byte[]>(new CurationFixture().Files())
        {
            ["out/cam7/cuts.json"] = Encoding.UTF8.GetBytes("{\"cuts\":[],\"detector\":\"hash\",\"fps\":30,\"frames\":300,\"scenes\":[],\"threshold\":3,\"unavailable\":\"it needs a film\"}"),
            ["out/cam7/clusters.json"] = Encoding.UTF8.GetBytes("{\"clusters\":[],\"distance\":6,\"unavailable\":\"perceptual hashes were not measured\"}"),
        };
        var stream = Read(files);
        Assert.Null(stream.Cuts);
        Assert.Equal(["Shots: it needs a film", "Groups of near-equal frames: perceptual hashes were not measured"], stream.Notes);
        Assert.Equal("/mnt/cam7/talk.mp4", CurationFiles.InputOf(new Dictionary<string, string> { ["input"] = "/mnt/cam7", ["film"] = "talk.mp4" }));
        Assert.Null(CurationFiles.InputOf(new Dictionary<string, string>()));
    }

    [Fact]
    public void Streams_are_found_by_their_paths_in_natural_order_and_other_outputs_are_none()
    {
        IEnumerable<(string, IReadOnlyList<string>)> At(params string[] paths) => paths.Select(p => (p, (IReadOnlyList<string>)["/w/" + p]));
        var found = CurationFiles.Find(At("out/cam10/stream.json", "out/cam2/stream.json", "out/cam2/metrics.jsonl", "out/film.mp4", "out/cam3/metrics.jsonl", "thumbs/cam2~512/thumbs.json", "thumbs/cam2~0/thumbs.json",
            "thumbs/cam2~0/sheet-000.jpg", "out/day 1/talk.mp4/stream.json", "thumbs/day 1/talk.mp4~0/thumbs.json"));
        Assert.Equal(["cam2", "cam10", "day 1/talk.mp4"], found.Select(f => f.Name));
        Assert.Equal(["thumbs/cam2~0", "thumbs/cam2~512"], found[0].Parts.Select(p => p.Path));
        Assert.Equal(["thumbs/day 1/talk.mp4~0"], found[2].Parts.Select(p => p.Path));
        Assert.True(CurationFiles.IsSheet("thumbs/cam2~0/sheet-000.jpg"));
        Assert.False(CurationFiles.IsSheet("thumbs/cam2/sheet-000.jpg"));
        Assert.Null(ReadAll(new Dictionary<string, byte[]>()));
    }

    [Theory]
    [InlineData(3000)]
    [InlineData(40_000)]
    public void Rounding_never_carries_a_score_across_its_line(int frames)
    {
        var random = new Random(7);
        foreach (var log in new[] { true, false })
        {
            const double Line = 80.1;
            var values = new ColumnValues(log) { Line = Line };
            var scores = new double[frames];
            for (var i = 0; i < frames; i++) values.Add(scores[i] = i % 5 == 0 ? Line + (random.NextDouble() - 0.5) * 1e-7 : random.NextDouble() * 900_000);
            values.Add(null);
            var decoded = Decoded(values.ToColumn());
            Assert.Equal(scores.Select(s => s < Line), decoded[..^1].Select(s => s < Line));
            Assert.True(double.IsNaN(decoded[^1]));
            Assert.All(scores.Zip(decoded), p => Assert.InRange(p.Second, p.First - Math.Max(20, p.First * 0.001), p.First + Math.Max(20, p.First * 0.001)));
        }
    }

    [Fact]
    public void Whole_numbers_of_many_frames_stay_what_they_are()
    {
        var values = new ColumnValues(log: false) { Line = 25 };
        for (var i = 0; i < 30_000; i++) values.Add(i % 256);
        Assert.Equal(Enumerable.Range(0, 30_000).Select(i => (double)(i % 256)), Decoded(values.ToColumn()));
    }

    [Fact]
    public void Lines_and_tokens_are_whole_wherever_the_window_ends()
    {
        var text = new StringBuilder();
        for (var i = 0; i < 3000; i++) text.Append(CultureInfo.InvariantCulture, $"{{\"n\":{i},\"text\":\"{new string('ä', i % 90)}\"}}\n");
        text.Append(CultureInfo.InvariantCulture, $"{{\"n\":3000,\"text\":\"{new string('x', 200_000)}\"}}");
        DurableFile.WritePlain(_disk, "/lines", Encoding.UTF8.GetBytes(text.ToString()));
        var lengths = new List<int>();
        CurationText.Lines(_disk, "/lines", line => lengths.Add(JsonDocument.Parse(line.ToArray()).RootElement.GetProperty("text").GetString()!.Length));
        Assert.Equal([.. Enumerable.Range(0, 3000).Select(i => i % 90), 200_000], lengths);

        DurableFile.WritePlain(_disk, "/tokens", Encoding.UTF8.GetBytes("[" + text.ToString().Replace("\n", " ,\n", StringComparison.Ordinal) + "]"));
        using var file = _disk.OpenRead("/tokens");
        var tokens = new JsonTokens(file);
        var (numbers, strings) = (new List<double>(), 0);
        while (tokens.Read())
            if (tokens.Type == JsonTokenType.Number) numbers.Add(tokens.Number);
            else if (tokens.Type == JsonTokenType.String) strings += tokens.Text.Length;
        Assert.Equal(Enumerable.Range(0, 3001).Select(i => (double)i), numbers);
        Assert.Equal(lengths.Sum(), strings);
    }

    [Fact]
    public void Paths_that_do_not_follow_the_rest_are_listed_one_by_one()
    {
        var shape = new PathShape(numbered: true);
        string[] paths = ["cam 2/frame_0002.png", "cam 2/frame_0003.png", "other/4.PNG", "cam 2/frame_0005.png"];
        for (var i = 0; i < paths.Length; i++) shape.Add(i, i + 2, Encoding.UTF8.GetBytes(paths[i]));
        var found = shape.ToPaths()!;
        Assert.Equal(("cam 2/frame_", 4, ".png"), (found.Before, found.Digits, found.After));
        Assert.Equal([(2, "other/4.PNG")], found.Others!.Select(o => (o.Key, o.Value)));
        var film = new PathShape(numbered: false);
        for (var i = 0; i < 3; i++) film.Add(i, i, "talk0.mp4"u8);
        Assert.Equal(new FramePaths("talk0.mp4", -1, "", null), film.ToPaths());
    }

    [Fact]
    public void The_times_of_a_film_are_told_only_where_its_frames_do_not_come_evenly()
    {
        Assert.False(Timed(i => Math.Round(i / 29.97, 6)).IsShifted);
        var uneven = Timed(i => i / 29.97 + (i > 50 ? 0.02 : 0));
        Assert.True(uneven.IsShifted);
        Assert.Equal([0, 0.02], new[] { 50, 51 }.Select(i => Math.Round(Decoded(uneven.Shifts.ToColumn())[i], 4)));

        static CurationFrames Timed(Func<int, double> at)
        {
            var frames = new CurationFrames(film: true, 29.97);
            for (var i = 0; i < 100; i++) frames.Take(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{{\"frame_idx\":{i},\"frame_path\":\"talk.mp4\",\"pts_s\":{at(i)}}}")));
            return frames;
        }
    }

    [Fact]
    public void Without_room_columns_are_left_out_the_least_wanted_first_and_that_is_said()
    {
        var stream = Read(new CurationFixture(3000).Files(), room: 60_000);
        Assert.Equal(["laplacian_variance", "luma_percentile", "motion"], stream.Columns.Keys);
        Assert.Contains("the column overexposed, to keep the page small", stream.LeftOut);
        var none = Read(new CurationFixture(3000).Files(), room: 1000);
        Assert.Null(none.Numbers);
        Assert.Equal(3000, none.Frames);
        Assert.StartsWith("all that is told frame by frame, of 3,000 frames", Assert.Single(none.LeftOut), StringComparison.Ordinal);
    }

    [Fact]
    public void A_million_frames_with_all_their_scores_give_a_page_under_25_megabytes()
    {
        const int Frames = 1_000_000;
        var frames = new CurationFrames(film: false, null);
        var random = new Random(1);
        for (var i = 0; i < Frames; i++)
            frames.Take(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture,
                $"{{\"frame_idx\":{i + i / 1000},\"frame_path\":\"image_{i + i / 1000}.jpg\",\"laplacian_variance\":{random.Next(9_000_000) / 8.0},\"luma_percentile\":{i % 256},\"overexposed\":{random.NextDouble()},\"motion\":{random.NextDouble()},\"cut_content\":{random.NextDouble() * 99},\"is_blurry\":false}}")));
        var rules = new List<string> { "blurry" };
        frames.TakeChoice("{\"frame_idx\":3,\"keep\":false,\"rule\":\"blurry\"}"u8, rules);
        var leftOut = new List<string>();
        var stream = new CurationReader(_disk, new Allowance(ReportLimits.Usual.CurationBytes)).WithColumns(Read(new CurationFixture(60).Files()), frames, leftOut);
        Assert.Empty(leftOut);
        Assert.Equal(5, stream.Columns.Count);
        Assert.Null(stream.Paths!.Others);
        var report = new RunReport
        {
            Run = new ReportedRun("1", "w", "succeeded", "", null, 1, "0", new Engine.Journal.TaskCounts(1, 1, 0, 0, 0, 0, 0, 0)),
            Headline = "",
            Finals = [],
            Strip = [],
            Steps = [],
            Tasks = [],
            Artifacts = [],
            Lanes = [],
            Curation = new ReportedCuration(null, [stream]),
            LeftOut = leftOut,
        };
        Assert.InRange(PageTemplate.Fill("/*SPOOL_DATA*/null/*END_SPOOL_DATA*/"u8, report).Length, 10_000_000, ReportLimits.PageBytes * 0.8);
    }
}
