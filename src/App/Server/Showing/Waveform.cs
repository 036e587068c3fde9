using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Spool.Media.Ffmpeg;
using Spool.Media.Timeline;
using Spool.Platform;

namespace Spool.App.Server.Showing;

/// <summary>
/// The loudest sample of each of a thousand equal parts of the sound, 0 to 1, of all channels together. Samples are taken as they are: a lower
/// rate would lose what is high, and a mix of the channels what cancels itself out. Holes in the time stamps count as silence.
/// </summary>
internal sealed class Waveform(MediaTools tools)
{
    internal const int Parts = 1000;

    /// <summary>Frames of samples whose loudest one is kept while reading: 5 ms at 48 kHz.</summary>
    private const int Block = 240;
    private const double MostHours = 6;
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(3);

    internal async Task MakeAsync(Look look, string file, CancellationToken cancel)
    {
        if (look.Probe?.Audio is not { } audio) throw MediaTools.Foreign("holds no sound");
        if (look.Seconds > MostHours * 3600) throw Pictures.TooLong("a waveform", MostHours);
        var channels = Math.Clamp(audio.Channels, 1, 64);
        var peaks = new SampleBlocks(channels, Block);
        var output = new FfmpegOutput(null, "s16le", [new("[a]", [("c", "pcm_s16le")])]);
        var command = new FfmpegCommand([look.Input], output) { Graph = $"[0:{audio.Index}]aresample=48000:async=1:first_pts=0,aformat=sample_fmts=s16[a]", Threads = 1, Reports = false, LogLevel = "error" };
        var tool = command.ToTool() with { OnOutput = peaks.Read };
        var result = await tools.RunAsync(tool, Path.GetDirectoryName(file)!, Longest, cancel);
        if (!result.Succeeded || peaks.Samples == 0) throw MediaTools.Foreign(Complaints.FirstIn(result.Tail) ?? "holds no sound that can be decoded");
        DurableFile.WritePlain(tools.Disk, file, Json(peaks.Parts(Parts), peaks.Samples / (double)Conform.SampleRate));
    }

    private static byte[] Json(IEnumerable<float> peaks, double seconds) =>
        Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{{\"peaks\":[{string.Join(',', peaks.Select(p => p.ToString("0.###", CultureInfo.InvariantCulture)))}],\"seconds\":{Math.Round(seconds, 3)}}}"));
}

/// <summary>Takes the loudest sample of small blocks as they pass, and of equal parts of the whole when their number is known.</summary>
/// <param name="channels">Samples in a frame.</param>
/// <param name="block">Frames in a block.</param>
internal sealed class SampleBlocks(int channels, int block)
{
    private readonly List<ushort> _blocks = [];
    private int _most, _inBlock;

    /// <summary>Frames read.</summary>
    internal long Samples { get; private set; }

    /// <summary>Reads signed 16 bit samples, little endian, to the end.</summary>
    internal void Read(Stream stream)
    {
        var buffer = new byte[channels * 2 * 4096];
        for (int count; (count = stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false)) > 0;) Take(buffer.AsSpan(0, count));
    }

    internal void Take(ReadOnlySpan<byte> bytes)
    {
        for (; bytes.Length >= channels * 2; bytes = bytes[(channels * 2)..])
        {
            for (var c = 0; c < channels; c++) _most = Math.Max(_most, Math.Abs((int)BinaryPrimitives.ReadInt16LittleEndian(bytes[(2 * c)..])));
            Samples++;
            if (++_inBlock < block) continue;
            _blocks.Add((ushort)_most);
            (_most, _inBlock) = (0, 0);
        }
    }

    /// <summary>The loudest of each of so many equal parts, 0 to 1; fewer where there are fewer blocks.</summary>
    internal IReadOnlyList<float> Parts(int parts)
    {
        List<ushort> all = _inBlock > 0 ? [.. _blocks, (ushort)_most] : _blocks;
        parts = Math.Min(parts, all.Count);
        var peaks = new float[parts];
        for (var part = 0; part < parts; part++)
        {
            var (from, to) = ((int)((long)part * all.Count / parts), (int)((long)(part + 1) * all.Count / parts));
            var most = 0;
            for (var i = from; i < to; i++) most = Math.Max(most, all[i]);
            peaks[part] = MathF.Round(most / 32768f, 3);
        }
        return peaks;
    }
}
