using Spool.Engine;
using Spool.Media.Ffmpeg;
using Spool.Media.Timeline;

namespace Spool.Steps.Video;

/// <summary>
/// Joins films into one, in order, with cuts or transitions and a chapter for each. Unlike films are made alike: size (with bars), frame rate,
/// sample rate; where one has no sound there is silence; where its sound is longer than its picture the last picture stays. The length of the
/// result is the sum of the inputs minus the transitions, to the frame.
/// </summary>
[StepKind("video.concat", version: 1, Cpu = 2)]
public sealed record Concat : Step
{
    /// <summary>The films, in order; one is enough.</summary>
    [In("videos")] public InputList Videos { get; init; } = null!;

    /// <summary>A text for each film; its first heading or line names the chapter.</summary>
    [In("titles")] public InputList? TitleTexts { get; init; }

    /// <summary>The joined film.</summary>
    [Out("video")] public OutputFile Video { get; init; } = null!;

    /// <summary>JSON of the segments with title, start and end in seconds, for captions and chapter lists.</summary>
    [Out("data")] public OutputFile? Segments { get; init; }

    /// <summary>Between films: cut, fade (crossfade), dissolve (grainy) or wipe. Default cut.</summary>
    public Transition Transition { get; init; } = Transition.Cut;

    /// <summary>Seconds of a transition; shorter where a film is shorter than twice that. Default 0.5.</summary>
    [Within(0.04, 10)] public double TransitionDuration { get; init; } = 0.5;

    /// <summary>Chapter names, in order; default: from the input <c>titles</c>, else "Part 1", "Part 2".</summary>
    public IReadOnlyList<string> Titles { get; init; } = [];

    /// <summary>Width and height in pixels, both even; default: those of the first film.</summary>
    public PictureSize? Size { get; init; }

    /// <summary>Frames per second; default: those of the first film.</summary>
    public FrameRate? Fps { get; init; }

    /// <summary>Quality of the picture: 0 is lossless, 51 the worst. Default 20.</summary>
    [Within(0, 51)] public int Crf { get; init; } = 20;

    /// <summary>Speed of the encoder; slower is smaller. Default medium.</summary>
    public EncoderPreset Preset { get; init; } = EncoderPreset.Medium;

    /// <summary>Threads of the encoder; other numbers give other bytes. Default 2.</summary>
    [Within(1, 64)] public int Threads { get; init; } = 2;

    public override IReadOnlyList<string> ToolsUsed() => MediaRuns.Both;

    public override IEnumerable<(string Option, string Message)> Check()
    {
        if (Size is not null && Size != Size.Even) yield return ("size", $"size must be even in both directions, {Size} is not");
    }

    public override async Task<StepResult> RunAsync(StepContext context, CancellationToken cancel)
    {
        var titles = TitlesOf(context);
        var probes = new List<MediaProbe>();
        foreach (var file in Videos.Files) probes.Add(await context.ProbeVideoAsync(file, cancel));
        var size = Size ?? probes[0].Video!.DisplaySize.Even;
        var rate = Fps ?? probes[0].Video!.Rate ?? new FrameRate(30, 1);
        var plan = ConcatPlan.Of(probes, size, rate, Transition, TransitionDuration);
        if (plan.Shortened > 0) context.Log($"{plan.Shortened} transitions are shorter than {TransitionDuration} s because a film is too short for them");
        var segments = plan.Segments(titles);
        var codec = Video.Extension == ".webm" ? VideoCodec.Vp9 : VideoCodec.H264;
        var container = Video.VideoContainer(codec);
        var pieces = plan.Pieces();
        context.WriteText(new OutputFile(context.Temporary("chapters.txt")), Chapters.Metadata(segments));
        var chapters = new FfmpegInput("tmp/chapters.txt", Accepted.Video) { OwnFormat = "ffmetadata" };
        var picture = new VideoEncoding(codec, Crf, Preset, rate).Options();
        var sound = new AudioEncoding(container.Audio[0]).Options();
        if (pieces.Count == 1)
        {
            var whole = new FfmpegOutput(Video.Path, container.Muxer, [new("[v]", picture), new("[a]", sound)]) { Options = container.Options, ChaptersFrom = probes.Count };
            await context.FfmpegAsync(new FfmpegCommand([.. Inputs(pieces[0]), chapters], whole) { Graph = plan.Graph(pieces[0]), Threads = Threads }, plan.Seconds, cancel);
        }
        else
        {
            await RenderPiecesAsync(context, plan, pieces, picture, cancel);
            var list = new FfmpegInput("tmp/pieces.txt", Accepted.Video) { OwnFormat = "concat" };
            var whole = new FfmpegOutput(Video.Path, container.Muxer, [OutputStream.Copy("0:v:0"), new("[a]", sound)]) { Options = container.Options, ChaptersFrom = 1 };
            // The pieces' sound follows without a gap: the time stamps at the seams are rounded, the count of samples is not.
            await context.FfmpegAsync(new FfmpegCommand([list, chapters], whole) { Graph = "[0:a:0]asetpts=N[a]", Threads = Threads }, plan.Seconds, cancel, (0.9, 1));
        }
        await context.VerifyAsync(Video, new Expected { Video = true, Audio = true, Frames = plan.Frames, Seconds = plan.Seconds, Size = size }, cancel);
        if (Segments is not null) context.WriteBytes(Segments, Chapters.Json(segments));
        context.Fact("duration", Text.Seconds(plan.Seconds));
        context.Fact("parts", Text.Of(probes.Count));
        if (plan.Shortened > 0) context.Fact("shortened transitions", Text.Of(plan.Shortened));
        return StepResult.Done;
    }

    private IEnumerable<FfmpegInput> Inputs(ConcatPiece piece) =>
        Videos.Files.Skip(piece.First).Take(piece.Last - piece.First + 1).Select(f => new FfmpegInput(f.Path, Accepted.Video));

    /// <summary>Each piece is encoded once, its sound kept as samples; the list names them beside it.</summary>
    private async Task RenderPiecesAsync(StepContext context, ConcatPlan plan, IReadOnlyList<ConcatPiece> pieces, IReadOnlyList<(string, string)> picture, CancellationToken cancel)
    {
        var list = new System.Text.StringBuilder("ffconcat version 1.0\n");
        var muxer = Video.Extension == ".webm" ? "matroska" : "mov";
        for (var i = 0; i < pieces.Count; i++)
        {
            var piece = pieces[i];
            var name = $"piece{i + 1:0000}.mov";
            var part = new FfmpegOutput(context.Temporary(name), muxer, [new("[v]", picture), new("[a]", new AudioEncoding(AudioCodec.Pcm).Options())]);
            var share = (0.9 * piece.From / plan.Frames, 0.9 * piece.To / plan.Frames);
            await context.FfmpegAsync(new FfmpegCommand([.. Inputs(piece)], part) { Graph = plan.Graph(piece), Threads = Threads },
                plan.Rate.Seconds(piece.To - piece.From), cancel, share);
            list.Append($"file {name}\nduration {Text.Of(plan.Rate.Seconds(piece.To - piece.From))}\n");
        }
        context.WriteText(new OutputFile("tmp/pieces.txt"), list.ToString());
    }

    private List<string> TitlesOf(StepContext context)
    {
        var count = Videos.Files.Count;
        if (Titles.Count > 0 && Titles.Count != count) throw MediaRuns.Bad($"there are {Titles.Count} titles for {count} films", "give a title for each film");
        if (TitleTexts is { } texts && texts.Files.Count != count)
            throw MediaRuns.Bad($"there are {texts.Files.Count} texts for titles and {count} films", "give a text for each film");
        return [.. Enumerable.Range(0, count).Select(i =>
            Titles.Count > 0 ? Titles[i] : TitleTexts is not null ? Chapters.Title(context.ReadText(TitleTexts.Files[i])) ?? $"Part {i + 1}" : $"Part {i + 1}")];
    }
}
