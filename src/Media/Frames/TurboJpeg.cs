using System.Runtime.InteropServices;

namespace Spool.Media.Frames;

/// <summary>The calls of libjpeg-turbo 2.x (TurboJPEG API, turbojpeg.h). The library is loaded at the first call.</summary>
internal static partial class TurboJpeg
{
    private const string Library = "libturbojpeg.so.0";

    internal const int GrayPixels = 6;
    /// <summary>Ends after 500 scans: a progressive file of a few kB can otherwise ask for hours.</summary>
    internal const int LimitScans = 32768;
    internal const int Fatal = 1;
    internal const int GreyColours = 2, YccColours = 1;

    [LibraryImport(Library, EntryPoint = "tjInitDecompress")]
    internal static partial nint Start();
    [LibraryImport(Library, EntryPoint = "tjDestroy")]
    internal static partial int Destroy(nint handle);
    [LibraryImport(Library, EntryPoint = "tjDecompressHeader3")]
    internal static unsafe partial int Header(nint handle, byte* bytes, CULong size, out int width, out int height, out int subsampling, out int colours);
    [LibraryImport(Library, EntryPoint = "tjDecompress2")]
    internal static unsafe partial int Decode(nint handle, byte* bytes, CULong size, byte* pixels, int width, int pitch, int height, int format, int flags);
    [LibraryImport(Library, EntryPoint = "tjDecompressToYUVPlanes")]
    internal static unsafe partial int DecodePlanes(nint handle, byte* bytes, CULong size, byte** planes, int width, int* strides, int height, int flags);
    /// <summary>Red, green, blue; and the given buffer is large enough (tjBufSize), so that the library takes none of its own.</summary>
    internal const int RgbPixels = 0, KeepBuffer = 1024;
    /// <summary>Chroma at half size in both directions.</summary>
    internal const int HalfChroma = 2;

    [LibraryImport(Library, EntryPoint = "tjInitCompress")]
    internal static partial nint StartCompressor();
    [LibraryImport(Library, EntryPoint = "tjBufSize")]
    internal static partial CULong BufferSize(int width, int height, int subsampling);
    [LibraryImport(Library, EntryPoint = "tjCompress2")]
    internal static unsafe partial int Compress(nint handle, byte* pixels, int width, int pitch, int height, int format, byte** bytes, CULong* size, int subsampling, int quality, int flags);
    [LibraryImport(Library, EntryPoint = "tjPlaneWidth")]
    internal static partial int PlaneWidth(int component, int width, int subsampling);
    [LibraryImport(Library, EntryPoint = "tjPlaneHeight")]
    internal static partial int PlaneHeight(int component, int height, int subsampling);
    [LibraryImport(Library, EntryPoint = "tjGetErrorStr2")]
    internal static partial nint ErrorText(nint handle);
    [LibraryImport(Library, EntryPoint = "tjGetErrorCode")]
    internal static partial int ErrorCode(nint handle);
}
