namespace Spool.Engine.Planning;

/// <summary>Compares the parts of two keys and says in words what changed.</summary>
public static class KeyDifference
{
    private const int MostShown = 60;

    public static IReadOnlyList<Reason> Between(IReadOnlyList<string[]> before, IReadOnlyList<string[]> now)
    {
        var old = before.ToDictionary(p => p[0], p => p[1]);
        var reasons = new List<Reason>();
        var seen = new HashSet<string>();
        foreach (var part in now)
        {
            seen.Add(part[0]);
            if (!old.TryGetValue(part[0], out var value)) reasons.Add(Describe(part[0], null, part[1]));
            else if (value != part[1]) reasons.Add(Describe(part[0], value, part[1]));
        }
        foreach (var part in before)
            if (!seen.Contains(part[0])) reasons.Add(Describe(part[0], part[1], null));
        // Of a long list one line is enough.
        var lists = reasons.Where(r => r.Code == "input-list").ToList();
        if (lists.Count > 1)
        {
            reasons.RemoveAll(r => r.Code == "input-list");
            reasons.Add(lists[0] with { Text = $"{lists[0].Text} and {lists.Count - 1} more" });
        }
        return [.. reasons.Select(r => r.Code == "input-list" ? r with { Code = "input" } : r)];
    }

    private static Reason Describe(string field, string? old, string? now)
    {
        var space = field.IndexOf(' ', StringComparison.Ordinal);
        var (sort, name) = space < 0 ? (field, "") : (field[..space], field[(space + 1)..]);
        return sort switch
        {
            "input" when now is null => new("input-list", $"input {name}: no longer read"),
            "input" when old is null => new("input-list", $"input {name}: new"),
            "input" => new(name.Contains(' ', StringComparison.Ordinal) ? "input-list" : "input", Shape(old) != Shape(now) ? $"input {name}: {Shape(old)} -> {Shape(now)}" : $"input {name}: content changed"),
            "option" => new("option", $"option {name}: {Shorten(old)} -> {Shorten(now)}"),
            "tool" => new("tool", $"tool {name} {Shorten(old)} -> {Shorten(now)}"),
            "kind" => new("kind", $"step kind {old} -> {now}"),
            "salt" => new("redo", "a new attempt was asked for"),
            "env" => new("env", $"environment {name}: {Shorten(old)} -> {Shorten(now)}"),
            _ => new("key", $"{field}: {Shorten(old)} -> {Shorten(now)}"),
        };
    }

    private static string Shape(string value) => value.Contains(' ', StringComparison.Ordinal) ? value[..value.LastIndexOf(' ')] : value;

    private static string Shorten(string? value) => value is null ? "none" : value.Length <= MostShown ? value.ReplaceLineEndings("⏎") : value[..MostShown].ReplaceLineEndings("⏎") + "…";
}
