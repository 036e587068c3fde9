using System.Globalization;
using System.Text.RegularExpressions;
using Spool.Media.Ffmpeg;

namespace Spool.Media.Frames;

/// <summary>
/// Reads every frame of a film once, as planes of limited range through a pipe, each with its presentation time. Without colour, ffmpeg shrinks
/// the height to the working size with two taps and no averaging (fast_bilinear: it looks only at the rows it needs), and the width is shrunk
/// here with the same taps as everywhere; so the frames cost little more than the decoding. With colour whole planes come (4:2:0), because the
/// scores of cut detection hang on single bits of the conversion, which is then done here for the pixels that are needed. Frames are neither dropped nor repeated to make the rate even; the time of each is what its packet says
/// (printed by the showinfo filter), never its number divided by a rate.
/// </summary>
public sealed partial class FilmReader(string path, FilmForm form, bool colour, bool full)
{
    private readonly List<double> _times = [];
    private readonly List<string> _damage = [];
    private double _timeBase;

    /// <summary>Seconds since the start of the file, one a frame; whole after the reading.</summary>
    public IReadOnlyList<double> Times => _times;

    /// <summary>What ffmpeg said of damaged places: ends of sentences that start with the file's name.</summary>
    public IReadOnlyList<string> Damage => _damage;

    private int Rows => full || colour ? form.Height : WorkingSize.Of(form.Width, form.Height).Height;

    internal FfmpegCommand Command()
    {
        // Both range and format name what most films have already: then nothing is converted.
        var scale = $"scale=w={Text.Of(form.Width)}:h={Text.Of(Rows)}:flags=fast_bilinear+accurate_rnd:out_range=tv,format=yuv420p{(colour ? "" : ",extractplanes=y")}";
        var output = new FfmpegOutput(null, "rawvideo", [new("[v]", [("c", "rawvideo"), ("fps_mode", "passthrough")])]);
        return new FfmpegCommand([new FfmpegInput(path, Accepted.Video)], output)
        {
            Graph = $"[0:{Text.Of(form.Stream)}]{scale},showinfo=checksum=0[v]",
            Reports = false,
            LogLevel = "info",
        };
    }

    /// <summary>Reads to the end; <paramref name="take"/> gets each frame (used again for the next) with its number from 0.</summary>
    /// <returns>The number of frames.</returns>
    /// <exception cref="PictureFault">The film cannot be decoded.</exception>
    public async Task<int> ReadAsync(RunTool run, Action<int, Picture> take, CancellationToken cancel)
    {
        var count = 0;
        var partial = false;
        var tool = Command().ToTool() with
        {
            OnLine = Line,
            IsChatter = line => line.StartsWith("[Parsed_showinfo", StringComparison.Ordinal),
            OnOutput = stream =>
            {
                var picture = new Picture { Colour = colour ? ColourForm.Chroma : ColourForm.None };
                while (Fill(stream, picture, ref partial))
                {
                    cancel.ThrowIfCancellationRequested();
                    take(count++, picture);
                }
            },
        };
        var result = await run(tool, cancel);
        if (!result.Succeeded) throw new PictureFault(_damage.FirstOrDefault() ?? "cannot be decoded: " + result.Tail.TrimEnd().Split('\n')[^1].Trim());
        if (count == 0) throw new PictureFault(_damage.FirstOrDefault() ?? "has no frame that can be decoded");
        if (partial || _times.Count != count) throw new PictureFault($"was not read whole: {count} frames and {_times.Count} times");
        return count;
    }

    private bool Fill(Stream stream, Picture picture, ref bool partial)
    {
        picture.Grey.Resize(form.Width, Rows);
        var chroma = (form.Width + 1) / 2;
        if (!Plane(stream, picture.Grey.Pixels, ref partial)) return false;
        if (!colour) return true;
        picture.Cb.Resize(chroma, (Rows + 1) / 2);
        picture.Cr.Resize(chroma, (Rows + 1) / 2);
        return Plane(stream, picture.Cb.Pixels, ref partial) && Plane(stream, picture.Cr.Pixels, ref partial);
    }

    private static bool Plane(Stream stream, Span<byte> pixels, ref bool partial)
    {
        var read = stream.ReadAtLeast(pixels, pixels.Length, throwOnEndOfStream: false);
        partial |= read > 0 && read < pixels.Length;
        return read == pixels.Length;
    }

    private void Line(string line)
    {
        if (line.StartsWith("[Parsed_showinfo", StringComparison.Ordinal))
        {
            if (Shown().Match(line) is { Success: true } shown)
            {
                // A frame without a time comes one frame after the one before it.
                var known = long.TryParse(shown.Groups[2].ValueSpan, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var ticks);
                _times.Add(known ? ticks * _timeBase : _times.Count == 0 ? 0 : _times[^1] + form.Rate.Seconds(1));
            }
            else if (Based().Match(line) is { Success: true } based)
                _timeBase = double.Parse(based.Groups[1].ValueSpan, CultureInfo.InvariantCulture) / double.Parse(based.Groups[2].ValueSpan, CultureInfo.InvariantCulture);
        }
        else if (_damage.Count < 3 && Complaints.About(line) is { } about && !_damage.Contains(about)) _damage.Add(about);
    }

    [GeneratedRegex(@"^\[Parsed_showinfo_\d+ @ \w+\] n: *(\d+) pts: *(-?\d+|NOPTS) ", RegexOptions.None, 1000)]
    private static partial Regex Shown();

    [GeneratedRegex(@"^\[Parsed_showinfo_\d+ @ \w+\] config in time_base: (\d+)/(\d+),", RegexOptions.None, 1000)]
    private static partial Regex Based();
}
