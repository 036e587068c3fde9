namespace Spool.App.Queue;

/// <summary>What a person says of a review.</summary>
/// <param name="Shown">The digest of what was looked at; null: whatever is shown now.</param>
/// <param name="Over">Also approves what was rejected before.</param>
public sealed record ReviewVerdict(string Review, string Verdict, string? Note, string? At, string? Input, string? Shown, string Who, bool Over = false);
