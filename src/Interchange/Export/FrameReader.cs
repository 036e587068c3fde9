using System.Text.Json;
using Spool.Engine.Definition;

namespace Spool.Interchange.Export;

/// <summary>
/// The frames of a stream with everything known of each: frames.jsonl, metrics.jsonl, selection.jsonl and the annotations are read side by side, a line
/// of each at a time. All have the same frames in the same order (annotations perhaps not all of them), so files of different runs or streams are found out.
/// </summary>
public sealed class FrameReader(CuratedStream stream)
{
    private readonly Surroundings _around = Surroundings.Of(stream);
    private readonly IReadOnlySet<long> _unreadable = stream.Unreadable();

    /// <summary>The frames in their order.</summary>
    /// <exception cref="CurationException">A file is damaged, of another run, or names a path outside the input.</exception>
    public IEnumerable<FrameRow> Rows()
    {
        using var frames = stream.Open("frames.jsonl");
        using var metrics = Maybe("metrics.jsonl");
        using var selection = Maybe("selection.jsonl");
        using var annotations = Maybe(CuratedStream.Annotations);
        var annotated = annotations?.Next();
        double? first = null;
        int idle = 0, scene = 0;
        for (var place = 0; frames.Next() is { } frame; place++)
        {
            var index = frames.Whole(frame, "frame_idx");
            var path = frames.Text(frame, "frame_path");
            Within(frames, path);
            var measured = Beside(metrics, index, frames);
            var selected = Beside(selection, index, frames);
            var mine = annotated is { } line && annotations!.Whole(line, "frame_idx") == index;
            if (mine) Same(annotations!, annotated!.Value, path, "annotations");
            if (measured is { } m) Same(metrics!, m, path, "metrics");
            if (selected is { } s && Json.Truth(s, "keep") is null) throw selection!.Fault("has neither true nor false for 'keep'");
            var seconds = Json.Number(frame, "pts_s");
            first ??= seconds;
            yield return new FrameRow
            {
                Place = place,
                Index = index,
                Path = path,
                Frame = frame,
                Metrics = measured,
                Annotated = mine ? annotated : null,
                Keep = selected is { } kept ? Json.Truth(kept, "keep") : null,
                Rule = selected is { } ruled ? Json.Text(ruled, "rule") : null,
                Group = _around.Groups.TryGetValue(index, out var group) ? group.Group : null,
                Represents = group.Group is null ? null : group.Represents,
                Idle = IsIdle(index, ref idle),
                Scene = SceneOf(index, seconds - first, ref scene),
                Readable = !_unreadable.Contains(index) && !(measured is { } seen && seen.TryGetProperty("error", out _)),
            };
            if (mine) annotated = annotations!.Next();
        }
        Over(metrics, frames);
        Over(selection, frames);
        if (annotated is { } left) throw annotations!.Fault($"tells of frame {annotations.Whole(left, "frame_idx")}, which is no frame of {stream.Name} or stands out of its order in {frames.Name}; annotate these frames again, or put the lines in order");
    }

    private LineFile? Maybe(string file) => stream.Has(file) ? stream.Open(file) : null;

    private JsonElement? Beside(LineFile? file, long index, LineFile frames)
    {
        if (file is null) return null;
        if (file.Next() is not { } line) throw new CurationException($"{file.Name} ends after line {file.Line}, but {frames.Name} goes on: they are not of one run; finish the curation: spool run");
        var found = file.Whole(line, "frame_idx");
        return found == index ? line : throw file.Fault($"is about frame {found}, where {frames.Name} has frame {index}: they are not of one run; finish the curation: spool run");
    }

    private static void Over(LineFile? file, LineFile frames)
    {
        if (file?.Next() is not null) throw file.Fault($"has no frame in {frames.Name}: they are not of one run; finish the curation: spool run");
    }

    private static void Same(LineFile file, JsonElement line, string path, string what)
    {
        if (Json.Text(line, "frame_path") is { } other && other != path)
            throw file.Fault($"is about {other}, where the frame of this number is {path}: these {what} belong to other frames; make them anew for these");
    }

    private static void Within(LineFile file, string path)
    {
        if (Paths.Normalise(path) != path || path.EndsWith('/') || path.Contains('\0', StringComparison.Ordinal)) throw file.Fault($"names the file '{TerminalText(path)}', which is no plain path below the input; nothing is read from there");
    }

    private static string TerminalText(string text) => new([.. text.Take(200).Select(c => char.IsControl(c) ? '?' : c)]);

    private bool? IsIdle(long index, ref int at)
    {
        if (_around.Idle is not { } stretches) return null;
        while (at < stretches.Count && stretches[at].Last < index) at++;
        return at < stretches.Count && index > stretches[at].First;
    }

    /// <summary>Films go by time, because their cuts are numbered by an even rate; pictures by number.</summary>
    private int? SceneOf(long index, double? seconds, ref int at)
    {
        if (_around.Scenes is not { } scenes) return null;
        while (at < scenes.Count && (stream.IsFilm && seconds is { } s && scenes[at].Seconds is { } start ? start <= s + 0.0005 : scenes[at].Frame <= index)) at++;
        return Math.Max(1, at);
    }
}
