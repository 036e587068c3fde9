using Spool.Media.Timeline;

namespace Spool.Media.Ffmpeg;

/// <summary>What an output must be; compared with what the prober finds in it.</summary>
public sealed record Expected
{
    public double? Seconds { get; init; }

    /// <summary>The length of the sound where it is not that of the picture.</summary>
    public double? SoundSeconds { get; init; }

    /// <summary>How far the length may be off, in seconds; encoders of sound work in blocks.</summary>
    public double Tolerance { get; init; } = 0.05;

    public long? Frames { get; init; }
    public long FrameTolerance { get; init; }
    public PictureSize? Size { get; init; }
    public bool Video { get; init; }
    public bool Audio { get; init; }

    /// <summary>The first thing that is not as it should be, as a sentence with both values; null when all is.</summary>
    public string? Mismatch(MediaProbe found)
    {
        if (Video && found.Video is null) return "the result has no picture";
        if (Audio && found.Audio is null) return "the result has no sound";
        if (Frames is { } frames && found.Video is { } video)
        {
            if (video.Packets is null or 0) return "the result has no frames";
            if (Math.Abs(video.Packets.Value - frames) > FrameTolerance) return $"the result has {video.Packets} frames, {frames} were expected";
        }
        if (Size is not null && found.Video is { } picture && (picture.Width != Size.Width || picture.Height != Size.Height))
            return $"the result is {picture.Width}x{picture.Height}, {Size} was expected";
        var lengths = new[] { ("picture", Video ? found.PictureSeconds : null, Seconds), ("sound", Audio ? found.AudioSeconds : null, SoundSeconds ?? Seconds) };
        foreach (var (name, length, wanted) in lengths)
            if (length is { } measured && wanted is { } seconds && Math.Abs(measured - seconds) > Tolerance)
                return $"the {name} of the result is {Text.Seconds(measured)} long, {Text.Seconds(seconds)} was expected";
        return Seconds is not null && found.Seconds is null && found.PictureSeconds is null ? "the result has no length" : null;
    }
}
