using System.Numerics;

namespace Spool.Media.Hashing;

/// <summary>How pictures form a group.</summary>
public enum Linkage
{
    /// <summary>Every member is within the distance of the representative: a slow pan does not become one group.</summary>
    Representative,
    /// <summary>Every member is within the distance of some other member.</summary>
    Single,
}

/// <summary>A picture that may be a duplicate.</summary>
/// <param name="Index">Its number in the stream.</param>
/// <param name="Content">What its content is known by (hexadecimal digest): ids of groups are made of it.</param>
/// <param name="Sharpness">The sharpest member represents the group; 0 where unknown.</param>
public sealed record DuplicateItem(long Index, ulong Hash, string Content, double Sharpness)
{
    /// <summary>A picture without structure: its hash says nothing, so it is in no group.</summary>
    public bool IsFlat { get; init; }
}

/// <summary>How near and how linked.</summary>
/// <param name="Distance">Bits that may differ, 0..64.</param>
/// <param name="Window">Only pictures at most so many numbers apart are compared; null for all.</param>
public sealed record DuplicateRule(int Distance = 6, Linkage Linkage = Linkage.Representative, long? Window = null);

/// <summary>A group of at least two; places in the list of items, ascending.</summary>
/// <param name="Id">Kept as long as its oldest member stays: the smallest content of the members, or the id of the group it grew from.</param>
/// <param name="Distances">Bits between each member and the representative.</param>
public sealed record DuplicateGroup(string Id, int Representative, IReadOnlyList<int> Members, IReadOnlyList<int> Distances)
{
    /// <summary>1 - d / 64 of a member.</summary>
    public double Confidence(int member) => 1 - (Distances[member] / 64.0);
}

/// <summary>
/// Groups of near-equal pictures. Equal hashes are collapsed first (a still camera gives thousands), then near ones are found by
/// <see cref="HammingIndex"/>. With representative linkage the sharpest free picture takes all free pictures within the distance, then the next
/// one: the result depends on the pictures alone, not on their order or on the number of workers.
/// </summary>
public static class Duplicates
{
    /// <summary>Below this deviation of luma (0..127) a picture counts as flat.</summary>
    public const double FlatBelow = 1.5;

    public static IReadOnlyList<DuplicateGroup> Find(IReadOnlyList<DuplicateItem> items, DuplicateRule rule, CancellationToken cancel = default)
    {
        var leader = rule.Window is { } window ? InWindow(items, rule, window, cancel) : Anywhere(items, rule, cancel);
        var members = new Dictionary<int, List<int>>();
        for (var i = 0; i < items.Count; i++)
        {
            if (items[i].IsFlat) continue;
            if (!members.TryGetValue(leader[i], out var list)) members.Add(leader[i], list = []);
            list.Add(i);
        }
        var groups = new List<DuplicateGroup>();
        foreach (var list in members.Values.Where(m => m.Count > 1))
        {
            var best = list.Aggregate((a, b) => Before(items, a, b) ? a : b);
            groups.Add(new DuplicateGroup(list.Select(i => items[i].Content).Min(StringComparer.Ordinal)!, best, list,
                [.. list.Select(i => BitOperations.PopCount(items[i].Hash ^ items[best].Hash))]));
        }
        return [.. groups.OrderBy(g => items[g.Members[0]].Index).ThenBy(g => g.Id, StringComparer.Ordinal)];
    }

    /// <summary>Why the representative of a group is the one it is, for people.</summary>
    public static string Reason(DuplicateGroup group, IReadOnlyList<DuplicateItem> items)
    {
        var best = items[group.Representative];
        var equals = group.Members.Count(m => items[m].Sharpness == best.Sharpness);
        return best.Sharpness <= 0 || equals == group.Members.Count ? "first of equally sharp members"
            : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"sharpest member (Laplacian variance {best.Sharpness:0.0})");
    }

    /// <summary>Sharper first, then the smaller number, then the smaller content.</summary>
    private static bool Before(IReadOnlyList<DuplicateItem> items, int a, int b)
    {
        var (x, y) = (items[a], items[b]);
        if (x.Sharpness != y.Sharpness) return x.Sharpness > y.Sharpness;
        if (x.Index != y.Index) return x.Index < y.Index;
        return StringComparer.Ordinal.Compare(x.Content, y.Content) is var order && (order < 0 || (order == 0 && a < b));
    }

    private static int[] Order(IReadOnlyList<DuplicateItem> items, IEnumerable<int> places)
    {
        var order = places.ToArray();
        Array.Sort(order, (a, b) => a == b ? 0 : Before(items, a, b) ? -1 : 1);
        return order;
    }

    private static int[] Anywhere(IReadOnlyList<DuplicateItem> items, DuplicateRule rule, CancellationToken cancel)
    {
        // The best picture of each hash stands for all pictures with that hash.
        var best = new Dictionary<ulong, int>();
        for (var i = 0; i < items.Count; i++)
            if (!items[i].IsFlat && (!best.TryGetValue(items[i].Hash, out var known) || Before(items, i, known))) best[items[i].Hash] = i;
        var order = Order(items, best.Values);
        var hashes = order.Select(i => items[i].Hash).ToArray();
        var index = new HammingIndex(hashes, rule.Distance);
        var links = rule.Linkage == Linkage.Single ? Components(index, hashes.Length, cancel) : Representatives(index, hashes, cancel);
        var leaderOf = new Dictionary<ulong, int>(hashes.Length);
        for (var i = 0; i < hashes.Length; i++) leaderOf[hashes[i]] = order[links[i]];
        return [.. Enumerable.Range(0, items.Count).Select(i => items[i].IsFlat ? i : leaderOf[items[i].Hash])];
    }

    private static int[] Components(HammingIndex index, int count, CancellationToken cancel)
    {
        var parent = new int[count];
        for (var i = 0; i < count; i++) parent[i] = i;
        index.AllPairs((a, b, _) => Unite(parent, a, b), cancel);
        for (var i = 0; i < count; i++) parent[i] = Root(parent, i);
        return parent;
    }

    private static int Root(int[] parent, int i)
    {
        while (parent[i] != i) i = parent[i] = parent[parent[i]];
        return i;
    }

    private static void Unite(int[] parent, int a, int b)
    {
        int x = Root(parent, a), y = Root(parent, b);
        parent[Math.Max(x, y)] = Math.Min(x, y);
    }

    /// <summary>Pairs kept at once; beyond that each representative asks the index.</summary>
    private const int MostPairs = 16_000_000;

    private static int[] Representatives(HammingIndex index, ulong[] hashes, CancellationToken cancel)
    {
        var links = new int[hashes.Length];
        Array.Fill(links, -1);
        var pairs = new List<(int First, int Second)>();
        var tooMany = false;
        index.AllPairs((a, b, _) =>
        {
            if (pairs.Count < MostPairs) pairs.Add((a, b));
            else tooMany = true;
        }, cancel);
        if (!tooMany)
        {
            // The hashes are in order of preference: a pair's first place is the one that may lead.
            pairs.Sort();
            var at = 0;
            for (var i = 0; i < links.Length; i++)
            {
                var leads = links[i] < 0;
                if (leads) links[i] = i;
                for (; at < pairs.Count && pairs[at].First == i; at++)
                    if (leads && links[pairs[at].Second] < 0) links[pairs[at].Second] = i;
            }
            return links;
        }
        for (var i = 0; i < links.Length; i++)
        {
            if (links[i] >= 0) continue;
            if (i % 256 == 0) cancel.ThrowIfCancellationRequested();
            links[i] = i;
            var leader = i;
            index.Near(hashes[i], (other, _) =>
            {
                if (links[other] < 0) links[other] = leader;
            });
        }
        return links;
    }

    private static int[] InWindow(IReadOnlyList<DuplicateItem> items, DuplicateRule rule, long window, CancellationToken cancel)
    {
        var line = Enumerable.Range(0, items.Count).Where(i => !items[i].IsFlat).OrderBy(i => items[i].Index).ToArray();
        var place = new int[items.Count];
        for (var i = 0; i < line.Length; i++) place[line[i]] = i;
        var links = Enumerable.Range(0, items.Count).ToArray();
        var free = new bool[items.Count];
        Array.Fill(free, true);
        var round = 0;
        foreach (var i in rule.Linkage == Linkage.Single ? line : Order(items, line))
        {
            if (++round % 256 == 0) cancel.ThrowIfCancellationRequested();
            if (rule.Linkage == Linkage.Representative && !free[i]) continue;
            free[i] = false;
            for (var at = place[i] + 1; at < line.Length && items[line[at]].Index - items[i].Index <= window; at++) Link(line[at]);
            if (rule.Linkage == Linkage.Single) continue;
            for (var at = place[i] - 1; at >= 0 && items[i].Index - items[line[at]].Index <= window; at--) Link(line[at]);

            void Link(int other)
            {
                if (BitOperations.PopCount(items[i].Hash ^ items[other].Hash) > rule.Distance) return;
                if (rule.Linkage == Linkage.Single) Unite(links, i, other);
                else if (free[other]) (free[other], links[other]) = (false, i);
            }
        }
        for (var i = 0; i < links.Length; i++) links[i] = Root(links, i);
        return links;
    }
}
