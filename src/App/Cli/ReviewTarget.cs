using System.Globalization;
using System.Text.RegularExpressions;
using Spool.Engine.Scheduling;

namespace Spool.App.Cli;

/// <summary>Where reviews are looked for: the workflow of a run (given, or the last one) in a workspace, found from any folder.</summary>
public static partial class ReviewTarget
{
    public static WorkflowFile Locate(Composition composition, string? file, string? workspace, string? run)
    {
        if (file is not null || (workspace is null && run is null)) return WorkflowFile.Locate(composition, file, workspace);
        var past = PastRuns.Read(composition, workspace);
        var meant = past.Run(run);
        var path = Path.IsPathRooted(meant.Workflow) ? meant.Workflow : Path.Join(past.Paths.Workspace, meant.Workflow);
        return new WorkflowFile(path, past.Paths.Workspace, false);
    }

    /// <summary>A note with its place in time in front: <c>at 0:14.2: too fast</c>. Times are seconds, m:ss or h:mm:ss with a fraction; two of them with a dash are a range.</summary>
    public static IReadOnlyList<string> Notes(string? note, string? at)
    {
        if (at is null) return note is null ? [] : [note];
        var times = at.Split('-', 2);
        foreach (var time in times)
            if (!Time().IsMatch(time)) throw new UsageException($"'{at}' is no time; write seconds or minutes: --at 14.2, --at 0:14.2, or a range --at 0:14-0:20");
        if (times.Length == 2 && Seconds(times[1]) <= Seconds(times[0])) throw new UsageException($"the range {at} ends before it begins");
        return [$"at {at}: {(string.IsNullOrWhiteSpace(note) ? "here" : note)}"];
    }

    private static double Seconds(string time) => time.Split(':').Aggregate(0.0, (sum, part) => (sum * 60) + double.Parse(part, CultureInfo.InvariantCulture));

    [GeneratedRegex(@"^(\d{1,2}:)?(\d{1,3}:)?\d{1,5}(\.\d{1,3})?$", RegexOptions.NonBacktracking)]
    private static partial Regex Time();

    /// <summary>Hands a decision to the engine that owns the workspace; null when none does.</summary>
    public static (bool Taken, string Said)? AskOwner(Composition composition, WorkflowFile file, string? review, ReviewDecision decision)
    {
        if (PastRuns.LivingOwner(composition, new WorkspacePaths(file.Workspace)) is not { Socket: { } socket }) return null;
        var answer = OwnerSocket.Ask(socket, w =>
        {
            w.WriteString("verb", "decide");
            w.WriteString("review", review);
            w.WriteString("verdict", decision.Verdict);
            w.WriteString("who", decision.Who);
            w.WriteString("input", decision.Input);
            w.WriteBoolean("discard_edit", decision.DiscardEdit);
            if (decision.Since is { } since) w.WriteNumber("since", since);
            w.WriteStartArray("notes");
            foreach (var note in decision.Notes) w.WriteStringValue(note);
            w.WriteEndArray();
        });
        return answer is { } said && said.TryGetProperty("taken", out var taken) ? (taken.GetBoolean(), said.GetProperty("said").GetString()!) : null;
    }
}
