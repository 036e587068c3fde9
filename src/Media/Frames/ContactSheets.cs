using System.Runtime.InteropServices;
using System.Text;

namespace Spool.Media.Frames;

/// <summary>
/// Puts tiles on sheets of 10 x 10 and gives each full sheet as a JPEG, so that a hundred frames are one file and one request of a page. The
/// list of what stands where is <c>thumbs.json</c> (docs/formats/curation.md). Memory: one sheet.
/// </summary>
public sealed class ContactSheets(Action<string, ReadOnlyMemory<byte>> write) : IDisposable
{
    public const int Columns = 10, PerSheet = Columns * Columns;
    private const int Quality = 72;
    private readonly byte[] _sheet = new byte[Columns * FrameTile.Width * Columns * FrameTile.Height * 3];
    private readonly List<long> _frames = [];
    private nint _handle;
    private int _sheets;

    public void Add(long frame, FrameTile tile)
    {
        var place = _frames.Count % PerSheet;
        if (place == 0) Array.Clear(_sheet);
        const int line = FrameTile.Width * 3, row = Columns * line;
        var at = (place / Columns * FrameTile.Height * row) + (place % Columns * line);
        for (var y = 0; y < FrameTile.Height; y++) tile.Pixels.AsSpan(y * line, line).CopyTo(_sheet.AsSpan(at + (y * row), line));
        _frames.Add(frame);
        if (_frames.Count % PerSheet == 0) Flush(Columns);
    }

    /// <summary>Writes what is left, and the list.</summary>
    public void Finish()
    {
        if (_frames.Count % PerSheet is var rest and > 0) Flush(((rest - 1) / Columns) + 1);
        var list = new StringBuilder("{\"columns\":10,\"frames\":[").AppendJoin(',', _frames).Append("],\"tile\":[").Append(FrameTile.Width).Append(',').Append(FrameTile.Height).Append("]}\n");
        write("thumbs.json", Encoding.ASCII.GetBytes(list.ToString()));
    }

    private unsafe void Flush(int rows)
    {
        const int width = Columns * FrameTile.Width;
        var height = rows * FrameTile.Height;
        if (_handle == 0)
        {
            try { _handle = TurboJpeg.StartCompressor(); }
            catch (DllNotFoundException) { throw new PictureFault("cannot be shown: libjpeg-turbo is needed; install it: sudo apt-get install libturbojpeg0"); }
        }
        var room = TurboJpeg.BufferSize(width, height, TurboJpeg.HalfChroma);
        var buffer = GC.AllocateUninitializedArray<byte>((int)room.Value);
        var size = room;
        fixed (byte* pixels = _sheet)
        fixed (byte* bytes = buffer)
        {
            var target = bytes;
            if (TurboJpeg.Compress(_handle, pixels, width, width * 3, height, TurboJpeg.RgbPixels, &target, &size, TurboJpeg.HalfChroma, Quality, TurboJpeg.KeepBuffer) != 0)
                throw new PictureFault("cannot be put on a sheet: " + Marshal.PtrToStringUTF8(TurboJpeg.ErrorText(_handle)));
        }
        write($"sheet-{_sheets++:000}.jpg", buffer.AsMemory(0, (int)size.Value));
    }

    public void Dispose()
    {
        if (_handle != 0) _ = TurboJpeg.Destroy(_handle);
        _handle = 0;
    }
}
