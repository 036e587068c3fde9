namespace Spool.Media.Frames;

/// <summary>How the colour of a picture is held, if it is.</summary>
public enum ColourForm
{
    /// <summary>Only grey was asked for, or the picture has no colour.</summary>
    None,
    /// <summary>Planes <see cref="Picture.Cb"/> and <see cref="Picture.Cr"/> beside the luma, full range, BT.601.</summary>
    Chroma,
    /// <summary>Planes red, green and blue.</summary>
    Rgb,
}

/// <summary>
/// One decoded picture, used again for the next one. Two grey planes exist because two published definitions round differently:
/// OpenCV's BGR2GRAY is what the sharpness refers to, Pillow's "L" what the perceptual hashes refer to. Where the file itself holds
/// luma (JPEG, film, grey pictures) they are the same plane.
/// </summary>
public sealed class Picture
{
    private readonly Plane _hashed = new();

    /// <summary>Luma, full range: as OpenCV converts colours, or as the file holds it.</summary>
    public Plane Grey { get; } = new();

    /// <summary>Luma as Pillow converts colours.</summary>
    public Plane Hashed => SeparateHashed ? _hashed : Grey;

    internal bool SeparateHashed { get; set; }

    internal Plane OwnHashed => _hashed;

    public ColourForm Colour { get; internal set; }
    public Plane Red { get; } = new();
    public Plane Green { get; } = new();
    public Plane Blue { get; } = new();
    public Plane Cb { get; } = new();
    public Plane Cr { get; } = new();

    /// <summary>Size of the picture as stored; it is not turned by an orientation mark.</summary>
    public int Width => Grey.Width;
    public int Height => Grey.Height;
}

/// <summary>A file is not what it was when its stream was looked through.</summary>
public sealed class ContentChangedException(string path) : IOException($"{path} changed while it was read");

/// <summary>A picture that cannot be measured: what is wrong, as the end of a sentence that starts with its name.</summary>
public sealed class PictureFault(string about) : IOException(about);
