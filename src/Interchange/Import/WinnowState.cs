using System.Globalization;
using System.Text.Json;
using Spool.Interchange.Export;
using Spool.Platform;

namespace Spool.Interchange.Import;

/// <summary>A stream of Winnow: where it lay, and the newest job about it.</summary>
internal sealed record WinnowStream(string Id, string Path, JsonElement Facts, JsonElement? Job)
{
    /// <summary>A section of the job's configuration.</summary>
    internal JsonElement? Config(string section) =>
        Job is { ValueKind: JsonValueKind.Object } job && job.TryGetProperty("config", out var config) && config.ValueKind == JsonValueKind.Object && config.TryGetProperty(section, out var found) && found.ValueKind == JsonValueKind.Object ? found : null;
}

/// <summary>
/// The state folder of Winnow as it is read: checkpoints that succeeded, and the records of their artifacts. Artifacts are looked for by their digest below
/// the folder itself; the paths that stand in checkpoints are often old and lead anywhere, so they are not followed.
/// </summary>
internal sealed class WinnowState
{
    private const int MostBytes = 256 << 20;
    private readonly IDisk _disk;
    private readonly string _state;
    private readonly IReadOnlyList<string> _artifacts;
    private readonly ImportNotes _notes;
    private readonly IReadOnlyList<JsonElement> _jobs;

    private WinnowState(IDisk disk, string state, IReadOnlyList<string> artifacts, ImportNotes notes)
    {
        (_disk, _state, _artifacts, _notes) = (disk, state, artifacts, notes);
        _jobs = [.. Names("jobs").Where(n => n.EndsWith(".json", StringComparison.Ordinal)).Select(n => Read($"jobs/{n}")).OfType<JsonElement>()];
    }

    /// <summary>The folder that relative paths in it are relative to.</summary>
    internal string Project { get; private init; } = "";

    /// <summary>The state of a folder: itself, or below it; null when there is none.</summary>
    internal static WinnowState? Find(IDisk disk, string folder, ImportNotes notes)
    {
        foreach (var below in (string[])["", "v1", "state/v1", ".winnow/state/v1"])
        {
            var state = Path.Join(folder, below).TrimEnd('/');
            if (disk.Stat(Path.Join(state, "streams")) is not { Kind: FileKind.Folder }) continue;
            var winnow = Path.GetDirectoryName(Path.GetDirectoryName(state)) ?? "/";
            return new WinnowState(disk, state, [Path.Join(state, "artifacts"), Path.Join(winnow, "artifacts")], notes) { Project = Path.GetDirectoryName(winnow) ?? "/" };
        }
        return null;
    }

    internal IReadOnlyList<WinnowStream> Streams()
    {
        var streams = new List<WinnowStream>();
        foreach (var id in Names("streams").Order(StringComparer.Ordinal))
        {
            if (_disk.Stat(Path.Join(_state, "streams", id, "frames.jsonl")) is not { Kind: FileKind.File })
            {
                Note($"streams/{id}", "it has no frames.jsonl");
                continue;
            }
            if (Read($"streams/{id}/stream.json") is not { } facts) continue;
            if (Json.Text(facts, "path") is not { Length: > 0 } path)
            {
                Note($"streams/{id}/stream.json", "it has no path");
                continue;
            }
            var job = _jobs.Where(j => Json.Text(j, "stream_id") == id && Json.Text(j, "status") == "SUCCEEDED").OrderBy(Newest, StringComparer.Ordinal).LastOrDefault();
            streams.Add(new WinnowStream(id, Path.GetFullPath(path, Project).TrimEnd('/'), facts, job.ValueKind == JsonValueKind.Undefined ? null : job));
        }
        return streams;
    }

    internal LineFile Frames(WinnowStream stream) => new(_disk, _state, $"streams/{stream.Id}/frames.jsonl");

    /// <summary>The records of a stage: of the whole stream where the job has them, else those of the batches in their order. Null where the stage was not run.</summary>
    internal IEnumerable<JsonElement>? Records(WinnowStream stream, string stage)
    {
        if (Output(stream, stage) is { } output && output.TryGetProperty("artifact", out var whole) && Artifact(whole) is { } file) return Lines(file);
        var batches = Batches(stream, stage);
        return batches.Count == 0 ? null : batches.SelectMany(Lines);
    }

    /// <summary>What sums a stage up over the stream (clusters, intervals); null where there is none.</summary>
    internal IEnumerable<JsonElement>? Summary(WinnowStream stream, string stage, string name) =>
        Output(stream, stage) is { } output && output.TryGetProperty("summary_artifacts", out var all) && all.ValueKind == JsonValueKind.Object && all.TryGetProperty(name, out var one) && Artifact(one) is { } file ? Lines(file) : null;

    private static JsonElement? Output(WinnowStream stream, string stage) =>
        stream.Job is { } job && job.TryGetProperty("stage_outputs", out var outputs) && outputs.ValueKind == JsonValueKind.Object && outputs.TryGetProperty(stage, out var output) && output.ValueKind == JsonValueKind.Object ? output : null;

    private List<string> Batches(WinnowStream stream, string stage)
    {
        var found = new List<(long Start, string File)>();
        foreach (var batch in Names($"stages/{stage}/{stream.Id}"))
        {
            var folder = $"stages/{stage}/{stream.Id}/{batch}";
            var done = Names(folder).Where(n => n.EndsWith(".json", StringComparison.Ordinal)).Order(StringComparer.Ordinal).Select(n => Read($"{folder}/{n}")).OfType<JsonElement>().Where(c => Json.Text(c, "status") == "SUCCEEDED").ToList();
            if (done.Count == 0)
            {
                Note(folder, "no checkpoint of this batch succeeded; its records are left out");
                continue;
            }
            var newest = done.OrderBy(Newest, StringComparer.Ordinal).Last();
            if (done.Count > 1) Note(folder, $"{done.Count} configurations were run on this batch; the records of the newest are taken", NoteSort.Changed);
            if (newest.TryGetProperty("artifact", out var artifact) && Artifact(artifact) is { } file) found.Add((Json.Whole(newest, "batch_start") ?? 0, file));
        }
        return [.. found.OrderBy(f => f.Start).Select(f => f.File)];
    }

    private static string Newest(JsonElement record) => Json.Text(record, "finished_at") ?? Json.Text(record, "updated_at") ?? Json.Text(record, "started_at") ?? "";

    /// <summary>The file of an artifact that is whole: its bytes have the digest it is called by.</summary>
    private string? Artifact(JsonElement artifact)
    {
        var texts = artifact.ValueKind == JsonValueKind.String ? [artifact.GetString()] : new[] { Json.Text(artifact, "artifact_id"), Json.Text(artifact, "uri") };
        var digest = texts.OfType<string>().SelectMany(t => t.Split('/', ':')).Where(p => p.Length == 64).Select(p => Digest.TryParse(p, out var found) ? found : default).FirstOrDefault(d => !d.IsEmpty);
        if (digest.IsEmpty)
        {
            Note("artifact", $"'{texts.OfType<string>().FirstOrDefault()}' names no artifact by its digest; its records are left out");
            return null;
        }
        var name = $"sha256/{digest.ToString()[..2]}/{digest}/artifact.jsonl";
        var folder = _artifacts.FirstOrDefault(a => _disk.Stat(Path.Join(a, name)) is { Kind: FileKind.File });
        if (folder is null)
        {
            Note(name, "the artifact is not there; its records are left out");
            return null;
        }
        var file = Path.Join(folder, name);
        if (ContentHash.OfFile(_disk, file, null, default) == digest) return file;
        Note(name, "the artifact is damaged: its bytes have another digest than its name; its records are left out");
        return null;
    }

    private IEnumerable<JsonElement> Lines(string file)
    {
        using var lines = new LineFile(_disk, Path.GetDirectoryName(file)!, Path.GetFileName(file));
        while (lines.Next() is { } line) yield return line;
    }

    private IEnumerable<string> Names(string folder) =>
        _disk.Stat(Path.Join(_state, folder)) is { Kind: FileKind.Folder } ? _disk.List(Path.Join(_state, folder)).Select(e => e.Name) : [];

    private JsonElement? Read(string file)
    {
        if (_disk.Stat(Path.Join(_state, file)) is not { Kind: FileKind.File } stat) Note(file, "it is not there");
        else if (stat.Size > MostBytes) Note(file, $"it has more than {MostBytes >> 20} MiB");
        else
        {
            try
            {
                using var document = JsonDocument.Parse(DurableFile.Read(_disk, Path.Join(_state, file)));
                if (document.RootElement.ValueKind == JsonValueKind.Object) return document.RootElement.Clone();
                Note(file, "it is no JSON object");
            }
            catch (JsonException e) { Note(file, string.Create(CultureInfo.InvariantCulture, $"it is no JSON (line {(e.LineNumber ?? 0) + 1}); it is left out")); }
        }
        return null;
    }

    private void Note(string field, string why, NoteSort sort = NoteSort.NoEqual)
    {
        if (sort == NoteSort.Changed) _notes.Changed(default, null, field, why);
        else _notes.NoEqual(default, null, field, why);
    }
}
