using System.Globalization;
using System.Text.Json;

namespace Spool.Interchange.Export;

/// <summary>One format of <c>spool export</c>: one file, found by reflection.</summary>
public abstract class Exporter
{
    public abstract string Name { get; }

    /// <summary>What it writes, in a few words, for help and messages.</summary>
    public abstract string Summary { get; }

    /// <summary>True for formats that hold the pictures themselves.</summary>
    public virtual bool HasPictures => false;

    /// <summary>Writes the files of the export.</summary>
    /// <exception cref="CurationException">It cannot be made of what is there.</exception>
    public abstract Task WriteAsync(ExportJob job, CancellationToken cancel);

    /// <summary>Counts what would be taken, and writes nothing.</summary>
    public virtual void Look(ExportJob job, CancellationToken cancel)
    {
        foreach (var stream in job.Streams)
            foreach (var row in job.Rows(stream, note: true))
            {
                cancel.ThrowIfCancellationRequested();
                if (HasPictures && job.Originals.Find(row.Path).Why is { } why) job.Leave(stream, row, "its original " + why);
                else if (Refuses(job, stream, row) is { } reason) job.Leave(stream, row, reason, lost: false);
                else job.Took(stream);
            }
    }

    /// <summary>Why this format cannot hold a frame; null when it can.</summary>
    public virtual string? Refuses(ExportJob job, CuratedStream stream, FrameRow row) => null;

    /// <summary>All formats by name.</summary>
    public static IReadOnlyList<Exporter> All() =>
        [.. typeof(Exporter).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(Exporter)) && !t.IsAbstract).Select(t => (Exporter)Activator.CreateInstance(t)!).OrderBy(e => e.Name, StringComparer.Ordinal)];
}

/// <summary>Numbers of frames left out of an export for one reason.</summary>
public sealed record LeftOut(string Stream, string Why)
{
    public int Frames { get; set; }

    /// <summary>Frame numbers that follow each other in the stream, first and last.</summary>
    public List<(long From, long To)> Ranges { get; } = [];

    internal int LastPlace { get; set; } = -2;
}

/// <summary>What is exported, and what became of it.</summary>
public sealed class ExportJob(CurationFolder curation, IReadOnlyList<CuratedStream> streams, Originals originals, ExportFolder? folder)
{
    private readonly Dictionary<(string, string), LeftOut> _leftOut = [];
    private readonly Dictionary<string, int> _exported = [];
    private readonly Lazy<bool> _annotated = new(() => streams.Any(s => s.Has(CuratedStream.Annotations)));

    public CurationFolder Curation => curation;
    public IReadOnlyList<CuratedStream> Streams => streams;
    public Originals Originals => originals;

    /// <summary>Where it is built.</summary>
    public ExportFolder Folder => folder ?? throw new InvalidOperationException("a dry run writes nothing");

    /// <summary>All readable frames, not only those that the selection keeps.</summary>
    public bool All { get; init; }
    public Placing Placing { get; init; }
    /// <summary>Takes pictures out of films; null where no tools are run.</summary>
    public FilmFrames? Films { get; init; }
    /// <summary>Told what is gone through and of how many; gives what is told how far it is, and null at the end.</summary>
    public Func<string, long?, Action<long?>> Progress { get; init; } = (_, _) => _ => { };

    /// <summary>True where any of the streams has annotations.</summary>
    public bool IsAnnotated => _annotated.Value;

    /// <summary>Numbers for the manifest: pictures, annotations, ...</summary>
    public SortedDictionary<string, long> Counts { get; } = new(StringComparer.Ordinal);

    /// <summary>Sentences for the reader of the export.</summary>
    public List<string> Notes { get; } = [];

    public IEnumerable<LeftOut> LeftOut => _leftOut.Values;

    public IReadOnlyDictionary<string, int> Exported => _exported;

    /// <summary>True where frames are missing that were asked for, and not by the user's own rules.</summary>
    public bool Lost { get; private set; }

    /// <summary>Makes the export, or without a folder only counts.</summary>
    /// <exception cref="CurationException">It cannot be made, or nothing would be in it.</exception>
    public async Task MakeAsync(Exporter exporter, CancellationToken cancel)
    {
        if (folder is null) exporter.Look(this, cancel);
        else await exporter.WriteAsync(this, cancel);
        if (_exported.Values.Sum() == 0) throw new CurationException("nothing was exported: " + Why());
        folder?.Finish(json => Tell(json, exporter.Name));
    }

    private string Why()
    {
        var reasons = LeftOut.GroupBy(l => l.Why).OrderByDescending(g => g.Sum(l => l.Frames)).Take(4).Select(g => $"{g.Key} ({g.Sum(l => l.Frames):#,0})").ToList();
        if (reasons.Count == 0) return "there are no frames";
        var byRules = !All && LeftOut.All(l => l.Why.StartsWith("dropped", StringComparison.Ordinal));
        return $"no frame is left: {string.Join(", ", reasons)}{(byRules ? "; all readable ones: --all, or choose other thresholds: spool inspect metrics" : "")}";
    }

    /// <summary>The frames to export. What is left out is noted in the first pass over a stream (<paramref name="note"/>).</summary>
    public IEnumerable<FrameRow> Rows(CuratedStream stream, bool note, string what = "frames")
    {
        if (!All && !stream.Has("selection.jsonl")) throw new CurationException($"{stream.At("selection.jsonl")} is not there, so nobody knows which frames are kept; finish the curation: spool run, or take all readable ones: --all");
        var advance = Progress($"{what} of {stream.Name}", Json.Whole(stream.Facts, "frames"));
        var count = 0;
        foreach (var row in new FrameReader(stream).Rows())
        {
            advance(++count);
            if (row.Keep == false && !All)
            {
                if (note) Leave(stream, row, $"dropped: {row.Rule ?? "no rule named"}", lost: false);
            }
            else if (!row.Readable)
            {
                if (note) Leave(stream, row, "unreadable", lost: false);
            }
            else yield return row;
        }
        advance(null);
    }

    public void Leave(CuratedStream stream, FrameRow row, string why, bool lost = true)
    {
        Lost |= lost;
        if (!_leftOut.TryGetValue((stream.Name, why), out var left)) _leftOut[(stream.Name, why)] = left = new LeftOut(stream.Name, why);
        left.Frames++;
        if (left.LastPlace == row.Place - 1) left.Ranges[^1] = (left.Ranges[^1].From, row.Index);
        else left.Ranges.Add((row.Index, row.Index));
        left.LastPlace = row.Place;
    }

    public void Took(CuratedStream stream) => _exported[stream.Name] = _exported.GetValueOrDefault(stream.Name) + 1;

    public void Count(string name, long more = 1) => Counts[name] = Counts.GetValueOrDefault(name) + more;

    /// <summary>The head of the manifest: format, what was asked for, what was taken, what was left out and why.</summary>
    public void Tell(Utf8JsonWriter json, string format)
    {
        json.WriteString("format", format);
        json.WriteString("frames", All ? "all readable" : "kept");
        json.WriteStartObject("counts");
        json.WriteNumber("frames", _exported.Values.Sum());
        foreach (var (name, count) in Counts) json.WriteNumber(name, count);
        json.WriteEndObject();
        json.WriteStartArray("streams");
        foreach (var stream in streams)
        {
            json.WriteStartObject();
            json.WriteString("stream", stream.Name);
            json.WriteString("kind", stream.IsFilm ? "film" : "pictures");
            json.WriteNumber("frames", _exported.GetValueOrDefault(stream.Name));
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("left_out");
        foreach (var left in _leftOut.Values)
        {
            json.WriteStartObject();
            json.WriteString("stream", left.Stream);
            json.WriteString("why", left.Why);
            json.WriteNumber("frames", left.Frames);
            json.WritePropertyName("ranges");
            json.WriteRawValue($"[{string.Join(',', left.Ranges.Select(r => string.Create(CultureInfo.InvariantCulture, $"[{r.From},{r.To}]")))}]");
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("notes");
        foreach (var note in Notes) json.WriteStringValue(note);
        json.WriteEndArray();
    }
}
