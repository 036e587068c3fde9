using System.Globalization;
using Spool.Platform;

namespace Spool.Engine.Attempts;

/// <summary>Makes a failure of a tool's bad end: the sort of failure and the one line of its output that says it best.</summary>
public static class ToolFailure
{
    private static readonly string[] Telling =
        ["error", "invalid", "cannot", "can't", "could not", "couldn't", "failed", "no such", "not found", "denied", "unable", "unknown", "missing", "refused", "killed", "no space"];

    public static Failure Of(ToolCommand command, ToolResult result, TimeSpan? timeout)
    {
        var line = DecisiveLine(result.Tail);
        var failure = new Failure(FailureKind.ToolFailed, $"{command.Program} ended with exit code {result.ExitCode}")
        {
            DecisiveLine = line,
            ExitCode = result.ExitCode,
            Command = command.Quoted,
            LogTail = result.Tail,
        };
        if (result.TimedOut)
        {
            var limit = timeout?.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture);
            return failure with { Kind = FailureKind.TimedOut, Sentence = $"{command.Program} was stopped after {limit} s (timeout)" };
        }
        if (result.Tail.Contains("No space left on device", StringComparison.OrdinalIgnoreCase))
            return failure with { Kind = FailureKind.OutOfDisk, Sentence = $"the disk is full ({command.Program})", Next = "free some space, then run again" };
        if (result.Tail.Contains("Cannot allocate memory", StringComparison.OrdinalIgnoreCase))
            return failure with { Kind = FailureKind.OutOfMemory, Sentence = $"{command.Program} ran out of memory" };
        if (result.Signal == 9)
            return failure with { Kind = FailureKind.OutOfMemory, Sentence = $"{command.Program} was killed (signal 9), most often for want of memory" };
        return result.Signal != 0 ? failure with { Sentence = $"{command.Program} was ended by signal {result.Signal}" } : failure;
    }

    /// <summary>The last line that sounds like a cause; else the last line.</summary>
    public static string? DecisiveLine(string tail)
    {
        var lines = tail.Split(['\n', '\r'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return lines.LastOrDefault(l => !l.StartsWith("Conversion failed", StringComparison.Ordinal) && Telling.Any(t => l.Contains(t, StringComparison.OrdinalIgnoreCase)))
            ?? lines.LastOrDefault();
    }
}
