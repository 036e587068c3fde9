using System.Runtime.InteropServices;
using Spool.Media.Ffmpeg;

namespace Spool.Media.Frames;

/// <summary>
/// JPEG to luma in process, through libjpeg-turbo: the Y plane as stored (no detour over RGB), accurate inverse DCT. Starting a program for
/// each file would cost twice as much as the decoding. One decoder belongs to one thread.
/// Hostile input: the header decides the size before memory is taken, pixels and scans are bounded, and a file that ends early or is
/// damaged is a fault, not a grey area.
/// </summary>
public sealed class JpegDecoder : IDisposable
{
    private readonly nint _handle;

    /// <summary>Starts the library.</summary>
    /// <exception cref="PictureFault">The library is not installed.</exception>
    public JpegDecoder()
    {
        try { _handle = TurboJpeg.Start(); }
        catch (DllNotFoundException) { throw new PictureFault("is a JPEG, for which libjpeg-turbo is needed; install it: sudo apt-get install libturbojpeg0"); }
        if (_handle == 0) throw new PictureFault("cannot be decoded: libjpeg-turbo did not start");
    }

    /// <summary>True for bytes that start as a JPEG does.</summary>
    public static bool IsJpeg(ReadOnlySpan<byte> bytes) => bytes.StartsWith((ReadOnlySpan<byte>)[0xff, 0xd8, 0xff]);

    /// <summary>Decodes into <paramref name="into"/>; with <paramref name="colour"/> also the chroma planes.</summary>
    /// <exception cref="PictureFault">The file is damaged, cut off or too large.</exception>
    public unsafe void Decode(ReadOnlySpan<byte> bytes, Picture into, bool colour)
    {
        fixed (byte* data = bytes)
        {
            var size = new CULong((nuint)bytes.Length);
            if (TurboJpeg.Header(_handle, data, size, out var width, out var height, out var subsampling, out var colours) != 0 && TurboJpeg.ErrorCode(_handle) == TurboJpeg.Fatal)
                throw new PictureFault($"is damaged: its header cannot be read ({Reason()})");
            if ((long)width * height > Accepted.MaxPixels) throw new PictureFault($"is {width}x{height}, larger than the limit of 100 million pixels");
            if (colours is not (TurboJpeg.GreyColours or TurboJpeg.YccColours or 0)) throw new PictureFault("holds colours for printing (CMYK), which have no luma; convert it to RGB");
            into.SeparateHashed = false;
            into.Colour = ColourForm.None;
            into.Grey.Resize(width, height);
            int outcome;
            // Planes of YUV are only what the file holds when it holds them so: RGB files (0) are converted to grey by the library.
            if (colour && colours == TurboJpeg.YccColours && subsampling is >= 0 and not 3) outcome = Planes(data, size, into, (width, height, subsampling));
            else
                fixed (byte* pixels = &into.Grey.First)
                    outcome = TurboJpeg.Decode(_handle, data, size, pixels, width, width, height, TurboJpeg.GrayPixels, TurboJpeg.LimitScans);
            if (outcome != 0 && Reason() is var reason && !IsHarmless(reason)) throw new PictureFault(About(reason));
        }
    }

    private unsafe int Planes(byte* data, CULong size, Picture into, (int Width, int Height, int Subsampling) form)
    {
        var (width, height, subsampling) = form;
        var chromaWidth = TurboJpeg.PlaneWidth(1, width, subsampling);
        var chromaHeight = TurboJpeg.PlaneHeight(1, height, subsampling);
        // The library's luma plane may be wider than the picture (whole blocks of chroma); it is cut to size afterwards.
        var lumaWidth = TurboJpeg.PlaneWidth(0, width, subsampling);
        var lumaHeight = TurboJpeg.PlaneHeight(0, height, subsampling);
        into.Cb.Resize(chromaWidth, chromaHeight);
        into.Cr.Resize(chromaWidth, chromaHeight);
        into.Grey.Resize(lumaWidth, lumaHeight);
        var strides = stackalloc int[3] { lumaWidth, chromaWidth, chromaWidth };
        var planes = stackalloc byte*[3];
        fixed (byte* y = &into.Grey.First)
        fixed (byte* cb = &into.Cb.First)
        fixed (byte* cr = &into.Cr.First)
        {
            planes[0] = y;
            planes[1] = cb;
            planes[2] = cr;
            var outcome = TurboJpeg.DecodePlanes(_handle, data, size, planes, width, strides, height, TurboJpeg.LimitScans);
            if (lumaWidth != width)
                for (var row = 1; row < height; row++) Buffer.MemoryCopy(y + ((long)row * lumaWidth), y + ((long)row * width), width, width);
            into.Grey.Resize(width, height);
            into.Colour = ColourForm.Chroma;
            return outcome;
        }
    }

    private string Reason() => Marshal.PtrToStringUTF8(TurboJpeg.ErrorText(_handle)) ?? "";

    /// <summary>Some cameras leave filler bytes between the parts of a file; nothing of the picture is lost by that.</summary>
    private static bool IsHarmless(string reason) => reason.Contains("extraneous bytes before marker", StringComparison.Ordinal);

    private static string About(string reason) => reason switch
    {
        _ when reason.Contains("Premature end", StringComparison.Ordinal) => "is cut off: the file ends before its picture does",
        _ when reason.Contains("scans", StringComparison.Ordinal) => "has more scans than any honest JPEG (limit: 500)",
        _ => $"is damaged ({reason.Split("(): ")[^1]})",
    };

    public void Dispose() => _ = TurboJpeg.Destroy(_handle);
}
