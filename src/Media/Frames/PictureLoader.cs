using Spool.Media.Ffmpeg;
using Spool.Platform;

namespace Spool.Media.Frames;

/// <summary>
/// Decodes picture files, one at a time: JPEG in process, the other accepted formats by ffmpeg. What a file is, its first bytes say, never
/// its name. Folders, pipes, empty files and files that are no pictures are faults of that file alone. One loader belongs to one worker.
/// </summary>
public sealed class PictureLoader(IDisk disk, RunTool run) : IDisposable
{
    /// <summary>The largest file that is read: no honest picture of 100 million pixels is larger.</summary>
    public const long MaxBytes = 1L << 30;

    private byte[] _bytes = [];
    private JpegDecoder? _jpeg;

    /// <summary>Decodes the file into <paramref name="into"/>; with <paramref name="content"/> only if its bytes are these.</summary>
    /// <exception cref="PictureFault">The file is no picture that can be measured.</exception>
    /// <exception cref="ContentChangedException">Its bytes are others.</exception>
    public async Task LoadAsync(string path, Picture into, bool colour, CancellationToken cancel, Digest? content = null)
    {
        var count = Read(path);
        if (content is { } expected && Digest.Of(_bytes.AsSpan(0, count)) != expected) throw new ContentChangedException(path);
        if (JpegDecoder.IsJpeg(_bytes.AsSpan(0, count)))
        {
            _jpeg ??= new JpegDecoder();
            _jpeg.Decode(_bytes.AsSpan(0, count), into, colour);
            return;
        }
        if (!LooksLikePicture(_bytes.AsSpan(0, count)))
            throw new PictureFault(Text(_bytes.AsSpan(0, Math.Min(count, 64))) ? "is no picture but text" : "is no picture of a known format (JPEG, PNG, WebP, BMP, TIFF, GIF)");
        await ConvertAsync(path, into, colour, cancel);
    }

    private int Read(string path)
    {
        if (disk.Stat(path) is not { } stat) throw new PictureFault("is not there");
        if (stat.Kind == FileKind.Folder) throw new PictureFault("is a folder, not a picture");
        if (stat.Kind != FileKind.File) throw new PictureFault("is no ordinary file (a pipe, socket or device)");
        if (stat.Size == 0) throw new PictureFault("is empty (0 bytes)");
        if (stat.Size > MaxBytes) throw new PictureFault("is larger than 1 GiB");
        using var file = disk.OpenRead(path);
        if (_bytes.Length < stat.Size || (_bytes.Length > 64 << 20 && stat.Size < _bytes.Length / 4))
            _bytes = GC.AllocateUninitializedArray<byte>((int)Math.Min(MaxBytes, stat.Size + (stat.Size / 4)));
        var count = 0;
        while (count < stat.Size && file.Read(count, _bytes.AsSpan(count, (int)stat.Size - count)) is > 0 and var read) count += read;
        return count;
    }

    private async Task ConvertAsync(string path, Picture into, bool colour, CancellationToken cancel)
    {
        var output = new FfmpegOutput(null, "image2pipe", [new("0:v:0", [("c", "pam"), ("frames", "1")])]);
        var command = new FfmpegCommand([new FfmpegInput(path, Accepted.Image) { Demuxer = Demuxer(_bytes) }], output) { Threads = 1, Reports = false, LogLevel = "error" };
        PictureFault? fault = null;
        string? about = null;
        var tool = command.ToTool() with
        {
            OnLine = line => about ??= Complaints.About(line),
            OnOutput = stream =>
            {
                try
                {
                    PamReader.Read(stream, into, colour);
                    stream.CopyTo(Stream.Null);
                }
                catch (PictureFault e) { fault = e; }
            },
        };
        var result = await run(tool, cancel);
        if (about is not null) throw new PictureFault(about);
        if (fault is not null || !result.Succeeded) throw fault ?? new PictureFault("cannot be decoded: " + LastLine(result.Tail));
        // ffmpeg fills what it could not decode with grey and ends well; it says so in a line.
        if (result.Tail.Length > 0) throw new PictureFault("is damaged: " + LastLine(result.Tail));
    }

    // What the file is decides, not what it is called.
    private static string? Demuxer(ReadOnlySpan<byte> bytes) => bytes switch
    {
        [0x89, (byte)'P', (byte)'N', (byte)'G', ..] => "png_pipe",
        [(byte)'B', (byte)'M', ..] => "bmp_pipe",
        [(byte)'G', (byte)'I', (byte)'F', (byte)'8', ..] => "gif",
        [(byte)'R', (byte)'I', (byte)'F', (byte)'F', ..] => "webp_pipe",
        [0x49, 0x49, 0x2a, 0, ..] or [0x4d, 0x4d, 0, 0x2a, ..] => "tiff_pipe",
        _ => null,
    };

    private static string LastLine(string tail) => tail.TrimEnd().Split('\n')[^1].Trim();

    private static bool LooksLikePicture(ReadOnlySpan<byte> bytes) =>
        bytes.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G']) || bytes.StartsWith("BM"u8) || bytes.StartsWith("GIF8"u8)
        || bytes.StartsWith((ReadOnlySpan<byte>)[0x49, 0x49, 0x2a, 0]) || bytes.StartsWith((ReadOnlySpan<byte>)[0x4d, 0x4d, 0, 0x2a])
        || (bytes.Length > 12 && bytes.StartsWith("RIFF"u8) && bytes[8..12].SequenceEqual("WEBP"u8));

    private static bool Text(ReadOnlySpan<byte> bytes)
    {
        foreach (var value in bytes)
            if (value is < 9 or (> 13 and < 32)) return false;
        return true;
    }

    public void Dispose() => _jpeg?.Dispose();
}
