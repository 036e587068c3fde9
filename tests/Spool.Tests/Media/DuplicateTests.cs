using System.Numerics;
using Spool.Media.Hashing;
using Spool.Media.Metrics;
using Xunit;

namespace Spool.Tests.Media;

public sealed class DuplicateTests
{
    /// <summary>Hashes in families: some far apart, some a few bits from each other.</summary>
    private static ulong[] Hashes(int count, int seed)
    {
        var random = new Random(seed);
        var set = new HashSet<ulong>();
        var last = 0UL;
        while (set.Count < count)
        {
            last = random.Next(3) > 0 ? last ^ (1UL << random.Next(64)) ^ (1UL << random.Next(64)) : (ulong)random.NextInt64() ^ ((ulong)random.Next(2) << 63);
            set.Add(last);
        }
        return [.. set];
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(6)]
    [InlineData(8)]
    [InlineData(10)]
    [InlineData(12)]
    public void All_pairs_are_those_of_comparing_all_with_all(int distance)
    {
        var hashes = Hashes(6000, 7);
        var index = new HammingIndex(hashes, distance);
        Assert.False(index.IsDirect);
        var found = new List<(int, int, int)>();
        index.AllPairs((a, b, d) => found.Add((a, b, d)));
        var brute = new List<(int, int, int)>();
        for (var i = 0; i < hashes.Length; i++)
            for (var j = i + 1; j < hashes.Length; j++)
                if (BitOperations.PopCount(hashes[i] ^ hashes[j]) is var d && d <= distance) brute.Add((i, j, d));
        found.Sort();
        Assert.Equal(brute, found);
        if (distance > 0) Assert.NotEmpty(brute);
    }

    [Fact]
    public void A_new_picture_is_found_in_a_stored_index()
    {
        var hashes = Hashes(6000, 8);
        var index = new HammingIndex(hashes, 6);
        var near = hashes[1234] ^ 0b1011UL;
        var found = new List<(int, int)>();
        index.Near(near, (place, distance) => found.Add((place, distance)));
        Assert.Equal(Enumerable.Range(0, hashes.Length).Select(i => (i, BitOperations.PopCount(hashes[i] ^ near))).Where(p => p.Item2 <= 6), found.Order());
        Assert.Contains((1234, 3), found);
    }

    private static DuplicateItem Item(int index, ulong hash, double sharpness = 0) => new(index, hash, $"c{index:000}", sharpness);

    private static string Text(IEnumerable<DuplicateGroup> groups) => string.Join("; ", groups.Select(g => $"{g.Id}: {g.Representative} of {string.Join(' ', g.Members)}"));

    [Fact]
    public void Every_member_is_near_the_sharpest_one_and_chains_need_single_linkage()
    {
        // Each is 4 bits from the next: the ends are 8 apart.
        DuplicateItem[] chain = [Item(0, 0x0, 5), Item(1, 0xf, 9), Item(2, 0xff, 7), Item(3, 0xfff, 1), Item(4, 0xaaaaaaaa00000000, 3)];
        Assert.Equal("c000: 1 of 0 1 2", Text(Duplicates.Find(chain, new(4))));
        Assert.Equal("c000: 1 of 0 1 2 3", Text(Duplicates.Find(chain, new(4, Linkage.Single))));
        var group = Duplicates.Find(chain, new(4)).Single();
        Assert.Equal([4, 0, 4], group.Distances);
        Assert.Equal(0.9375, group.Confidence(0));
    }

    [Fact]
    public void Order_of_the_input_changes_nothing()
    {
        var random = new Random(3);
        var hashes = Hashes(300, 4);
        var items = Enumerable.Range(0, 900).Select(i => Item(i, hashes[random.Next(300)], random.Next(5))).ToArray();
        var shuffled = items.ToArray();
        random.Shuffle(shuffled);
        foreach (var rule in new DuplicateRule[] { new(6), new(6, Linkage.Single), new(6, Linkage.Representative, 40), new(6, Linkage.Single, 40) })
        {
            string Named(DuplicateItem[] list) => string.Join('\n', Duplicates.Find(list, rule)
                .Select(g => $"{g.Id} {list[g.Representative].Content} {string.Join(' ', g.Members.Select(m => list[m].Content).Order())}").Order());
            Assert.Equal(Named(items), Named(shuffled));
            Assert.NotEmpty(Named(items));
        }
    }

    [Fact]
    public void A_window_keeps_far_frames_apart_and_flat_frames_are_in_no_group()
    {
        DuplicateItem[] items = [Item(0, 1), Item(5, 1), Item(100, 1), Item(104, 3), Item(200, 1UL << 63) with { IsFlat = true }, Item(201, 1UL << 63) with { IsFlat = true }];
        Assert.Equal("c000: 0 of 0 1; c100: 2 of 2 3", Text(Duplicates.Find(items, new(6, Linkage.Representative, 10))));
        Assert.Equal("c000: 0 of 0 1 2 3", Text(Duplicates.Find(items, new(6))));
    }

    [Fact]
    public void Ids_last_when_pictures_come_and_groups_merge()
    {
        DuplicateItem[] before = [Item(5, 0x0), Item(6, 0x1), Item(8, 0xffff), Item(9, 0x1ffff)];
        var known = Duplicates.Find(before, new(1, Linkage.Single)).Select(g => new KnownGroup(g.Id, [.. g.Members.Select(m => before[m].Content)])).ToList();
        Assert.Equal(["c005", "c008"], known.Select(k => k.Id));
        // A picture with a smaller content joins the first group; another one joins nothing.
        DuplicateItem[] more = [Item(1, 0x2), .. before];
        var (groups, merged) = GroupHistory.Carry(Duplicates.Find(more, new(2, Linkage.Single)), more, known);
        Assert.Equal("c005: 0 of 0 1 2; c008: 3 of 3 4", Text(groups));
        Assert.Empty(merged);
        (groups, merged) = GroupHistory.Carry(Duplicates.Find(more, new(20, Linkage.Single)), more, known);
        Assert.Equal("c005: 0 of 0 1 2 3 4", Text(groups));
        Assert.Equal([new("c008", "c005")], merged);
    }

    [Fact]
    public void Hashes_are_written_with_16_digits()
    {
        Assert.Equal("00000000000000ff", PerceptualHash.Text(255));
        Assert.True(PerceptualHash.TryParse("ba8c84536bd3c366", out var hash));
        Assert.Equal(0xba8c84536bd3c366, hash);
        foreach (var wrong in new[] { "", "ba8c84536bd3c36", "ba8c84536bd3c3666", "0xba8c84536bd3c3", "ba8c84536bd3c36g", " a8c84536bd3c366" }) Assert.False(PerceptualHash.TryParse(wrong, out _), wrong);
    }

    private static List<IdleFrame> Line(params ReadOnlySpan<double?> motion)
    {
        var frames = new List<IdleFrame>();
        foreach (var value in motion) frames.Add(new(frames.Count, value, frames.Count / 10.0));
        return frames;
    }

    [Fact]
    public void A_stretch_begins_with_the_picture_that_stays_and_ends_before_the_one_that_moves()
    {
        var frames = Line([null, .. Enumerable.Repeat<double?>(0.3, 5), .. Enumerable.Repeat<double?>(0, 12), 0.3, .. Enumerable.Repeat<double?>(0.3, 4)]);
        var stretch = Assert.Single(Idle.Find(frames, new()));
        Assert.Equal((5, 17, 0.5, 1.8), (stretch.First, stretch.Last, stretch.StartSeconds, stretch.EndSeconds));
        Assert.Empty(Idle.Find(frames, new(MinFrames: 13)));
        Assert.Empty(Idle.Find(frames, new(MinSeconds: 1.4)));
    }

    [Fact]
    public void A_spike_is_bridged_by_a_higher_threshold_for_leaving_and_a_gap_is_never_idle()
    {
        var spike = Line([null, .. Enumerable.Repeat<double?>(0.001, 10), 0.06, .. Enumerable.Repeat<double?>(0.001, 10)]);
        Assert.Equal(2, Idle.Find(spike, new(0.01, 0.011, 5, 8)).Count);
        Assert.Single(Idle.Find(spike, new(0.01, 0.05, 5, 8)));
        var gap = Line([null, .. Enumerable.Repeat<double?>(0, 10), null, .. Enumerable.Repeat<double?>(0, 10)]);
        Assert.Equal([(0L, 10L), (11L, 21L)], Idle.Find(gap, new()).Select(s => (s.First, s.Last)));
    }
}
