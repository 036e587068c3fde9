using System.Text.Json;
using Spool.Interchange.Export;
using Spool.Engine.Definition;
using Spool.Media.Frames;
using Spool.Platform;

namespace Spool.Interchange.Import;

/// <summary>
/// Writes the results of Winnow as the files of a curation (docs/formats/curation.md). What Winnow did not find out stays away: there is no selection, no hash of
/// the content where its frames have none, and its duplicate_hash is no perceptual hash, so it is not written as one.
/// </summary>
internal sealed class WinnowResults(IDisk disk, WinnowState state, string target, ImportNotes notes)
{
    private readonly List<string> _files = [];
    private readonly HashSet<string> _names = [];

    internal IReadOnlyList<string> Files => _files;

    /// <summary>The folder above all streams, which becomes the input.</summary>
    internal static string InputOf(IReadOnlyList<WinnowStream> streams)
    {
        var common = streams[0].Path.Split('/');
        foreach (var stream in streams.Skip(1))
        {
            var parts = stream.Path.Split('/');
            common = [.. common.TakeWhile((p, i) => i < parts.Length && parts[i] == p)];
        }
        return common.Length <= 1 ? "/" : string.Join('/', common);
    }

    internal void Write(WinnowStream stream, string input)
    {
        var name = Name(stream);
        var frames = new WinnowFrames(stream, input);
        using (var lines = state.Frames(stream)) frames.Read(lines);
        if (frames.Outside > 0) notes.NoEqual(default, name, "frames.jsonl", $"{frames.Outside} frames lie outside of the folder of their stream ({frames.FirstOutside}); they are left out");
        if (frames.All.Count == 0)
        {
            notes.NoEqual(default, name, "frames.jsonl", "no frame is left; the stream is left out");
            return;
        }
        Text($"out/{name}/stream.json", json => frames.WriteStream(json, name));
        Lines($"out/{name}/frames.jsonl", frames.All, WinnowFrames.Write);
        var clusters = state.Records(stream, "duplicates") is { } duplicates ? new WinnowClusters(stream, duplicates, state.Summary(stream, "duplicates", "clusters")) : null;
        Metrics(stream, name, frames, clusters);
        if (clusters is not null)
        {
            Text($"out/{name}/clusters.json", json => clusters.Write(json, frames.All.Count));
            if (clusters.HasAverageHash) notes.NoEqual(default, name, "duplicates.duplicate_hash", "it is an average hash, no perceptual one; it is not taken over");
        }
        if (state.Records(stream, "idle") is { } idle) Text($"out/{name}/idle.json", json => WinnowIdle.Write(json, stream, idle, state.Summary(stream, "idle", "intervals")));
        if (state.Records(stream, "annotation") is { } annotated) Annotations(name, annotated, frames);
        notes.NoEqual(default, name, "selection", "Winnow has no selection: export all readable frames with --all, or curate the frames anew into another folder");
    }

    private void Metrics(WinnowStream stream, string name, WinnowFrames frames, WinnowClusters? clusters)
    {
        var figures = new Dictionary<long, WinnowFigures>();
        var any = false;
        Take("blur", WinnowFigures.Blur);
        Take("darkness", WinnowFigures.Darkness);
        Take("idle", WinnowFigures.Idle);
        if (!any) return;
        foreach (var (index, hash) in clusters?.Hashes ?? []) if (figures.TryGetValue(index, out var known)) known.Phash = hash;
        Lines($"out/{name}/metrics.jsonl", frames.All, (json, frame) =>
        {
            json.WriteNumber("frame_idx", frame.Index);
            json.WriteString("frame_path", frame.Path);
            json.WriteNull("pts_s");
            if (frame.Width is { } width) json.WriteNumber("width", width);
            if (frame.Height is { } height) json.WriteNumber("height", height);
            figures.GetValueOrDefault(frame.Index)?.Write(json);
        });

        void Take(string stage, Action<WinnowFigures, JsonElement> take)
        {
            if (state.Records(stream, stage) is not { } records) return;
            any = true;
            foreach (var record in records)
            {
                if (Json.Whole(record, "frame_idx") is not { } index) throw new CurationException($"a record of the stage {stage} of {name} has no frame_idx");
                if (!figures.TryGetValue(index, out var known)) figures[index] = known = new WinnowFigures();
                take(known, record);
            }
        }
    }

    private void Annotations(string name, IEnumerable<JsonElement> records, WinnowFrames frames)
    {
        // Records follow the batches; the lines here follow the frames.
        var by = records.Where(r => Json.Whole(r, "frame_idx") is not null).Select(r => r.Clone()).DistinctBy(r => Json.Whole(r, "frame_idx")).ToDictionary(r => Json.Whole(r, "frame_idx")!.Value);
        Lines($"annotations/{name}.jsonl", frames.All.Where(f => by.ContainsKey(f.Index)), (json, frame) =>
        {
            var record = by[frame.Index];
            json.WriteNumber("frame_idx", frame.Index);
            json.WriteString("frame_path", frame.Path);
            RecordLines.Number(json, "width", Json.Whole(record, "width"));
            RecordLines.Number(json, "height", Json.Whole(record, "height"));
            json.WritePropertyName("annotations");
            if (record.TryGetProperty("annotations", out var list) && list.ValueKind == JsonValueKind.Array) list.WriteTo(json);
            else json.WriteRawValue("[]");
        });
    }

    /// <summary>The folder's name; told apart by the id where two streams have the same.</summary>
    private string Name(WinnowStream stream)
    {
        var name = NameOf(stream);
        if (_names.Add(name)) return name;
        _names.Add(name = $"{name}~{stream.Id[..Math.Min(8, stream.Id.Length)]}");
        return name;
    }

    /// <summary>The name that a stream has, or that of its folder, as one that a folder can have.</summary>
    internal static string NameOf(WinnowStream stream)
    {
        var wanted = Json.Text(stream.Facts, "name") ?? Path.GetFileName(stream.Path);
        var name = new string([.. wanted.Select(c => c == '/' || char.IsControl(c) ? '-' : c)]);
        return name is "" or "." or ".." ? "frames" : name;
    }

    private void Text(string name, Action<Utf8JsonWriter> content) => To(name, to =>
    {
        using var lines = new RecordLines(to);
        lines.Write(content);
    });

    private void Lines<T>(string name, IEnumerable<T> items, Action<Utf8JsonWriter, T> line) => To(name, to =>
    {
        using var lines = new RecordLines(to);
        foreach (var item in items) lines.Write(json => line(json, item));
    });

    private void To(string name, Action<Stream> content)
    {
        DurableFile.CreateFolders(disk, Path.GetDirectoryName(Path.Join(target, name))!);
        using var file = new ExportStream(disk, Path.Join(target, name));
        content(file);
        file.Finish();
        _files.Add(name);
    }
}

/// <summary>A frame of Winnow: its path is relative to the input.</summary>
internal sealed record WinnowFrame(long Index, string Path, long? Bytes, string? Hash, int? Width, int? Height);

/// <summary>The frames of a stream, in the order of their numbers; those of a number that another has already are none.</summary>
internal sealed class WinnowFrames(WinnowStream stream, string input)
{
    private readonly List<(long Index, string Path)> _doubles = [];

    internal List<WinnowFrame> All { get; } = [];
    internal int Outside { get; private set; }
    internal string? FirstOutside { get; private set; }

    internal void Read(LineFile lines)
    {
        var seen = new HashSet<long>();
        while (lines.Next() is { } line)
        {
            var index = lines.Whole(line, "frame_idx");
            var written = lines.Text(line, "path");
            // Relative paths are told from the project, or from the stream's own folder.
            var full = Path.IsPathRooted(written) ? Path.GetFullPath(written) : Path.GetFullPath(written, stream.Path);
            if (!full.StartsWith(stream.Path + "/", StringComparison.Ordinal) || Paths.Normalise(Path.GetRelativePath(input, full)) is not { } path || path.Any(char.IsControl))
            {
                Outside++;
                FirstOutside ??= written;
                continue;
            }
            if (!seen.Add(index))
            {
                _doubles.Add((index, path));
                continue;
            }
            All.Add(new WinnowFrame(index, path, Json.Whole(line, "size_bytes"), Json.Text(line, "hash"), (int?)Json.Whole(line, "width"), (int?)Json.Whole(line, "height")));
        }
        All.Sort((a, b) => a.Index.CompareTo(b.Index));
    }

    internal static void Write(Utf8JsonWriter json, WinnowFrame frame)
    {
        json.WriteNumber("frame_idx", frame.Index);
        json.WriteString("frame_path", frame.Path);
        if (frame.Bytes is { } bytes) json.WriteNumber("bytes", bytes);
        json.WriteString("hash", frame.Hash);
        RecordLines.Number(json, "width", frame.Width);
        RecordLines.Number(json, "height", frame.Height);
        json.WriteNull("pts_s");
    }

    internal void WriteStream(Utf8JsonWriter json, string name)
    {
        json.WriteStartArray("duplicate_indices");
        foreach (var (index, path) in _doubles)
        {
            json.WriteStartObject();
            json.WriteNumber("frame_idx", index);
            json.WriteString("path", path);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteNull("duration_s");
        json.WriteNumber("first", All[0].Index);
        json.WriteNull("fps");
        json.WriteNumber("frames", All.Count);
        json.WriteString("kind", "pictures");
        json.WriteNumber("last", All[^1].Index);
        json.WriteStartArray("missing");
        foreach (var (from, to) in Missing())
        {
            json.WriteStartArray();
            json.WriteNumberValue(from);
            json.WriteNumberValue(to);
            json.WriteEndArray();
        }
        json.WriteEndArray();
        json.WriteStartArray("not_frames");
        json.WriteEndArray();
        json.WriteString("numbering", All.All(f => IsUsual(Path.GetFileName(f.Path), f.Index)) ? "image_<index>" : null);
        json.WriteString("path", Path.GetRelativePath(input, stream.Path));
        json.WriteStartArray("sizes");
        foreach (var size in All.Where(f => f is { Width: not null, Height: not null }).GroupBy(f => (f.Width!.Value, f.Height!.Value)).OrderByDescending(g => g.Count()).ThenBy(g => g.Key))
        {
            json.WriteStartObject();
            json.WriteNumber("frames", size.Count());
            json.WriteNumber("height", size.Key.Item2);
            json.WriteNumber("width", size.Key.Item1);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteString("stream", name);
        json.WriteStartArray("unreadable");
        json.WriteEndArray();
    }

    private static bool IsUsual(string name, long index) => name.StartsWith("image_", StringComparison.Ordinal) && FrameNames.IsPicture(name) && FrameNames.Number(name) == index && Path.GetFileNameWithoutExtension(name)[6..].All(char.IsAsciiDigit);

    /// <summary>Winnow lists every missing number; here they are ranges.</summary>
    private IEnumerable<(long From, long To)> Missing()
    {
        (long From, long To)? open = null;
        foreach (var number in Json.List(stream.Facts, "missing_indices").Select(n => n.TryGetInt64(out var whole) ? whole : throw new CurationException($"stream.json of {stream.Id}: missing_indices are whole numbers")).Order())
        {
            if (open is { } range && range.To + 1 == number) open = (range.From, number);
            else
            {
                if (open is { } done) yield return done;
                open = (number, number);
            }
        }
        if (open is { } last) yield return last;
    }
}
