using System.Text.Json;
using Spool.Engine.Graph;
using Spool.Engine.Planning;
using Spool.Engine.Scheduling;
using Spool.Media.Ffmpeg;
using Spool.Platform;

namespace Spool.App.Cli;

/// <summary>One part of a preview in its order: <c>real</c>, <c>stand-in</c> (made with some) or <c>missing</c> (left out), and where it lies in seconds.</summary>
public sealed record PreviewSegment(string Name, string State, IReadOnlyList<Missing> Missing)
{
    public double? Start { get; init; }
    public double? End { get; init; }
    internal string? File { get; init; }
}

/// <summary>
/// What a preview shows: the film (or the first result), the parts it was joined from, and what is missing in it. Parts are the files of the
/// nearest list of films above the result; their times come from their lengths, scaled to the whole where transitions overlap.
/// </summary>
public sealed record PreviewMap(string? File, IReadOnlyList<PreviewSegment> Segments, IReadOnlyList<Missing> Missing)
{
    public int Real => Segments.Count(s => s.State == "real");
    public int StandIns => Segments.Count(s => s.State == "stand-in");

    public static async Task<PreviewMap> OfAsync(Composition composition, string folder, RunResult result, IReadOnlyList<TaskState> tasks)
    {
        var file = result.Outputs.FirstOrDefault(o => Report.ArtifactTypes.Of(o) == "video") ?? (result.Outputs is [var first, ..] ? first : null);
        var final = file is null ? null : tasks.FirstOrDefault(t => t.Node.Outputs.Any(o => o.Path == file.TrimEnd('/')));
        if (final is null) return new PreviewMap(null, [], [.. tasks.SelectMany(t => t.StandIns).Distinct()]);
        var missing = final.StandIns;
        if (Joined(final, tasks) is not { } list)
            return new PreviewMap(file, [new PreviewSegment(Path.GetFileNameWithoutExtension(file!), missing.Count > 0 ? "stand-in" : "real", missing)], missing);
        var states = tasks.ToDictionary(t => t.Node);
        var segments = list.Refs.Select(r => Segment(r, states, folder, missing)).ToList();
        return new PreviewMap(file, await TimedAsync(composition, Path.Join(folder, file), segments), missing);
    }

    private static InputBinding? Joined(TaskState final, IReadOnlyList<TaskState> tasks)
    {
        var seen = new HashSet<TaskNode>();
        var open = new Queue<TaskNode>([final.Node]);
        while (open.TryDequeue(out var node))
        {
            if (!seen.Add(node)) continue;
            if (node.Inputs.FirstOrDefault(b => b.IsList && b.Refs.Count > 1 && b.Refs.All(r => Report.ArtifactTypes.Of(r.Path) == "video")) is { } list) return list;
            foreach (var producer in node.Producers) open.Enqueue(producer);
        }
        return null;
    }

    private static PreviewSegment Segment(InputRef reference, Dictionary<TaskNode, TaskState> states, string folder, IReadOnlyList<Missing> missing)
    {
        var maker = reference.Producer is { } producer ? states.GetValueOrDefault(producer) : null;
        var name = maker?.Node.Address ?? reference.Path;
        var file = Path.Join(folder, reference.Path);
        if (maker is null && missing.FirstOrDefault(m => m.What == reference.Path) is { } gap) return new PreviewSegment(name, gap.Instead == "left out" ? "missing" : "stand-in", [gap]);
        if (maker is null) return new PreviewSegment(name, "real", []) { File = file };
        return maker.HasOutputs ? new PreviewSegment(name, maker.StandIns.Count > 0 ? "stand-in" : "real", maker.StandIns) { File = file }
            : new PreviewSegment(name, maker.IsStoodIn ? "stand-in" : "missing", [new Missing(name, "stand-in")]);
    }

    private static async Task<IReadOnlyList<PreviewSegment>> TimedAsync(Composition composition, string whole, List<PreviewSegment> segments)
    {
        var lengths = new double[segments.Count];
        for (var i = 0; i < lengths.Length; i++)
            lengths[i] = segments[i] is { File: { } file, State: not "missing" } && composition.Disk.Stat(file) is not null ? await SecondsAsync(composition, file) ?? 0 : 0;
        var (sum, total) = (lengths.Sum(), await SecondsAsync(composition, whole) ?? 0);
        if (sum <= 0 || total <= 0) return segments;
        var at = 0.0;
        return [.. segments.Select((s, i) =>
        {
            var start = at;
            at += lengths[i] * total / sum;
            return lengths[i] > 0 ? s with { Start = Math.Round(start, 2), End = Math.Round(at, 2) } : s;
        })];
    }

    private static async Task<double?> SecondsAsync(Composition composition, string path)
    {
        if (ProgramFinder.Find(composition.Disk, "ffprobe", composition.Environment("PATH")) is not { } program) return null;
        try
        {
            var command = MediaProbe.Command(path, Accepted.Any, false) with { Program = program, WorkingFolder = "/" };
            var result = await composition.Processes.RunAsync(command, new Dictionary<string, string>(), TimeSpan.FromSeconds(20), null, null, CancellationToken.None);
            return result.Succeeded ? MediaProbe.Parse(result.Output).PictureSeconds : null;
        }
        catch (ProcessFailedException) { return null; }
    }

    /// <summary>The map as others read it: <c>{file, real, standins, missing[], segments[{name, state, start_s, end_s, missing[]}]}</c>.</summary>
    public void Write(Utf8JsonWriter write, string? file, bool segments)
    {
        write.WriteString("file", file);
        write.WriteNumber("real", Real);
        write.WriteNumber("standins", StandIns);
        write.WriteStartArray("missing");
        foreach (var one in Missing) write.WriteStringValue(one.What);
        write.WriteEndArray();
        if (!segments) return;
        write.WriteStartArray("segments");
        foreach (var segment in Segments)
        {
            write.WriteStartObject();
            write.WriteString("name", segment.Name);
            write.WriteString("state", segment.State);
            if (segment.Start is { } start) write.WriteNumber("start_s", start);
            if (segment.End is { } end) write.WriteNumber("end_s", end);
            write.WriteStartArray("missing");
            foreach (var one in segment.Missing) write.WriteStringValue(one.ToString());
            write.WriteEndArray();
            write.WriteEndObject();
        }
        write.WriteEndArray();
    }
}
