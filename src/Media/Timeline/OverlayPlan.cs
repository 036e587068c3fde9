using Spool.Media.Ffmpeg;

namespace Spool.Media.Timeline;

/// <summary>Where on the picture something is laid.</summary>
public enum Place { TopLeft, Top, TopRight, Left, Center, Right, BottomLeft, Bottom, BottomRight }

/// <summary>The outline of a picture laid over another.</summary>
public enum Outline { Rectangle, Rounded, Circle }

/// <summary>A rectangle in pixels.</summary>
public sealed record Box(int X, int Y, int Width, int Height);

/// <summary>
/// A picture or film laid over another for a time. Sizes are parts of the film's width, margins parts of its shorter side, so that one workflow
/// serves landscape and portrait. A circle takes the middle square of its source. What is laid over is converted to the colour matrix of the film,
/// because a blend of two matrices shifts colours.
/// </summary>
public sealed record OverlayPlan(PictureSize Film, PictureSize Source)
{
    /// <summary>Width as a part of the film's; the height follows, and never exceeds the film's less the margins.</summary>
    public double Size { get; init; } = 0.3;
    public double Margin { get; init; } = 0.04;
    public Place Place { get; init; } = Place.BottomRight;
    public Outline Outline { get; init; }

    /// <summary>Seconds.</summary>
    public double Start { get; init; }
    public double End { get; init; }
    public double Fade { get; init; }

    /// <summary>Whether the source moves; a still picture is repeated.</summary>
    public bool Moves { get; init; }

    private int Gap => (int)Math.Round(Math.Min(Film.Width, Film.Height) * Margin);

    /// <summary>Where it lies; width and height are even.</summary>
    public Box Box
    {
        get
        {
            var shape = Outline == Outline.Circle ? 1 : (double)Source.Height / Source.Width;
            var width = Math.Min(Film.Width * Size, Math.Min(Film.Width - (2 * Gap), (Film.Height - (2 * Gap)) / shape));
            var size = new PictureSize((int)Math.Round(width), (int)Math.Round(width * shape)).Even;
            var column = Place switch { Place.TopLeft or Place.Left or Place.BottomLeft => 0, Place.TopRight or Place.Right or Place.BottomRight => 2, _ => 1 };
            var row = Place switch { Place.TopLeft or Place.Top or Place.TopRight => 0, Place.BottomLeft or Place.Bottom or Place.BottomRight => 2, _ => 1 };
            return new Box(At(column, Film.Width, size.Width), At(row, Film.Height, size.Height), size.Width, size.Height);
        }
    }

    private int At(int third, int whole, int part) => third switch { 0 => Gap, 2 => whole - part - Gap, _ => (whole - part) / 2 };

    /// <summary>A whole picture of the film's own size, such as drawn text.</summary>
    public static OverlayPlan Whole(PictureSize film) => new(film, film) { Size = 1, Margin = 0, Place = Place.Center };

    /// <summary>Shortens the fades where there is not enough time for both.</summary>
    private double Faded => Math.Min(Fade, (End - Start) / 2);

    /// <summary>The graph of input 0 (film), input 1 (what is laid over) and, with an outline other than a rectangle, input 2 (its mask).</summary>
    public string Graph(MediaStream film, MediaStream over, FrameRate rate)
    {
        var box = Box;
        var length = End - Start;
        var matrix = Conform.Matrix(film) is var m && m == "auto" ? "bt709" : m;
        var from = Moves ? $"in_color_matrix={Conform.Matrix(over)}:" : "";
        var fit = Outline == Outline.Circle
            ? $"scale={box.Width}:{box.Height}:force_original_aspect_ratio=increase:flags=bicubic+accurate_rnd:{from}out_color_matrix={matrix}:out_range=tv,crop={box.Width}:{box.Height}"
            : $"scale={box.Width}:{box.Height}:flags=bicubic+accurate_rnd:{from}out_color_matrix={matrix}:out_range=tv";
        var still = Moves ? $"fps={rate}:start_time=0:round=near" : $"trim=end_frame=1,loop=loop=-1:size=1:start=0,settb={rate.Denominator}/{rate.Numerator},setpts=N";
        var scaled = $"[1:{over.Index}]{(Moves ? "" : "format=rgba,")}{fit},setsar=1,format=yuva420p,{still},trim=end={Text.Of(length)},setpts=PTS-STARTPTS";
        var mask = Outline == Outline.Rectangle ? "" : $"[whole];[2:v:0]format=gray[mask];[whole][mask]alphamerge";
        var fades = Faded > 0 ? $",fade=t=in:st=0:d={Text.Of(Faded)}:alpha=1,fade=t=out:st={Text.Of(length - Faded)}:d={Text.Of(Faded)}:alpha=1" : "";
        return $"{scaled}{mask}{fades},setpts=PTS+{Text.Of(Start)}/TB[over];[0:{film.Index}]{Conform.AsIs(film)}[film];"
            + $"[film][over]overlay={box.X}:{box.Y}:format=yuv420:eof_action=pass,format=yuv420p[v]";
    }
}
