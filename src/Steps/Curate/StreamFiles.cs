using System.Text.Json;
using Spool.Engine;
using Spool.Media.Metrics;
using Spool.Media.Streams;

namespace Spool.Steps.Curate;

/// <summary>How the steps of a curation read each other's files: a file of another form ends the step with a sentence that says so.</summary>
internal static class StreamFiles
{
    internal static T Reading<T>(this StepContext context, InputFile file, string made, Func<string, T> read)
    {
        try { return read(context.Full(file.Path)); }
        catch (Exception e) when (e is JsonException or FormatException or KeyNotFoundException or InvalidOperationException)
        {
            throw new StepFailedException(new Failure(FailureKind.BadOutput, $"{file.Name} cannot be read: {e.Message}") { Next = $"make it with {made}" });
        }
    }

    /// <summary>What a step needs of each frame; the rest of a line is let go at once, so that long streams stay small.</summary>
    internal static List<T> Frames<T>(this StepContext context, InputFile file, Func<FrameLine, T> needed) => context.Reading(file, "curate.flag", path => StreamLines.Frames(context.Disk, path).Select(needed).ToList());

    /// <summary>The lines once more, one at a time.</summary>
    internal static IEnumerable<FrameLine> Lines(this StepContext context, InputFile file) => StreamLines.Frames(context.Disk, context.Full(file.Path));

    internal static StreamReport Report(this StepContext context, InputFile file) => context.Reading(file, "curate.flag", _ => StreamReport.Read(context.ReadBytes(file)));

    /// <summary>What a stream may be called in decisions: its id, and for a film the path of its frames.</summary>
    internal static IReadOnlyCollection<string> NamesOf(string id, FrameLine? first) => first?.Seconds is null ? [id] : [id, first.Path];

    /// <summary>The decisions of people about a stream; none without a file.</summary>
    internal static StreamDecisions Decided(this StepContext context, InputFile? file, IReadOnlyCollection<string> stream, IEnumerable<(long Index, double? Seconds)> frames, InputFile? hashes)
    {
        if (file is null) return StreamDecisions.None;
        Decisions all;
        try { all = Decisions.Read(context.ReadBytes(file)); }
        catch (DecisionFault e) { throw new StepFailedException(new Failure(FailureKind.BadOutput, $"the decisions {e.Message}") { Next = "correct that line of overrides.jsonl" }); }
        if (all.All.Count == 0) return StreamDecisions.None;
        var contents = hashes is null ? null : context.Reading(hashes, "curate.flag", path => StreamLines.Hashes(context.Disk, path).ToDictionary(h => h.Index, h => h.Hash));
        return all.For(stream, [.. frames.Select(f => (f.Index, contents?.GetValueOrDefault(f.Index), f.Seconds))]);
    }
}
