using Spool.Media.Ffmpeg;
using Spool.Media.Slides;
using Spool.Media.Timeline;

namespace Spool.App.Server.Showing;

/// <summary>What is known of bytes that are shown.</summary>
/// <param name="Path">Where they lie, absolute.</param>
/// <param name="Sort">What they are.</param>
/// <param name="Type">The media type under which a browser is given them as they are; null when it may not play them.</param>
internal sealed record Look(string Path, MediaSort Sort, string? Type)
{
    /// <summary>The prober's words; nothing for a drawing.</summary>
    internal MediaProbe? Probe { get; init; }

    /// <summary>The reader of ffmpeg that must be used; null: it finds out among the accepted ones.</summary>
    internal string? Demuxer { get; init; }

    /// <summary>What a drawing says of itself.</summary>
    internal SvgSource? Drawing { get; init; }

    /// <summary>The stream with the picture: the film's, or the cover of sound.</summary>
    internal MediaStream? Picture => Probe?.Video ?? Probe?.Streams.FirstOrDefault(s => s.Kind == StreamKind.Video);

    /// <summary>The size as it is shown; null for sound.</summary>
    internal PictureSize? Size => Sort switch
    {
        MediaSort.Audio => null,
        MediaSort.Drawing => Drawing!.Fit(null, null, 1) is { } fit ? new(fit.Page.Width, fit.Page.Height) : null,
        _ => Picture!.DisplaySize is { Width: > 0, Height: > 0 } size ? size : null,
    };

    /// <summary>How long it is; null for pictures, and where the container does not say.</summary>
    internal double? Seconds => Sort switch
    {
        MediaSort.Video => Long(Probe!.PictureSeconds ?? Probe.Seconds),
        MediaSort.Audio => Long(Probe!.AudioSeconds ?? Probe.Seconds),
        _ => null,
    };

    // Matroska tells when it ends, not how long it is.
    private double? Long(double? seconds) => Probe is { Container: "matroska,webm", Start: > 1 } && seconds > Probe.Start ? seconds - Probe.Start : seconds;

    /// <summary>The bytes as an input of ffmpeg: only listed formats and codecs are opened.</summary>
    internal FfmpegInput Input => new(Path, Accepted.Any) { Demuxer = Demuxer };

    /// <summary>A size inside a frame, in the shape of the picture, never enlarged.</summary>
    /// <param name="longer">The most pixels of the longer side.</param>
    /// <param name="shorter">The most pixels of the shorter side.</param>
    internal static PictureSize Fit(PictureSize size, int longer, int shorter)
    {
        var (big, small) = (Math.Max(size.Width, size.Height), Math.Min(size.Width, size.Height));
        var factor = Math.Min(1, Math.Min((double)longer / Math.Max(1, big), (double)shorter / Math.Max(1, small)));
        return new(Math.Max(1, (int)Math.Round(size.Width * factor)), Math.Max(1, (int)Math.Round(size.Height * factor)));
    }
}
