using System.Text.Encodings.Web;
using System.Text.Json;
using Spool.Engine.Journal;
using Spool.Engine.Planning;
using Spool.Engine.Scheduling;
using TaskStatus = Spool.Engine.Planning.TaskStatus;

namespace Spool.App.Report;

/// <summary>
/// Tasks of a run in pages, the worst first or in the order of their names: of a run that goes on from its engine, of one that is over from its plan. What is sent depends on
/// the page that was asked for, never on how many tasks there are.
/// </summary>
public static class TaskPages
{
    private const int MostMarks = 200, MostOutputs = 4;
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Which tasks are wanted.</summary>
    /// <param name="Step">Only of this step; null: of all.</param>
    /// <param name="Status">Only with this word of their status; null: all.</param>
    /// <param name="Text">Only with this in their address; null: all.</param>
    /// <param name="After">How many to pass over.</param>
    /// <param name="Limit">1 to 500.</param>
    public sealed record Wanted(string? Step, string? Status, string? Text, int After, int Limit)
    {
        /// <summary>In the order of their names (2 before 10) instead of the worst first; the answer then also says where the bad ones are.</summary>
        public bool ByName { get; init; }

        public static Wanted Of(JsonElement request)
        {
            return new Wanted(Text("step"), Text("status"), Text("q"), Number("after", 0), Math.Clamp(Number("limit", 50), 1, 500)) { ByName = Text("order") == "name" };

            string? Text(string name) => request.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;
            int Number(string name, int otherwise) => request.TryGetProperty(name, out var value) && value.TryGetInt32(out var number) ? Math.Max(0, number) : otherwise;
        }

        /// <summary>The request as one asks an engine.</summary>
        public void Write(Utf8JsonWriter json)
        {
            json.WriteString("verb", "tasks");
            if (Step is not null) json.WriteString("step", Step);
            if (Status is not null) json.WriteString("status", Status);
            if (Text is not null) json.WriteString("q", Text);
            json.WriteNumber("after", After);
            json.WriteNumber("limit", Limit);
            if (ByName) json.WriteString("order", "name");
        }

        internal bool Has(string task, string step, string status) => (Step is null || step == Step) && (Status is null || status == Status) && (Text is null || task.Contains(Text, StringComparison.OrdinalIgnoreCase));
    }

    private sealed record Row(string Task, string Step, string? Item, string Status, IReadOnlyList<Reason> Reasons, double? Seconds, string? Failure, Func<IReadOnlyList<OwnedPath>> Outputs);

    /// <summary>A page of a run that goes on.</summary>
    public static byte[] Page(IReadOnlyList<TaskState> tasks, IReadOnlyList<StepState> open, Wanted wanted) =>
        Page(tasks.Where(t => !RunExport.IsLeftOut(t)).Select(t => (Rank: TaskEntries.Rank(t.Status), Row: new Row(t.Node.Address, t.Node.Step.Id, t.Node.Item?.Id, RunExport.Word(t.Status), t.Reasons, t.StartedAt > 0 ? LanePlan.Length(t) : null, t.Failure?.Sentence, () => Outputs(t))))
            .Concat(open.Select(s => (TaskEntries.Rank(s.Status), new Row(s.Step.WholeAddress, s.Step.Id, null, RunExport.Word(s.Status), s.Reasons, null, null, () => [])))), wanted);

    /// <summary>A page of a run that is over.</summary>
    /// <param name="plan">Its plan, and what its tasks made.</param>
    public static byte[] Page(KnownPlan plan, Wanted wanted) => Page(plan.Lines.Select(line =>
    {
        var (task, step, status) = (line.GetProperty("task").GetString()!, line.GetProperty("step").GetString()!, line.GetProperty("status").GetString()!);
        var item = task.Length > step.Length + 1 && task.StartsWith(step, StringComparison.Ordinal) ? task[(step.Length + 1)..] : null;
        return (RankOf(status), new Row(task, step, item, status, Reasons(line), null, null, () => plan.OutputsOf(line)));
    }), wanted);

    private static int RankOf(string word) => Enum.TryParse<TaskStatus>(word, ignoreCase: true, out var status) ? TaskEntries.Rank(status) : 4;

    private static IReadOnlyList<Reason> Reasons(JsonElement line) => line.TryGetProperty("reasons", out var reasons)
        ? [.. reasons.EnumerateArray().Select(r => new Reason(r.GetProperty("code").GetString()!, r.GetProperty("text").GetString()!))] : [];

    private static byte[] Page(IEnumerable<(int Rank, Row Row)> rows, Wanted wanted)
    {
        var found = rows.Where(r => wanted.Has(r.Row.Task, r.Row.Step, r.Row.Status)).Select((r, i) => (r.Rank, Index: i, r.Row)).ToList();
        var sorted = wanted.ByName ? found.OrderBy(r => r.Row.Task, ByNumber.Comparer) : found.OrderBy(r => r.Rank).ThenBy(r => r.Index);
        var all = sorted.ToList();
        var shown = all.Skip(wanted.After).Take(wanted.Limit).Select(r => r.Row);
        return Json(json =>
        {
            json.WriteStartArray("tasks");
            foreach (var row in shown)
            {
                json.WriteStartObject();
                json.WriteString("task", row.Task);
                json.WriteString("step", row.Step);
                if (row.Item is not null) json.WriteString("item", row.Item);
                json.WriteString("status", row.Status);
                Cli.JsonOut.Reasons(json, row.Reasons);
                if (row.Seconds is { } seconds) json.WriteNumber("seconds", Math.Round(seconds, 3));
                if (row.Failure is not null) json.WriteString("failure", row.Failure);
                Outputs(json, row.Outputs().Take(MostOutputs));
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteNumber("total", found.Count);
            if (wanted.After + wanted.Limit < found.Count) json.WriteNumber("next", wanted.After + wanted.Limit);
            else json.WriteNull("next");
            if (wanted.ByName) Marks(json, [.. all.Select(r => (r.Rank, r.Row.Status))]);
        });
    }

    /// <summary>Where the bad ones are: at most <see cref="MostMarks"/> stretches of the list, each in the state of its worst task; good ones are left out.</summary>
    private static void Marks(Utf8JsonWriter json, IReadOnlyList<(int Rank, string Status)> all)
    {
        json.WriteStartArray("marks");
        var size = Math.Max(1, (all.Count + MostMarks - 1) / MostMarks);
        for (var from = 0; from < all.Count; from += size)
        {
            var (rank, status) = all.Skip(from).Take(size).MinBy(r => (r.Rank, r.Status == "running"));
            if (rank > TaskEntries.Rank(TaskStatus.Cancelled) || status == "running") continue;
            json.WriteStartObject();
            json.WriteNumber("from", from);
            json.WriteNumber("count", Math.Min(size, all.Count - from));
            json.WriteString("status", status);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    /// <summary>Files that a task made, as a page shows them.</summary>
    public static void Outputs(Utf8JsonWriter json, IEnumerable<OwnedPath> outputs)
    {
        json.WriteStartArray("artifacts");
        foreach (var output in outputs)
        {
            json.WriteStartObject();
            json.WriteString("path", output.Path);
            json.WriteString("type", ArtifactTypes.Of(output.Path));
            json.WriteNumber("bytes", output.Bytes);
            json.WriteString("digest", output.Digest);
            json.WriteString("producer", output.Task);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static IReadOnlyList<OwnedPath> Outputs(TaskState task) =>
        task.HasOutputs ? [.. task.Outputs.Where(o => !o.IsFolder).Select(o => new OwnedPath(o.Path, "", task.Node.Step.Id, task.Node.Address, task.Key ?? "", o.Digest.ToString(), o.Bytes, null))] : [];

    /// <summary>All that is known of one task of a run that goes on, as on the page, and the log that its tool writes into; an error for an unknown one.</summary>
    public static byte[] One(RunView view, PlannerWorld world, string address)
    {
        if (view.Tasks.FirstOrDefault(t => t.Node.Address == address) is not { } task) return Json(json => json.WriteString("error", $"there is no task {address}"));
        var result = new RunResult(view.Id, "running", view.Count(), TimeSpan.Zero, [], view.Tasks, view.OpenSteps()) { StartedAt = view.Tasks.Where(t => t.StartedAt > 0).Select(t => t.StartedAt).DefaultIfEmpty(0).Min() };
        var entry = new TaskEntries(world, result, EarlierRuns.Read(world, view.Id), ReportLimits.Usual).Of(task);
        return Json(json =>
        {
            json.WritePropertyName("task");
            JsonSerializer.Serialize(json, entry, ReportJson.Default.ReportedTask);
            Outputs(json, Outputs(task));
            if (task.Folder is { } folder) json.WriteString("log", Path.Join(folder, "log"));
        });
    }

    private static byte[] Json(Action<Utf8JsonWriter> fields)
    {
        var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            fields(json);
            json.WriteEndObject();
        }
        buffer.WriteByte((byte)'\n');
        return buffer.ToArray();
    }
}
