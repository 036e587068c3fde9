using Spool.Engine.Definition;
using Spool.Engine.Graph;
using Xunit;

namespace Spool.Tests.Definition;

public sealed class PathsTests
{
    [Theory]
    [InlineData("a", "a")]
    [InlineData("a/b.txt", "a/b.txt")]
    [InlineData("a/", "a/")]
    [InlineData("./a", "a")]
    [InlineData("a/./b", "a/b")]
    [InlineData("a//b", "a/b")]
    [InlineData("a///", "a/")]
    [InlineData("a/../b", "b")]
    [InlineData("a/b/..", "a")]
    [InlineData("a/b/../", "a/")]
    [InlineData(".hidden", ".hidden")]
    [InlineData("a/.hidden", "a/.hidden")]
    [InlineData("...", "...")]
    [InlineData("a/..b", "a/..b")]
    [InlineData("a\\..\\b", "a\\..\\b")]
    [InlineData("-a", "-a")]
    [InlineData("ü/😀", "ü/😀")]
    [InlineData("", null)]
    [InlineData("/", null)]
    [InlineData("/etc/passwd", null)]
    [InlineData("//a", null)]
    [InlineData(".", null)]
    [InlineData("./", null)]
    [InlineData("..", null)]
    [InlineData("../a", null)]
    [InlineData("a/../..", null)]
    [InlineData("a/../../b", null)]
    [InlineData("./../a", null)]
    [InlineData("a/..", null)]
    [InlineData("a\0b", null)]
    public void A_path_is_made_plain_and_never_leaves_its_folder(string path, string? expected)
    {
        Assert.Equal(expected, Paths.Normalise(path));
        if (expected is not null) Assert.Equal(expected, Paths.Normalise(expected));
    }

    [Fact]
    public void No_mixture_of_dots_and_slashes_leaves_the_folder()
    {
        var random = new Random(1);
        for (var i = 0; i < 20_000; i++)
        {
            var path = string.Concat(Enumerable.Range(0, random.Next(1, 12)).Select(_ => "../.a/b"[random.Next(7)]));
            if (Paths.Normalise(path) is not { } plain) continue;
            Assert.False(plain.StartsWith('/'));
            Assert.DoesNotContain("..", plain.Split('/'));
            Assert.Equal(Path.GetFullPath("/w/" + path).TrimEnd('/'), ("/w/" + plain).TrimEnd('/'));
        }
    }

    [Theory]
    [InlineData("*.mp4", "a.mp4", true)]
    [InlineData("*.mp4", "a/b.mp4", false)]
    [InlineData("*.mp4", "a.mp4x", false)]
    [InlineData("*.mp4", ".mp4", false)]
    [InlineData("*", ".hidden", false)]
    [InlineData("a*", "a.hidden", true)]
    [InlineData("a/*", "a/.b", false)]
    [InlineData("a/?.txt", "a/b.txt", true)]
    [InlineData("a/?.txt", "a/bc.txt", false)]
    [InlineData("a?c", "a/c", false)]
    [InlineData("**/*.mp4", "a.mp4", true)]
    [InlineData("**/*.mp4", "a/b/c.mp4", true)]
    [InlineData("**/*.mp4", "a/.b/c.mp4", false)]
    [InlineData("a/**/b", "a/b", true)]
    [InlineData("a/**/b", "a/x/y/b", true)]
    [InlineData("a/**/b", "ab", false)]
    [InlineData("a.b", "axb", false)]
    [InlineData("a+(b)[c]", "a+(b)[c]", true)]
    [InlineData("A.mp4", "a.mp4", false)]
    [InlineData("é.mp4", "é.mp4", true)]
    [InlineData("x-{stem}.srt", "x-one.two.srt", true)]
    [InlineData("x/{stem}.srt", "x/.srt", false)]
    public void A_glob_matches_what_it_says(string glob, string path, bool matches) => Assert.Equal(matches, Paths.Matcher(glob).IsMatch(path));

    [Theory]
    [InlineData("in/{stem}.mov", "in/a.b.mov", "a.b")]
    [InlineData("{stem}.mov", "clip.mov", "clip")]
    public void The_stem_of_a_match_is_told(string glob, string path, string stem) => Assert.Equal(stem, Paths.Matcher(glob).Match(path).Groups["stem"].Value);

    [Theory]
    [InlineData("footage/*.mp4", "footage/")]
    [InlineData("*.mp4", "")]
    [InlineData("a/b/c*/d", "a/b/")]
    [InlineData("a/b/c.txt", "a/b/")]
    [InlineData("a", "")]
    [InlineData("a/{stem}.x", "a/")]
    [InlineData("?", "")]
    public void The_fixed_part_of_a_glob_ends_before_its_first_wildcard(string glob, string fixedPart) => Assert.Equal(fixedPart, Paths.FixedPart(glob));

    [Theory]
    [InlineData("a.mp4", "a")]
    [InlineData("x/y.z/a.tar.gz", "a.tar")]
    [InlineData(".hidden", ".hidden")]
    [InlineData("noext", "noext")]
    [InlineData("x.y/a", "a")]
    [InlineData("a.", "a")]
    public void The_stem_is_the_name_without_its_last_extension(string path, string stem) => Assert.Equal(stem, Paths.Stem(path));

    [Theory]
    [InlineData("a*b", true)]
    [InlineData("a?b", true)]
    [InlineData("ab", false)]
    [InlineData("${{ a * b }}", false)]
    [InlineData("${{ a }}*", true)]
    public void Wildcards_count_outside_templates(string path, bool isGlob) => Assert.Equal(isGlob, Paths.IsGlob(path));

    [Fact]
    public void Names_sort_as_people_count()
    {
        string[] sorted = ["", "00", "0", "1", "2", "10", "a", "a001", "a01", "a1", "a1a", "a2", "a10", "a10b2", "a10b10", "aa", "b", "scene-2", "scene-10", "z99999999999999999999", "z100000000000000000000", "é"];
        var expected = sorted.Order(Comparer<string>.Create(Paths.CompareNatural)).ToArray();
        Assert.Equal(["", "0", "00", "1", "2", "10"], expected[..6]);
        Assert.Equal(["scene-2", "scene-10", "z99999999999999999999", "z100000000000000000000"], expected[^5..^1]);
        var random = new Random(1);
        for (var i = 0; i < 50; i++)
        {
            var shuffled = sorted.ToArray();
            random.Shuffle(shuffled);
            Assert.Equal(expected, shuffled.Order(Comparer<string>.Create(Paths.CompareNatural)));
        }
    }

    [Fact]
    public void The_natural_order_is_an_order()
    {
        var random = new Random(2);
        string Word() => string.Concat(Enumerable.Range(0, random.Next(5)).Select(_ => "0012a-"[random.Next(6)]));
        for (var i = 0; i < 30_000; i++)
        {
            var (a, b, c) = (Word(), Word(), Word());
            var (ab, bc, ac) = (Paths.CompareNatural(a, b), Paths.CompareNatural(b, c), Paths.CompareNatural(a, c));
            Assert.Equal(Math.Sign(ab), -Math.Sign(Paths.CompareNatural(b, a)));
            Assert.Equal(a == b, ab == 0);
            if (ab <= 0 && bc <= 0) Assert.True(ac <= 0, $"{a} {b} {c}");
        }
    }

    [Theory]
    [InlineData("clip-1", "clip-1")]
    [InlineData("a/b.mp4", "a/b.mp4")]
    [InlineData("日本", "日本")]
    [InlineData("a b", "a%20b")]
    [InlineData("a%20b", "a%2520b")]
    [InlineData("$(rm)", "%24%28rm%29")]
    [InlineData("a'b\"c", "a%27b%22c")]
    [InlineData("a\nb", "a%0Ab")]
    [InlineData("~home", "%7Ehome")]
    [InlineData("*", "%2A")]
    [InlineData("-rf", "%2Drf")]
    [InlineData("=x", "%3Dx")]
    [InlineData("a:b", "a%3Ab")]
    [InlineData("", "%empty")]
    [InlineData("\0", "%00")]
    [InlineData("😀", "%F0%9F%98%80")]
    public void An_item_is_named_by_its_value_safe_for_shells(string value, string id) => Assert.Equal(id, ItemIds.Escape(value));

    [Fact]
    public void Different_items_have_different_names_also_when_long()
    {
        var random = new Random(3);
        var seen = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < 20_000; i++)
        {
            var value = string.Concat(Enumerable.Range(0, random.Next(1, 5)).Select(_ => "a%20 -=/é😀\n"[random.Next(10)]));
            if (!value.Any(char.IsSurrogate)) Assert.Equal(value, seen.TryGetValue(ItemIds.Escape(value), out var other) ? other : seen[ItemIds.Escape(value)] = value);
        }
        var first = ItemIds.Escape(new string('x', 200) + "1");
        var second = ItemIds.Escape(new string('x', 200) + "2");
        Assert.NotEqual(first, second);
        Assert.Equal(80, first.Length);
    }

    [Fact]
    public void A_glob_of_many_wildcards_is_answered_at_once()
    {
        var glob = string.Concat(Enumerable.Repeat("*a", 14)) + ".txt";
        Assert.DoesNotMatch(Paths.Matcher(glob), new string('a', 300) + "b");
        Assert.Matches(Paths.Matcher(glob), new string('a', 40) + ".txt");
    }

    [Fact]
    public void A_long_item_is_never_cut_through_a_letter()
    {
        for (var length = 60; length < 72; length++)
        {
            var id = Spool.Engine.Graph.ItemIds.Escape(new string('x', length) + string.Concat(Enumerable.Repeat("\U00020000", 20)));
            Assert.DoesNotContain(id.Index(), c => char.IsHighSurrogate(c.Item) && !char.IsLowSurrogate(id[c.Index + 1]));
            Assert.True(id.Length <= 80);
        }
    }
}
