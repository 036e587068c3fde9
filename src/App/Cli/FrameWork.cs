using Spool.Media.Frames;
using Spool.Media.Metrics;
using Spool.Platform;

namespace Spool.App.Cli;

/// <summary>Measures what the command line names: pictures, folders of pictures, films. A file that cannot be read is told and the rest goes on.</summary>
internal sealed class FrameWork(Composition composition, Metric metrics, double percentile)
{
    private readonly MediaTools _tools = new(composition);

    internal bool Full { get; init; }
    internal int? Workers { get; init; }

    /// <summary>Where each record's file lies, in the order of telling; for films the film.</summary>
    internal async Task RunAsync(IReadOnlyList<string> inputs, Action<FrameRecord> tell, CancellationToken cancel)
    {
        var single = new List<FrameFile>();
        foreach (var input in inputs)
        {
            var full = Path.GetFullPath(input, composition.CurrentFolder);
            if (composition.Disk.Stat(full) is not { } stat) throw new UsageException($"{input} is not there");
            if (stat.Kind == FileKind.Folder)
            {
                await PicturesAsync(single, tell, cancel);
                await PicturesAsync(Folder(full, inputs.Count == 1 ? "" : input), tell, cancel);
            }
            else if (stat.Kind == FileKind.File && IsFilm(full, stat))
            {
                await PicturesAsync(single, tell, cancel);
                await FilmAsync(full, inputs.Count == 1 ? Path.GetFileName(input) : input, tell, cancel);
            }
            else single.Add(new(single.Count, input, full));
        }
        await PicturesAsync(single, tell, cancel);
    }

    /// <summary>The pictures of a folder, in order.</summary>
    internal List<FrameFile> Folder(string folder, string shown)
    {
        var frames = FrameNames.Ordered(composition.Disk.List(folder).Select(e => e.Name));
        if (frames.Count == 0) throw new UsageException($"{(shown.Length > 0 ? shown : folder)} holds no pictures (jpg, png, webp, bmp, tiff, gif)");
        return [.. frames.Select(f => new FrameFile(f.Index, shown.Length > 0 ? Path.Join(shown, f.Name) : f.Name, Path.Join(folder, f.Name)))];
    }

    private bool IsFilm(string path, FileStat stat)
    {
        if (FrameNames.IsFilm(path)) return true;
        if (FrameNames.IsPicture(path) || stat.Size < 12) return false;
        // Without a telling name: the marks of ISO media and Matroska.
        Span<byte> head = stackalloc byte[12];
        using var file = composition.Disk.OpenRead(path);
        return file.Read(0, head) == 12 && (head[4..8].SequenceEqual("ftyp"u8) || head.StartsWith((ReadOnlySpan<byte>)[0x1a, 0x45, 0xdf, 0xa3]));
    }

    private async Task PicturesAsync(List<FrameFile> frames, Action<FrameRecord> tell, CancellationToken cancel)
    {
        if (frames.Count == 0) return;
        var ticker = new Ticker(composition.Time, "frames", frames.Count);
        var pass = new PicturePass(composition.Disk, _tools.RunAsync, metrics, percentile);
        if (Workers is { } workers) pass = new PicturePass(composition.Disk, _tools.RunAsync, metrics, percentile) { Workers = workers };
        long done = 0;
        await pass.RunAsync(frames, null, record =>
        {
            ticker.Tell(++done);
            tell(record);
        }, cancel);
        ticker.Finish();
        frames.Clear();
    }

    private async Task FilmAsync(string path, string name, Action<FrameRecord> tell, CancellationToken cancel)
    {
        try
        {
            foreach (var record in await MeasureFilmAsync(path, name, null, cancel)) tell(record);
        }
        catch (PictureFault e) { tell(new FrameRecord(0, name) { Error = e.Message }); }
    }

    /// <summary>The records of a film; damage is told on standard error.</summary>
    /// <exception cref="PictureFault">The film cannot be measured.</exception>
    internal async Task<IReadOnlyList<FrameRecord>> MeasureFilmAsync(string path, string name, FilmWatcher? watch, CancellationToken cancel)
    {
        var form = FilmForm.Of(await _tools.ProbeAsync(path, cancel));
        var ticker = new Ticker(composition.Time, "frames", form.Frames);
        var records = await new FilmPass(_tools.RunAsync, metrics, percentile, Full).RunAsync(path, name, form, (frame, found, colour, luma) =>
        {
            ticker.Tell(frame + 1);
            watch?.Invoke(frame, found, colour, luma);
        }, about => Console.Error.WriteLine("warning: " + TerminalText.Plain(about)), cancel);
        ticker.Finish();
        return records;
    }
}
