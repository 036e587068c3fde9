using System.Text.Json;
using Spool.Engine;
using Spool.Media.Ffmpeg;
using Spool.Media.Prose;
using Spool.Media.Subtitles;
using Spool.Media.Timeline;

namespace Spool.Steps.Video;

/// <summary>Whether captions can be switched off.</summary>
public enum SubtitleMode { Soft, Burn }

/// <summary>
/// Adds captions to a film, from a subtitle file or from the texts that are spoken in its segments; also writes them as SRT, VTT and JSON.
/// Soft captions are a track that players switch on and leave picture and sound untouched; burned ones are drawn into the picture.
/// Captions made of texts are divided at sentences and timed by their length.
/// </summary>
[StepKind("video.subtitle", version: 1)]
public sealed record Subtitle : Step
{
    /// <summary>The film; not needed when only subtitle files are written.</summary>
    [In("video")] public InputFile? Video { get; init; }

    /// <summary>Subtitles as .srt or .vtt; formatting marks are left out.</summary>
    [In("subtitles")] public InputFile? Subtitles { get; init; }

    /// <summary>What is spoken in each segment, as texts or Markdown, in order.</summary>
    [In("texts")] public InputList? Texts { get; init; }

    /// <summary>The sentence times of each segment's narration (the <c>data</c> of speech.synthesize): captions then stand exactly where they are spoken.</summary>
    [In("timings")] public InputList? Timings { get; init; }

    /// <summary>The segments' times, as video.concat writes them.</summary>
    [In("segments")] public InputFile? Segments { get; init; }

    /// <summary>The film with captions.</summary>
    [Out("video")] public OutputFile? Captioned { get; init; }

    /// <summary>The captions as SubRip.</summary>
    [Out("srt")] public OutputFile? Srt { get; init; }

    /// <summary>The captions as WebVTT.</summary>
    [Out("vtt")] public OutputFile? Vtt { get; init; }

    /// <summary>The captions as JSON, times in seconds.</summary>
    [Out("json")] public OutputFile? Json { get; init; }

    /// <summary>soft: a track that can be switched off; burn: drawn into the picture. Default soft.</summary>
    public SubtitleMode Mode { get; init; } = SubtitleMode.Soft;

    /// <summary>Language as three letters (ISO 639-2). Default eng.</summary>
    public string Language { get; init; } = "eng";

    /// <summary>Letters in a line, where captions are made of texts. Default 42.</summary>
    [Within(10, 200)] public int LineLength { get; init; } = 42;

    /// <summary>Lines of a caption, where captions are made of texts. Default 2.</summary>
    [Within(1, 4)] public int Lines { get; init; } = 2;

    /// <summary>Seconds between the start of a segment and its first word; the default 0.25 is that of video.from-image.</summary>
    [Within(0, 60)] public double Lead { get; init; } = 0.25;

    /// <summary>Seconds between the last word of a segment and its end; the default 0.5 is that of video.from-image.</summary>
    [Within(0, 60)] public double Tail { get; init; } = 0.5;

    /// <summary>Headings of the texts are spoken, so they are captioned. Default true.</summary>
    public bool ReadHeadings { get; init; } = true;

    /// <summary>List items of the texts are spoken, so they are captioned. Default true.</summary>
    public bool ReadBullets { get; init; } = true;

    /// <summary>Font of burned captions, by name. Default DejaVu Sans.</summary>
    public string Font { get; init; } = "DejaVu Sans";

    /// <summary>Height of burned letters as a part of the picture's height. Default 0.055.</summary>
    [Within(0.01, 0.5)] public double FontSize { get; init; } = 0.055;

    /// <summary>Colour of burned letters, as #RRGGBB. Default white.</summary>
    public Colour Color { get; init; } = Colour.Parse("white", null);

    /// <summary>Quality of a burned picture: 0 is lossless, 51 the worst. Default 20.</summary>
    [Within(0, 51)] public int Crf { get; init; } = 20;

    /// <summary>Speed of the encoder for burned captions; slower is smaller. Default medium.</summary>
    public EncoderPreset Preset { get; init; } = EncoderPreset.Medium;

    /// <summary>Threads of the encoder; other numbers give other bytes. Default 2.</summary>
    [Within(1, 64)] public int Threads { get; init; } = 2;

    public override IReadOnlyList<string> ToolsUsed() => Mode == SubtitleMode.Burn ? [.. MediaRuns.Both, Tools.FontList] : MediaRuns.Both;

    public override IEnumerable<(string Option, string Message)> Check()
    {
        if (Language.Length != 3 || !Language.All(char.IsAsciiLetterLower)) yield return ("language", $"language must be three small letters such as eng or deu, not '{Language}'");
    }

    public override async Task<StepResult> RunAsync(StepContext context, CancellationToken cancel)
    {
        var cues = Subtitles is not null ? Read(context, Subtitles) : Spread(context);
        if (Srt is not null) context.WriteText(Srt, Media.Subtitles.Srt.Write(cues));
        if (Vtt is not null) context.WriteText(Vtt, Media.Subtitles.Vtt.Write(cues));
        if (Json is not null) context.WriteBytes(Json, Captions.Json(cues));
        context.Fact("captions", Text.Of(cues.Count));
        if (Captioned is null) return StepResult.Done;
        if (Video is null) throw MediaRuns.Bad("a film with captions needs a film", "name 'video' under 'in:'");
        var film = await context.ProbeVideoAsync(Video, cancel);
        if (film.PictureSeconds is { } length && cues.Count > 0 && cues[^1].End > (length + 1) * 1000)
            context.Log($"the last caption ends at {Text.Seconds(cues[^1].End / 1000.0)}, after the film ({Text.Seconds(length)})");
        if (Mode == SubtitleMode.Soft) await SoftAsync(context, film, cues, cancel);
        else await BurnAsync(context, film, cues, cancel);
        return StepResult.Done;
    }

    private static IReadOnlyList<Cue> Read(StepContext context, InputFile file)
    {
        var text = context.ReadText(file);
        try
        {
            return text.TrimStart('\uFEFF').StartsWith("WEBVTT", StringComparison.Ordinal) ? Media.Subtitles.Vtt.Parse(text) : Media.Subtitles.Srt.Parse(text);
        }
        catch (SubtitleException e)
        {
            throw MediaRuns.Bad($"{file.Name} is no SRT or VTT file: {e.Message}");
        }
    }

    private List<Cue> Spread(StepContext context)
    {
        var lists = Timings ?? Texts;
        if (lists is null || Segments is null)
            throw MediaRuns.Bad("video.subtitle needs subtitles, or texts and segments", "name 'subtitles', or 'segments' with 'timings' or 'texts', under 'in:'");
        if (Chapters.Read(context.ReadText(Segments)) is not { } segments) throw MediaRuns.Bad($"{Segments.Name} holds no segments", "give the 'data' output of video.concat");
        if (segments.Count != lists.Files.Count) throw MediaRuns.Bad($"there are {lists.Files.Count} texts for {segments.Count} segments", "give one for each segment");
        var rules = new CaptionRules(LineLength, Lines);
        if (Timings is not null)
            return [.. Timings.Files.SelectMany((file, i) => Sentences(context, file).SelectMany(s => Captions.Spread(s.Text, segments[i].Start + Lead + s.Start, segments[i].Start + Lead + s.End, rules)))];
        return [.. lists.Files.SelectMany((file, i) =>
        {
            var (from, to) = (segments[i].Start + Lead, segments[i].End - Tail);
            // Where lead and tail leave nothing, the words have the whole segment.
            if (to - from < 0.1) (from, to) = (segments[i].Start, segments[i].End);
            var spoken = string.Join(' ', Narration.Read(context.ReadText(file), ReadHeadings, ReadBullets).SelectMany(p => p.Sentences));
            return Captions.Spread(spoken, from, to, rules);
        })];
    }

    private static List<(string Text, double Start, double End)> Sentences(StepContext context, InputFile file)
    {
        try
        {
            using var document = JsonDocument.Parse(context.ReadBytes(file));
            return [.. document.RootElement.EnumerateArray().Select(s => (s.GetProperty("text").GetString() ?? "", s.GetProperty("start").GetDouble(), s.GetProperty("end").GetDouble()))];
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw MediaRuns.Bad($"{file.Name} holds no sentence times: {e.Message}", "give the 'data' output of speech.synthesize");
        }
    }

    private async Task SoftAsync(StepContext context, MediaProbe film, IReadOnlyList<Cue> cues, CancellationToken cancel)
    {
        var container = Captioned!.VideoContainer(VideoCodec.Copy);
        context.WriteText(new OutputFile(context.Temporary("captions.srt")), Media.Subtitles.Srt.WriteLiteral(cues));
        var codec = container.Muxer switch
        {
            "mp4" or "mov" => "mov_text",
            "webm" => "webvtt",
            "matroska" => "subrip",
            _ => throw MediaRuns.Bad($"{container.Extension} cannot hold captions", "use .mp4, .mov or .mkv")
        };
        var streams = new List<OutputStream> { OutputStream.Copy($"0:{film.Video!.Index}") };
        streams.AddRange(film.Streams.Where(s => s.Kind == StreamKind.Audio).Select(s => OutputStream.Copy($"0:{s.Index}") with { Language = s.Language }));
        streams.Add(new OutputStream("1:s:0", [("c", codec), ("disposition", "default")]) { Language = Language });
        streams.AddRange(container.Subtitles(film, 0));
        var output = new FfmpegOutput(Captioned!.Path, container.Muxer, streams) { Options = container.Options, ChaptersFrom = 0 };
        await context.FfmpegAsync(new FfmpegCommand([new(Video!.Path, Accepted.Video), new("tmp/captions.srt", Accepted.Captions)], output) { Threads = Threads },
            film.PictureSeconds ?? 0, cancel);
        var written = await context.VerifyAsync(Captioned!, new Expected { Video = true, Audio = film.Audio is not null, Frames = film.Video.Packets, FrameTolerance = 1 }, cancel);
        if (cues.Count > 0 && written.Streams.All(s => s.Kind != StreamKind.Subtitle)) throw MediaRuns.Bad("the result has no captions");
    }

    private async Task BurnAsync(StepContext context, MediaProbe film, IReadOnlyList<Cue> cues, CancellationToken cancel)
    {
        Video!.RefuseHdr(film);
        var container = Captioned!.VideoContainer(VideoCodec.H264);
        var size = film.Video!.DisplaySize.Even;
        context.WriteText(new OutputFile(context.Temporary("captions.ass")), Ass.Write(cues, size, new CaptionLook(Font, FontSize, Color)));
        var streams = new List<OutputStream> { new("[v]", [.. new VideoEncoding(VideoCodec.H264, Crf, Preset, null).ColouredAs(film.Video).Options(), ("fps_mode", "vfr")]) };
        streams.AddRange(film.Streams.Where(s => s.Kind == StreamKind.Audio).Select(s => OutputStream.Copy($"0:{s.Index}") with { Language = s.Language }));
        var output = new FfmpegOutput(Captioned!.Path, container.Muxer, streams) { Options = container.Options, ChaptersFrom = 0 };
        var command = new FfmpegCommand([new(Video!.Path, Accepted.Video)], output)
        { Graph = $"[0:{film.Video.Index}]{Conform.AsIs(film.Video)},ass=filename=tmp/captions.ass[v]", Threads = Threads };
        await context.FfmpegAsync(command, film.PictureSeconds ?? 0, cancel);
        await context.VerifyAsync(Captioned!, new Expected { Video = true, Audio = film.Audio is not null, Frames = film.Video.Packets, FrameTolerance = 1 }, cancel);
    }
}
