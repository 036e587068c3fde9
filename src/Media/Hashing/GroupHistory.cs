namespace Spool.Media.Hashing;

/// <summary>A group as it was known before: its id and what its members are known by.</summary>
public sealed record KnownGroup(string Id, IReadOnlyList<string> Contents);

/// <summary>
/// Keeps the ids of groups from run to run. A group that holds members of known groups takes the smallest of their ids; the other ids are
/// merged into it. When a known group fell apart, the part with its smallest content keeps the id. What is new is known by its smallest content.
/// </summary>
public static class GroupHistory
{
    /// <summary>The groups with their lasting ids, and what became of the ids that are gone: old id, new id.</summary>
    public static (IReadOnlyList<DuplicateGroup> Groups, IReadOnlyDictionary<string, string> Merged) Carry(
        IReadOnlyList<DuplicateGroup> groups, IReadOnlyList<DuplicateItem> items, IReadOnlyList<KnownGroup> known)
    {
        var groupOf = new Dictionary<string, int>();
        for (var g = 0; g < groups.Count; g++)
            foreach (var member in groups[g].Members) groupOf[items[member].Content] = g;
        // Each known id belongs to the group that holds the smallest of its contents that is still in a group.
        var claims = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var old in known)
            foreach (var content in old.Contents.Order(StringComparer.Ordinal))
                if (groupOf.TryGetValue(content, out var group))
                {
                    claims[old.Id] = group;
                    break;
                }
        var ids = new string?[groups.Count];
        var merged = new Dictionary<string, string>();
        foreach (var (id, group) in claims)
            if (ids[group] is null) ids[group] = id;
            else merged[id] = ids[group]!;
        // A new group must not take an id that another one carries on.
        var taken = claims.Keys.ToHashSet(StringComparer.Ordinal);
        var named = groups.Select((g, i) => g with
        {
            Id = ids[i] ?? (taken.Contains(g.Id) ? g.Members.Select(m => items[m].Content).Order(StringComparer.Ordinal).FirstOrDefault(c => !taken.Contains(c)) ?? g.Id + "+" : g.Id),
        }).ToList();
        return (named, merged);
    }
}
