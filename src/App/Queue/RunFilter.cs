using System.Text;

namespace Spool.App.Queue;

/// <summary>Which runs are wanted; what is null asks nothing.</summary>
/// <param name="Status">Words of statuses, any of them.</param>
/// <param name="Text">Somewhere in name, workspace, label or error, whatever its case.</param>
/// <param name="Since">Submitted at or after this, Unix milliseconds.</param>
/// <param name="Until">Submitted before this.</param>
/// <param name="Rating">At least so many stars.</param>
public sealed record RunFilter(IReadOnlyList<string>? Status, string? Text, string? Workflow, string? Workspace, string? Label, int? Rating, long? Since, long? Until)
{
    /// <summary>Only runs of exactly this workspace, absolute.</summary>
    public string? Place { get; init; }

    public static RunFilter None { get; } = new(null, null, null, null, null, null, null, null);

    public static IReadOnlyList<string> Statuses { get; } = ["queued", "running", "waiting", "paused", "succeeded", "failed", "cancelled"];

    /// <summary>The first word of a list that is no status; null when all are.</summary>
    public static string? UnknownStatus(string words) => words.Split(',').FirstOrDefault(w => !Statuses.Contains(w));

    public bool Takes(QueuedRun run) => (Status is null || Status.Contains(run.Status)) && Has(run.Job.Workflow, Workflow) && (Workspace is null || run.Job.Place == Workspace || Has(run.Job.Place, Workspace)) && (Place is null || run.Job.Place == Place) && Has(run.Label ?? "", Label)
        && (Rating is null || run.Rating >= Rating) && (Since is null || run.SubmittedAt >= Since) && (Until is null || run.SubmittedAt < Until)
        && (Text is null || Has(run.Name, Text) || Has(run.Job.Place, Text) || Has(run.Label ?? "", Text) || Has(run.Problem ?? "", Text));

    private static bool Has(string value, string? wanted) => wanted is null || value.Contains(wanted, StringComparison.OrdinalIgnoreCase);

    /// <summary>The same as conditions on the table of runs; texts are values, never part of the condition.</summary>
    internal void Write(StringBuilder where, List<(string, object?)> values)
    {
        if (Status is not null)
        {
            where.Append(" AND status IN (").AppendJoin(',', Status.Select((_, i) => $"$s{i}")).Append(')');
            for (var i = 0; i < Status.Count; i++) values.Add(($"$s{i}", Status[i]));
        }
        Like("workflow", Workflow);
        Like("workspace", Workspace);
        Like("label", Label);
        if (Place is not null) Add("workspace = $place", "$place", Place);
        if (Rating is not null) Add("rating >= $rating", "$rating", Rating);
        if (Since is not null) Add("submitted_at >= $since", "$since", Since);
        if (Until is not null) Add("submitted_at < $until", "$until", Until);
        if (Text is not null) Add("(instr(lower(name || char(10) || workspace || char(10) || coalesce(label,'') || char(10) || coalesce(error_message,'')), lower($text)) > 0)", "$text", Text);

        void Like(string column, string? wanted)
        {
            if (wanted is not null) Add($"instr(lower(coalesce({column},'')), lower(${column})) > 0", "$" + column, wanted);
        }

        void Add(string condition, string name, object? value)
        {
            where.Append(" AND ").Append(condition);
            values.Add((name, value));
        }
    }
}
