using System.Globalization;

namespace Spool.Interchange.Export;

/// <summary>Puts the pictures of a stream into an export: links or copies of pictures, frames taken out of films.</summary>
public sealed class Pictures(ExportJob job, CuratedStream stream)
{
    private const string Taking = ".film";
    private readonly HashSet<string> _stems = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Goes through the stream; what cannot be put there is noted in the job.</summary>
    /// <param name="wants">Says which frames to take; what it does not want it notes itself.</param>
    /// <param name="place">The path in the export of a file name that is the only one with its stem in the stream.</param>
    /// <param name="placed">Told each picture that is there, with its file name.</param>
    public async Task PlaceAsync(Func<FrameRow, bool> wants, Func<string, string> place, Action<FrameRow, string> placed, CancellationToken cancel)
    {
        if (stream.IsFilm)
        {
            await FilmAsync(wants, place, placed, cancel);
            return;
        }
        foreach (var row in job.Rows(stream, note: true, "pictures"))
        {
            cancel.ThrowIfCancellationRequested();
            if (!wants(row)) continue;
            var name = Free(Path.GetFileName(row.Path), row.Index);
            if (job.Folder.Place(place(name), job.Originals, row, job.Placing, cancel) is { } why) job.Leave(stream, row, why);
            else
            {
                job.Took(stream);
                placed(row, name);
            }
        }
    }

    private async Task FilmAsync(Func<FrameRow, bool> wants, Func<string, string> place, Action<FrameRow, string> placed, CancellationToken cancel)
    {
        var wanted = new List<long>();
        (string? File, string? Why) film = (null, null);
        foreach (var row in job.Rows(stream, note: true))
        {
            if (!wants(row)) continue;
            if (film == default)
            {
                var (file, _, why) = job.Originals.Find(row.Path);
                film = (file, why);
            }
            if (film.File is null) job.Leave(stream, row, $"its original {film.Why}");
            else wanted.Add(row.Index);
        }
        if (wanted.Count == 0) return;
        var tools = job.Films ?? throw new CurationException($"{stream.Name} is a film, and its frames cannot be taken out here");
        job.Folder.MakeFolder($"{Taking}/x");
        var advance = job.Progress($"pictures of {stream.Name}", wanted.Count);
        var files = await tools.ExtractAsync(film.File!, stream.Name, wanted, job.Folder.Full(Taking), done => advance(done), cancel);
        advance(null);
        var next = 0;
        foreach (var row in job.Rows(stream, note: false))
        {
            if (next == wanted.Count) break;
            if (row.Index != wanted[next]) continue;
            var name = string.Create(CultureInfo.InvariantCulture, $"frame_{row.Index:00000000}.jpg");
            job.Folder.MakeFolder(place(name));
            job.Curation.Disk.Rename(files[next++], job.Folder.Full(place(name)), Platform.RenameMode.NoReplace);
            job.Folder.Take(place(name), row, cancel);
            job.Took(stream);
            placed(row, name);
        }
        Platform.DurableFile.DeleteTree(job.Curation.Disk, job.Folder.Full(Taking));
        job.Folder.Forget(Taking);
    }

    /// <summary>Label files are called after the stem, so a.png beside a.jpg gets its number.</summary>
    private string Free(string name, long index)
    {
        var stem = Path.GetFileNameWithoutExtension(name);
        for (var more = 0; !_stems.Add(stem); more++)
            stem = string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileNameWithoutExtension(name)}~{index}{(more == 0 ? "" : "~" + more)}");
        return stem + Path.GetExtension(name);
    }
}
