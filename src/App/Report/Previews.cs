using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Spool.Engine.Scheduling;
using Spool.Platform;

namespace Spool.App.Report;

/// <summary>A media file that the page would like to show.</summary>
/// <param name="Digest">Of its bytes; previews are kept under it.</param>
/// <param name="Type">video, audio or image, by its name.</param>
/// <param name="Large">It stands on the stage, where a small picture would look blurred.</param>
/// <param name="Places">Where its bytes may lie, absolute, the best first.</param>
internal sealed record Wanted(Digest Digest, string Type, bool Large, IReadOnlyList<string> Places);

/// <summary>
/// Previews of media files, kept in <c>.spool/thumbs/DIGEST.json</c> so that unchanged bytes are looked into once. In one run at most
/// <see cref="MostNew"/> new ones are made, and none is begun after <see cref="Budget"/>; the first wanted come first.
/// </summary>
internal sealed class Previews(Composition composition, WorkspacePaths paths)
{
    internal const int MostNew = 60, MostKept = 5000;
    internal static readonly TimeSpan Budget = TimeSpan.FromSeconds(10);
    private readonly IDisk _disk = composition.Disk;
    private readonly ConcurrentDictionary<Digest, Preview> _known = new();

    private string Folder => Path.Join(paths.Spool, "thumbs");

    internal Preview? Of(Digest digest) => _known.GetValueOrDefault(digest);

    /// <summary>Reads what is kept and makes what is new. Returns sentences on what was not made.</summary>
    internal async Task<IReadOnlyList<string>> MakeAsync(IReadOnlyList<Wanted> wanted, CancellationToken cancel)
    {
        var kept = _disk.Stat(Folder) is { Kind: FileKind.Folder };
        var missing = wanted.DistinctBy(w => w.Digest).Where(w => !(kept && TryRead(w))).ToList();
        if (missing.Count == 0) return [];
        var searchPath = composition.Environment("PATH");
        if (ProgramFinder.Find(_disk, "ffmpeg", searchPath) is not { } ffmpeg || ProgramFinder.Find(_disk, "ffprobe", searchPath) is not { } ffprobe)
            return ["Pictures, lengths and waveforms: ffmpeg is not on this machine (install it: sudo apt-get install ffmpeg)"];
        if (cancel.IsCancellationRequested) return [NotMade(missing.Count, "the run was cancelled")];
        var temporary = Path.Join(paths.Temporary, "thumbs");
        DurableFile.CreateFolders(_disk, temporary);
        DurableFile.CreateFolders(_disk, Folder);
        var tools = new PreviewTools(_disk, composition.Processes, ffmpeg, ffprobe, searchPath, temporary);
        var (began, made, gone) = (composition.Time.GetTimestamp(), 0, 0);
        try
        {
            await Parallel.ForEachAsync(missing.Take(MostNew).Select((w, i) => (w, i)), new ParallelOptions { MaxDegreeOfParallelism = Math.Clamp(Environment.ProcessorCount, 1, 4), CancellationToken = cancel }, async (one, stop) =>
            {
                if (composition.Time.GetElapsedTime(began) > Budget) return;
                if (one.w.Places.FirstOrDefault(p => _disk.Stat(p) is { Kind: FileKind.File }) is not { } place)
                {
                    Interlocked.Increment(ref gone);
                    return;
                }
                if (await tools.LookAsync(place, one.w, one.i.ToString(CultureInfo.InvariantCulture), stop) is not { } preview) return;
                _known[one.w.Digest] = preview;
                Interlocked.Increment(ref made);
                DurableFile.WritePlain(_disk, PathOf(one.w.Digest), JsonSerializer.SerializeToUtf8Bytes(preview, ReportJson.Default.Preview));
            });
        }
        catch (OperationCanceledException) { return [NotMade(missing.Count - made, "the run was cancelled")]; }
        finally { DurableFile.DeleteTree(_disk, temporary); }
        Clear([.. wanted.Select(w => w.Digest)]);
        var left = missing.Count - made - gone;
        return left == 0 ? [] : [NotMade(left, missing.Count > MostNew ? $"a run makes at most {MostNew} new ones" : "it would have taken too long")];
    }

    private static string NotMade(int count, string why) => $"Pictures, lengths and waveforms of {count} file{(count == 1 ? "" : "s")}: {why}";

    private string PathOf(Digest digest) => Path.Join(Folder, digest + ".json");

    private bool TryRead(Wanted wanted)
    {
        var path = PathOf(wanted.Digest);
        if (_disk.Stat(path) is not { Kind: FileKind.File }) return false;
        try
        {
            if (JsonSerializer.Deserialize(DurableFile.Read(_disk, path), ReportJson.Default.Preview) is not { Version: Preview.Current } preview || (wanted.Large && preview is { Type: "video", Large: false })) return false;
            _known[wanted.Digest] = preview;
            return true;
        }
        catch (JsonException)
        {
            // Half written when the machine went down: made again.
            return false;
        }
    }

    /// <summary>Drops previews that this run does not show, when there are very many.</summary>
    private void Clear(HashSet<Digest> shown)
    {
        var all = _disk.List(Folder);
        if (all.Count <= MostKept) return;
        foreach (var entry in all)
            if (entry.Kind == FileKind.File && !(Digest.TryParse(Path.GetFileNameWithoutExtension(entry.Name), out var digest) && shown.Contains(digest))) _disk.DeleteFile(Path.Join(Folder, entry.Name));
    }
}
