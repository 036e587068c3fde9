using System.Text.Json;
using Spool.Engine.Journal;

namespace Spool.App.Report;

/// <summary>What is known of a run that is over.</summary>
/// <param name="Lines">The lines of its plan, a task each.</param>
/// <param name="Made">What stands in the workspace, by the key of the task that made it; asked for when it is needed.</param>
public sealed record KnownPlan(IReadOnlyList<JsonElement> Lines, Func<ILookup<string, OwnedPath>> Made)
{
    private ILookup<string, OwnedPath>? _made;

    public static KnownPlan None { get; } = new([], () => Enumerable.Empty<OwnedPath>().ToLookup(o => o.Key));

    /// <summary>Files that the task of a line made, as far as no later run put others in their place.</summary>
    public IReadOnlyList<OwnedPath> OutputsOf(JsonElement line) =>
        line.TryGetProperty("key", out var key) && key.GetString() is { } made && line.GetProperty("status").GetString() is "succeeded" or "reused" ? [.. (_made ??= Made())[made]] : [];
}
