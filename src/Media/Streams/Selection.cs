namespace Spool.Media.Streams;

/// <summary>Which frames go; each rule can be left out.</summary>
/// <param name="Every">One frame of so many numbers stays; 1 for all.</param>
/// <param name="PerShot">At most so many frames of a shot stay, evenly spread; 0 for all.</param>
public sealed record SelectionRules(bool Blurry = true, bool Dark = true, bool Duplicates = true, bool Idle = false, int Every = 1, int PerShot = 0);

/// <summary>What is known of the frames beside their own figures.</summary>
/// <param name="Spare">Members of groups of duplicates that are not the representative.</param>
/// <param name="Idle">Stretches without motion, first and last number; all but the first frame of one is idle.</param>
/// <param name="ShotStarts">First numbers of the shots, ascending.</param>
public sealed record FrameSurroundings(IReadOnlySet<long> Spare, IReadOnlyList<(long First, long Last)> Idle, IReadOnlyList<long> ShotStarts);

/// <summary>A frame as the rules see it.</summary>
public readonly record struct FlaggedFrame(long Index, bool IsUnreadable, bool IsBlurry, bool IsDark);

/// <summary>How many frames a rule concerns, and how many of them no earlier rule had dropped.</summary>
public sealed record RuleCount(string Rule, int Matched, int First);

/// <summary>What becomes of a frame: the rule that dropped it, or the person who kept it; null: no rule speaks against it.</summary>
public readonly record struct Selected(long Index, bool Keep, string? Rule);

/// <summary>
/// Decides what stays: a person's word first, then the rules in a fixed order, each with the number of frames it concerns and the number it
/// was the first to drop, so that one sees what a rule costs. Rules that thin out (every n-th, per shot) look only at what is left, so that a
/// blurry frame never takes the place of a sharp one.
/// </summary>
public static class Selection
{
    public const string KeptByPerson = "person: keep", DroppedByPerson = "person: drop";

    public static (IReadOnlyList<Selected> Frames, IReadOnlyList<RuleCount> Rules) Of(IReadOnlyList<FlaggedFrame> frames, FrameSurroundings around, SelectionRules rules, IReadOnlyDictionary<long, bool> people)
    {
        var dropped = new string?[frames.Count];
        var kept = new bool[frames.Count];
        var counts = new List<RuleCount>();
        for (var i = 0; i < frames.Count; i++) kept[i] = people.TryGetValue(frames[i].Index, out var keep) && keep && !frames[i].IsUnreadable;
        var words = kept.Count(k => k);
        if (words > 0) counts.Add(new(KeptByPerson, words, 0));
        if (people.Values.Any(keep => !keep)) Rule(DroppedByPerson, i => people.TryGetValue(frames[i].Index, out var keep) && !keep);
        Rule("unreadable", i => frames[i].IsUnreadable);
        if (rules.Blurry) Rule("blurry", i => frames[i].IsBlurry);
        if (rules.Dark) Rule("dark", i => frames[i].IsDark);
        if (rules.Duplicates) Rule("duplicate", i => around.Spare.Contains(frames[i].Index));
        if (rules.Idle)
        {
            var idle = around.Idle.OrderBy(s => s.First).ToList();
            Rule("idle", i => Within(idle, frames[i].Index));
        }
        if (rules.Every > 1) Rule($"not every {rules.Every}th", Thinned(rules.Every));
        if (rules.PerShot > 0) Rule($"more than {rules.PerShot} a shot", Balanced(rules.PerShot));
        return ([.. frames.Select((f, i) => new Selected(f.Index, dropped[i] is null, kept[i] ? KeptByPerson : dropped[i]))], counts);

        void Rule(string name, Func<int, bool> speaksAgainst)
        {
            int matched = 0, first = 0;
            for (var i = 0; i < frames.Count; i++)
            {
                if (!speaksAgainst(i)) continue;
                matched++;
                if (dropped[i] is not null || kept[i]) continue;
                dropped[i] = name;
                first++;
            }
            counts.Add(new(name, matched, first));
        }

        Func<int, bool> Thinned(int every)
        {
            var windows = new HashSet<long>();
            var spare = new HashSet<int>();
            for (var i = 0; i < frames.Count; i++)
                if (dropped[i] is null && !windows.Add((frames[i].Index - frames[0].Index) / every)) spare.Add(i);
            return spare.Contains;
        }

        Func<int, bool> Balanced(int most)
        {
            var spare = new HashSet<int>();
            var left = Enumerable.Range(0, frames.Count).Where(i => dropped[i] is null).ToList();
            foreach (var shot in left.GroupBy(i => Shot(around.ShotStarts, frames[i].Index)))
            {
                var members = shot.ToList();
                if (members.Count <= most) continue;
                var chosen = Enumerable.Range(0, most).Select(k => members[(int)(((2L * k) + 1) * members.Count / (2L * most))]).ToHashSet();
                spare.UnionWith(members.Where(m => !chosen.Contains(m)));
            }
            return spare.Contains;
        }
    }

    private static bool Within(List<(long First, long Last)> stretches, long index)
    {
        int low = 0, high = stretches.Count - 1;
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (index < stretches[middle].First) high = middle - 1;
            else if (index > stretches[middle].Last) low = middle + 1;
            else return index > stretches[middle].First;
        }
        return false;
    }

    private static int Shot(IReadOnlyList<long> starts, long index)
    {
        var shot = 0;
        while (shot < starts.Count && starts[shot] <= index) shot++;
        return shot;
    }
}
