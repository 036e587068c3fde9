using Spool.Media.Ffmpeg;
using Spool.Media.Timeline;

namespace Spool.Media.Frames;

/// <summary>A film as its frames are read: turned as players turn it, pixels as stored.</summary>
/// <param name="Stream">Number of the video stream.</param>
/// <param name="Width">After turning.</param>
/// <param name="Rate">The average rate; 25 where the file does not say.</param>
public sealed record FilmForm(int Stream, int Width, int Height, FrameRate Rate)
{
    /// <summary>Frames as the container says, for progress; null where it does not.</summary>
    public long? Frames { get; init; }

    public bool VariableRate { get; init; }

    /// <summary>What of the probe the reader needs.</summary>
    /// <exception cref="PictureFault">The file has no picture that may be decoded.</exception>
    public static FilmForm Of(MediaProbe probe)
    {
        if (probe.Video is not { } video) throw new PictureFault("has no picture");
        if (!Accepted.Video.Decodes(video.Codec)) throw new PictureFault($"holds {video.Codec}, a codec that is not accepted");
        if (video.Width <= 0 || video.Height <= 0) throw new PictureFault("has a picture without a size");
        if ((long)video.Width * video.Height > Accepted.MaxPixels) throw new PictureFault($"is {video.Width}x{video.Height}, larger than the limit of 100 million pixels");
        var (width, height) = video.Rotation % 180 == 0 ? (video.Width, video.Height) : (video.Height, video.Width);
        return new FilmForm(video.Index, width, height, video.Rate ?? new FrameRate(25, 1))
        {
            Frames = video.Packets ?? (video.Rate is { } rate && probe.PictureSeconds is { } seconds ? rate.Frames(seconds) : null),
            VariableRate = video.VariableRate,
        };
    }
}
