using System.Text.Json.Nodes;
using Spool.Engine;
using Spool.Models.Providers;

namespace Spool.Steps.Generate;

/// <summary>
/// What an audit finds: <c>{model, total_assets, total_frames_analyzed, findings: [{asset, frame, at, feedback, is_critical}], critical_issues}</c>. The model gives findings
/// of one asset at a time and is told what is critical; names and counts are put in here, where they are known.
/// </summary>
internal sealed class AuditReport(StepContext context, string model)
{
    private const string Rules = """
        You audit material for a video production. Report only faults that you can really see; an empty list is a good answer.
        A finding is critical when the result must not be published with it, above all:
        """;

    private readonly JsonArray _findings = [];
    private int _assets, _frames;

    internal static IReadOnlyList<string> Words { get; } = ["error", "broken", "corrupt", "missing", "blank", "black screen"];

    /// <summary>What the model is told about its work.</summary>
    internal static ChatMessage System(string? criteria, IReadOnlyList<string> critical) =>
        new("system", $"{Rules.ReplaceLineEndings(" ").Trim()} {string.Join(", ", critical)}.{(string.IsNullOrWhiteSpace(criteria) ? "" : " Look also for this: " + criteria.Trim())}");

    /// <summary>The schema of the findings of one asset. With frames each says which one it is about.</summary>
    internal static JsonObject Schema(int frames)
    {
        var finding = new JsonObject { ["feedback"] = new JsonObject { ["type"] = "string", ["minLength"] = 1 }, ["is_critical"] = new JsonObject { ["type"] = "boolean" } };
        if (frames > 0) finding["frame"] = new JsonObject { ["type"] = "integer", ["minimum"] = 1, ["maximum"] = frames };
        return new JsonObject
        {
            ["type"] = "object",
            ["properties"] = new JsonObject
            {
                ["findings"] = new JsonObject
                {
                    ["type"] = "array",
                    ["items"] = new JsonObject { ["type"] = "object", ["properties"] = finding, ["required"] = new JsonArray([.. finding.Select(p => (JsonNode)p.Key)]), ["additionalProperties"] = false },
                },
            },
            ["required"] = new JsonArray("findings"),
            ["additionalProperties"] = false,
        };
    }

    /// <summary>Takes in the findings of one asset.</summary>
    /// <param name="times">Seconds of the frames that were shown; empty for texts.</param>
    internal void Add(string asset, JsonNode answer, IReadOnlyList<double?> times)
    {
        _assets++;
        _frames += times.Count;
        foreach (var finding in JsonText.At(answer, "findings") as JsonArray ?? [])
        {
            var frame = times.Count > 0 ? JsonText.Count(JsonText.At(finding, "frame")) : null;
            var seconds = frame is { } n ? times[(int)n - 1] : null;
            _findings.Add((JsonNode)new JsonObject
            {
                ["asset"] = asset,
                ["frame"] = frame,
                ["at"] = seconds is { } s ? Math.Round((decimal)s, 3) : null,
                ["feedback"] = JsonText.Text(finding, "feedback"),
                ["is_critical"] = JsonText.At(finding, "is_critical")?.DeepClone(),
            });
        }
    }

    /// <summary>Writes the report; whether it has criticals decides the step only when that is wanted.</summary>
    internal StepResult Write(OutputFile output, bool failOnCritical)
    {
        var critical = _findings.Where(f => f!["is_critical"]!.GetValue<bool>()).Select(f => $"{f!["asset"]}: {f["feedback"]}").ToList();
        var report = new JsonObject
        {
            ["model"] = model,
            ["total_assets"] = _assets,
            ["total_frames_analyzed"] = _frames,
            ["findings"] = _findings,
            ["critical_issues"] = new JsonArray([.. critical.Select(c => (JsonNode)c)]),
        };
        context.WriteText(output, JsonText.Canonical(report, indented: true) + "\n");
        context.Fact("findings", $"{_findings.Count}, {critical.Count} critical");
        return critical.Count > 0 && failOnCritical
            ? StepResult.Failed(FailureKind.Rejected, $"the audit found what must not stay: {critical[0]}{(critical.Count > 1 ? $" (and {critical.Count - 1} more)" : "")}", "mend it, or set fail-on-critical: false to have the report alone")
            : StepResult.Done;
    }

    /// <summary>Names of assets as a report shows them: the file's, numbered where several have the same.</summary>
    internal static IReadOnlyList<string> Names(InputList files)
    {
        var many = files.Files.GroupBy(f => f.Name).Where(g => g.Count() > 1).Select(g => g.Key).ToHashSet();
        return [.. files.Files.Select((f, i) => many.Contains(f.Name) ? $"{f.Name} ({i + 1})" : f.Name)];
    }
}
