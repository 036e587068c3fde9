using Spool.Engine;
using Spool.Media.Ffmpeg;
using Spool.Media.Subtitles;
using Spool.Media.Timeline;

namespace Spool.Steps.Video;

/// <summary>
/// Draws captions into a film that follow the speech word by word: with the spoken word marked, one word at a time, or line by line. They take
/// word times (from speech.synthesize or speech.transcribe), or a subtitle file whose words are then spread over each caption. In portrait films
/// they keep out of the areas that players cover.
/// </summary>
[StepKind("video.captions", version: 1, Cpu = 2)]
public sealed record WordCaption : Step
{
    /// <summary>The film.</summary>
    [In("video")] public InputFile Video { get; init; } = null!;

    /// <summary>The words with their times, as speech.synthesize and speech.transcribe write them (output words).</summary>
    [In("data")] public InputFile? Words { get; init; }

    /// <summary>Subtitles as .srt or .vtt, in place of words.</summary>
    [In("subtitles")] public InputFile? Subtitles { get; init; }

    /// <summary>The film with captions.</summary>
    [Out("video")] public OutputFile Result { get; init; } = null!;

    /// <summary>karaoke: the line with the spoken word marked; word: one word at a time; line: the line alone. Default karaoke.</summary>
    public CaptionStyle Style { get; init; } = CaptionStyle.Karaoke;

    /// <summary>top, middle or bottom of the picture, inside the safe area. Default bottom.</summary>
    public CaptionPlace Position { get; init; } = CaptionPlace.Bottom;

    /// <summary>Seconds between the start of the film and the start of what the times count from, such as the lead of a clip. Default 0.</summary>
    [Within(-86400, 86400)] public double Offset { get; init; }

    /// <summary>Lines of a caption. Default 2.</summary>
    [Within(1, 4)] public int Lines { get; init; } = 2;

    /// <summary>Font, by name; lines are broken by the widths of DejaVu Sans Bold. Default DejaVu Sans.</summary>
    public string Font { get; init; } = "DejaVu Sans";

    /// <summary>Height of the letters as a part of the picture's height. Default 0.05.</summary>
    [Within(0.01, 0.5)] public double FontSize { get; init; } = 0.05;

    /// <summary>Colour of the letters, as #RRGGBB. Default white.</summary>
    public Colour Color { get; init; } = Colour.Parse("white", null);

    /// <summary>Colour of the spoken word, as #RRGGBB. Default #ffd166.</summary>
    public Colour Highlight { get; init; } = Colour.Parse("#ffd166", null);

    /// <summary>Quality of the picture: 0 is lossless, 51 the worst. Default 20.</summary>
    [Within(0, 51)] public int Crf { get; init; } = 20;

    /// <summary>Speed of the encoder; slower is smaller. Default medium.</summary>
    public EncoderPreset Preset { get; init; } = EncoderPreset.Medium;

    /// <summary>Threads of the encoder; other numbers give other bytes. Default 2.</summary>
    [Within(1, 64)] public int Threads { get; init; } = 2;

    public override IReadOnlyList<string> ToolsUsed() => [.. MediaRuns.Both, Tools.FontList];

    public override async Task<StepResult> RunAsync(StepContext context, CancellationToken cancel)
    {
        var track = Shifted(Read(context));
        var film = await context.ProbeVideoAsync(Video, cancel);
        Video.RefuseHdr(film);
        if (track.Words.Count == 0) context.Log("there are no words, so the film has no captions");
        if (film.PictureSeconds is { } length && track.Words.Count > 0 && track.Words[^1].Start > length)
            context.Log($"the last word starts at {Text.Seconds(track.Words[^1].Start)}, after the film ({Text.Seconds(length)})");
        var size = film.Video!.DisplaySize.Even;
        context.WriteText(new OutputFile(context.Temporary("captions.ass")), WordCaptions.Write(track, size, new WordLook(Style, Position, Font, FontSize, Color, Highlight) { Lines = Lines }));
        var codec = Result.Extension == ".webm" ? VideoCodec.Vp9 : VideoCodec.H264;
        var container = Result.VideoContainer(codec);
        var streams = new List<OutputStream> { new("[v]", [.. new VideoEncoding(codec, Crf, Preset, null).ColouredAs(film.Video).Options(), ("fps_mode", "vfr")]) };
        streams.AddRange(film.Streams.Where(s => s.Kind == StreamKind.Audio).Select(s => OutputStream.Copy($"0:{s.Index}") with { Language = s.Language }));
        var output = new FfmpegOutput(Result.Path, container.Muxer, streams) { Options = container.Options, ChaptersFrom = 0 };
        await context.FfmpegAsync(new FfmpegCommand([new(Video.Path, Accepted.Video)], output)
        { Graph = $"[0:{film.Video.Index}]{Conform.AsIs(film.Video)},ass=filename=tmp/captions.ass[v]", Threads = Threads }, film.PictureSeconds ?? 0, cancel);
        await context.VerifyAsync(Result, new Expected { Video = true, Audio = film.Audio is not null, Frames = film.Video.Packets, FrameTolerance = 1 }, cancel);
        context.Fact("words", Text.Of(track.Words.Count));
        if (track.Estimated) context.Fact("timing", "estimated inside sentences");
        return StepResult.Done;
    }

    private WordTrack Read(StepContext context)
    {
        if (Words is null == Subtitles is null)
            throw MediaRuns.Bad(Words is null ? "there is nothing to caption" : "both words and subtitles are given", "name either 'data' or 'subtitles' under 'in:'");
        try
        {
            if (Words is not null) return WordTrack.Parse(context.ReadText(Words));
            var text = context.ReadText(Subtitles!);
            var cues = Subtitles!.Extension == ".vtt" ? Vtt.Parse(text) : Srt.Parse(text);
            return WordTrack.Spread([.. cues.OrderBy(c => c.Start).Select(c => new TimedSegment(c.Text, c.Start / 1000.0, c.End / 1000.0))], "subtitles");
        }
        catch (SubtitleException e)
        {
            throw MediaRuns.Bad($"{(Words ?? Subtitles)!.Name}: {e.Message}", Words is null ? "check the subtitle file" : "give the 'words' output of speech.synthesize or speech.transcribe");
        }
    }

    private WordTrack Shifted(WordTrack track) => Offset == 0 ? track : track with
    {
        Words = [.. track.Words.Where(w => w.End + Offset > 0).Select(w => w with { Start = Math.Max(0, w.Start + Offset), End = w.End + Offset })],
        Segments = [.. track.Segments.Where(s => s.End + Offset > 0).Select(s => s with { Start = Math.Max(0, s.Start + Offset), End = s.End + Offset })],
    };
}
