using System.Text.Json;
using Spool.App.Index;
using Spool.App.Queue;
using Spool.Engine.Scheduling;

namespace Spool.App.Cli;

/// <summary>A run of the server, looked into: how it stands, its steps, what it made; and the workspace that made some bytes.</summary>
internal static class ServedShow
{
    /// <summary>Shows a run; gives the exit code.</summary>
    internal static int Run(Composition composition, ServerRuns runs, QueuedRun run, bool json)
    {
        var outlook = new Foresight(runs.Place, runs.Queue, composition.Time).Of(run);
        var steps = RunPage.Look(runs.Place, run.Id, root => root.GetProperty("steps").Clone());
        var finals = RunPage.Look(runs.Place, run.Id, root => root.GetProperty("finals").EnumerateArray().Select(f => f.GetString()!).ToList()) ?? [];
        if (json)
        {
            JsonOut.Line(w =>
            {
                run.Write(w, outlook);
                w.WriteStartArray("steps");
                if (steps.ValueKind == JsonValueKind.Array) foreach (var step in steps.EnumerateArray()) Step(w, step);
                w.WriteEndArray();
                w.WriteStartArray("finals");
                foreach (var final in finals) w.WriteStringValue(final);
                w.WriteEndArray();
            });
            return Verb.Done;
        }
        ServerTable.Print(composition, runs, [run]);
        Console.WriteLine($"workspace {TerminalText.Plain(run.Job.Place)}");
        if (run.Problem is { } problem) Console.WriteLine("problem   " + TerminalText.Plain(problem));
        if (run.Rating is { } rating) Console.WriteLine($"rating    {rating} of 5");
        if (steps.ValueKind == JsonValueKind.Array)
        {
            var rows = new List<string[]> { new[] { "STEP", "KIND", "TASKS", "TOOK" } };
            foreach (var step in steps.EnumerateArray())
                rows.Add([TerminalText.Plain(step.GetProperty("id").GetString()!), step.GetProperty("kind").GetString()!, string.Join(", ", step.GetProperty("counts").EnumerateObject().Select(c => $"{c.Value} {c.Name}")), Words.Duration(step.GetProperty("seconds").GetDouble())]);
            Columns.Print(Console.Out, rows);
        }
        foreach (var final in finals) Console.WriteLine("  " + TerminalText.Plain(final));
        return Verb.Done;
    }

    private static void Step(Utf8JsonWriter w, JsonElement step)
    {
        w.WriteStartObject();
        w.WriteString("step", step.GetProperty("id").GetString());
        w.WriteString("kind", step.GetProperty("kind").GetString());
        w.WritePropertyName("tasks");
        step.GetProperty("counts").WriteTo(w);
        w.WriteNumber("seconds", step.GetProperty("seconds").GetDouble());
        w.WriteEndObject();
    }

    /// <summary>The workspace whose run made some bytes, by the index; null where it is not known.</summary>
    internal static string? WorkspaceOf(ServerRuns runs, string digest)
    {
        using var index = RunIndex.Read(runs.Place);
        return index is null ? null : IndexQuery.WorkspaceOf(index, digest) is { } found && Directory.Exists(new WorkspacePaths(found).Spool) ? found : null;
    }
}
