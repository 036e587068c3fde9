using System.Globalization;
using Spool.Media.Ffmpeg;
using Spool.Media.Frames;
using Spool.Platform;

namespace Spool.Interchange.Export;

/// <summary>
/// Takes frames out of a film as JPEG files (quality 2 of ffmpeg, full range, turned as players turn the film), in one decode. ffmpeg chooses them by
/// number. An expression of thousands of numbers would be slow and too long for a command, so at most <see cref="MostRanges"/> ranges are asked for, with
/// the smallest gaps between them filled; what came too much is deleted here.
/// </summary>
public sealed class FilmFrames(IDisk disk, RunTool run, Func<string, CancellationToken, Task<MediaProbe>> probe)
{
    public const int MostRanges = 100;

    /// <summary>Ranges, both ends included, that hold all wanted numbers and as few others as their number allows.</summary>
    public static IReadOnlyList<(long From, long To)> Cover(IReadOnlyList<long> wanted)
    {
        var ranges = new List<(long From, long To)>();
        foreach (var number in wanted)
            if (ranges.Count > 0 && ranges[^1].To == number - 1) ranges[^1] = (ranges[^1].From, number);
            else ranges.Add((number, number));
        if (ranges.Count <= MostRanges) return ranges;
        var kept = Enumerable.Range(1, ranges.Count - 1).OrderByDescending(i => ranges[i].From - ranges[i - 1].To).ThenBy(i => i).Take(MostRanges - 1).Order().Append(ranges.Count);
        var covered = new List<(long, long)>();
        var first = 0;
        foreach (var border in kept)
        {
            covered.Add((ranges[first].From, ranges[border - 1].To));
            first = border;
        }
        return covered;
    }

    /// <summary>The command that writes the frames of these ranges as 00000001.jpg, 00000002.jpg, ... into a folder.</summary>
    public static FfmpegCommand Command(string film, int stream, IReadOnlyList<(long From, long To)> ranges, string folder)
    {
        var chosen = string.Join('+', ranges.Select(r => string.Create(CultureInfo.InvariantCulture, $"between(n,{r.From},{r.To})")));
        var count = ranges.Sum(r => r.To - r.From + 1).ToString(CultureInfo.InvariantCulture);
        // A percent sign in the folder's own name is no place for a number.
        var output = new FfmpegOutput(Path.Join(folder.Replace("%", "%%", StringComparison.Ordinal), "%08d.jpg"), "image2",
            [new("[v]", [("c", "mjpeg"), ("pix_fmt", "yuvj420p"), ("q", "2"), ("fps_mode", "passthrough"), ("frames", count)])]);
        return new FfmpegCommand([new FfmpegInput(film, Accepted.Video)], output) { Graph = string.Create(CultureInfo.InvariantCulture, $"[0:{stream}]select='{chosen}'[v]") };
    }

    /// <summary>Writes the wanted frames (ascending numbers from 0) into an empty folder; the file of each, in their order.</summary>
    /// <exception cref="CurationException">The film cannot be read, or has fewer frames than it had.</exception>
    public async Task<IReadOnlyList<string>> ExtractAsync(string film, string shown, IReadOnlyList<long> wanted, string folder, Action<long> progress, CancellationToken cancel)
    {
        var ranges = Cover(wanted);
        ToolResult result;
        try
        {
            var form = FilmForm.Of(await probe(film, cancel));
            result = await run(Command(film, form.Stream, ranges, folder).ToTool() with
            {
                IsChatter = FfmpegProgress.IsReport,
                OnLine = line =>
                {
                    if (line.StartsWith("frame=", StringComparison.Ordinal) && long.TryParse(line.AsSpan(6).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var done)) progress(done);
                },
            }, cancel);
        }
        catch (PictureFault e) { throw new CurationException($"{shown} {e.Message}"); }
        if (!result.Succeeded) throw new CurationException($"the frames of {shown} cannot be taken out: {Complaints.FirstIn(result.Tail) ?? result.Tail.TrimEnd().Split('\n')[^1].Trim()}");
        var files = new List<string>(wanted.Count);
        var (file, next) = (0, 0);
        foreach (var (from, to) in ranges)
            for (var number = from; number <= to; number++)
            {
                var name = string.Create(CultureInfo.InvariantCulture, $"{++file:00000000}.jpg");
                var path = Path.Join(folder, name);
                if (disk.Stat(path) is not { Kind: FileKind.File }) throw new CurationException($"{shown} has no frame {number} any more, so it is not the film that was curated; curate it again: spool run");
                if (number == wanted[next])
                {
                    files.Add(path);
                    next++;
                }
                else disk.DeleteFile(path);
            }
        return files;
    }
}
