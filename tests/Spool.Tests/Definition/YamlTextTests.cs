using System.Text;
using Spool.Engine;
using Spool.Engine.Definition;
using Xunit;

namespace Spool.Tests.Definition;

/// <summary>Hostile text ends in a Problem with its place, never in an exception, and never in minutes.</summary>
public sealed class YamlTextTests
{
    private static (YamlNode? Node, IReadOnlyList<Problem> Problems) Read(string text)
    {
        var problems = new ProblemList();
        return (YamlText.Read("spool.yaml", text, problems), problems.Problems);
    }

    private static void Refused(string text, string code) => Assert.Equal(code, Assert.Single(Read(text).Problems).Code);

    [Fact]
    public void Values_keep_their_places()
    {
        var (node, problems) = Read("steps:\n  one: [a, 'b']\n");
        Assert.Empty(problems);
        var list = Assert.IsType<YamlList>(Assert.IsType<YamlMap>(((YamlMap)node!)["steps"])["one"]);
        Assert.Equal("spool.yaml:2:8", list.At.ToString());
        Assert.Equal(["a:False", "b:True"], list.Items.Cast<YamlScalar>().Select(s => $"{s.Text}:{s.Quoted}"));
    }

    [Fact]
    public void Twenty_thousand_brackets_are_too_deep() => Refused(new string('[', 20_000), "SPL0102");

    [Fact]
    public void Twenty_thousand_braces_are_too_deep() => Refused(string.Concat(Enumerable.Repeat("{a: ", 20_000)), "SPL0102");

    [Fact]
    public void Twenty_thousand_dashes_are_too_deep() => Refused(string.Concat(Enumerable.Repeat("- ", 20_000)), "SPL0102");

    [Fact]
    public void A_deep_block_is_too_deep() => Refused(string.Concat(Enumerable.Range(0, 200).Select(i => new string(' ', i) + "a:\n")), "SPL0102");

    [Fact]
    public void Sixty_levels_are_fine() => Assert.Empty(Read(new string('[', 60) + new string(']', 60)).Problems);

    [Fact]
    public void A_billion_laughs_are_stopped_before_they_are_laughed()
    {
        var text = new StringBuilder("a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]\n");
        for (var i = 1; i < 12; i++) text.Append($"a{i}: &a{i} [{string.Join(", ", Enumerable.Repeat($"*a{i - 1}", 10))}]\n");
        Refused(text.ToString(), "SPL0103");
    }

    [Fact]
    public void Too_many_uses_of_an_alias_are_refused() => Refused("a: &a 1\nb: [" + string.Join(", ", Enumerable.Repeat("*a", 1001)) + "]", "SPL0103");

    [Fact]
    public void An_alias_may_be_used() => Assert.Empty(Read("a: &a {x: 1}\nb: *a\n").Problems);

    [Fact]
    public void An_alias_of_itself_is_refused() => Refused("a: &a [*a]", "SPL0101");

    [Fact]
    public void An_alias_without_an_anchor_is_refused() => Refused("a: *nobody", "SPL0101");

    [Fact]
    public void A_huge_scalar_is_refused() => Refused("a: " + new string('x', (1 << 20) + 1), "SPL0104");

    [Fact]
    public void A_huge_file_is_refused_unread() => Refused(new string('#', (64 << 20) + 1), "SPL0105");

    [Theory]
    [InlineData("a: 1\n---\nb: 2", "SPL0106")]
    [InlineData("a: 1\nb: 2\na: 3", "SPL0107")]
    [InlineData("a: !!python/object:os.system ls", "SPL0108")]
    [InlineData("a: !custom {b: 1}", "SPL0108")]
    [InlineData("!tag [a]", "SPL0108")]
    [InlineData("a: \0", "SPL0101")]
    [InlineData("a: [1", "SPL0101")]
    [InlineData("a: 'open", "SPL0101")]
    [InlineData("a: b: c", "SPL0101")]
    [InlineData("[a]: 1", "SPL0101")]
    [InlineData("? {a: b}\n: 1", "SPL0101")]
    [InlineData("%YAML 9.9\n---\na: 1", "SPL0101")]
    [InlineData("a: \"\\q\"", "SPL0101")]
    [InlineData("a: @at", "SPL0101")]
    public void What_is_no_plain_yaml_is_refused_with_its_place(string text, string code)
    {
        var problem = Assert.Single(Read(text).Problems);
        Assert.Equal(code, problem.Code);
        Assert.True(problem.At.Line > 0 && problem.At.Column > 0);
    }

    [Fact]
    public void The_first_of_two_equal_keys_counts_and_the_second_is_pointed_at()
    {
        var (node, problems) = Read("a: 1\nb: 2\na: 3\n");
        Assert.Equal("spool.yaml:3:1", problems[0].At.ToString());
        Assert.Equal("1", Assert.IsType<YamlScalar>(((YamlMap)node!)["a"]).Text);
    }

    [Theory]
    [InlineData("in: [${{ item.path }}, b]", "in: [\"${{ item.path }}\", b]")]
    [InlineData("options: {crf: ${{ vars.crf }}}", "options: {crf: \"${{ vars.crf }}\"}")]
    [InlineData("in: [a-${{ x }}-b.mp4]", "in: [\"a-${{ x }}-b.mp4\"]")]
    [InlineData("in: [${{ a }}, ${{ b }}]", "in: [\"${{ a }}\", \"${{ b }}\"]")]
    public void An_unquoted_template_in_brackets_is_shown_quoted(string line, string quoted)
    {
        var (_, problems) = Read("steps:\n  " + line + "\n");
        var problem = Assert.Single(problems);
        Assert.Equal("SPL0204", problem.Code);
        Assert.Equal(2, problem.At.Line);
        Assert.Equal("write: " + quoted, problem.Hint);
    }

    [Fact]
    public void A_quoted_or_a_plain_template_is_text() =>
        Assert.Empty(Read("a: ${{ x }}\nb: [\"${{ y }}\"]\nc: {d: '${{ z }}'}\n").Problems);

    [Theory]
    [InlineData("")]
    [InlineData("# only a comment\n")]
    [InlineData("\n\n")]
    public void Nothing_is_nothing(string text)
    {
        var (node, problems) = Read(text);
        Assert.Null(node);
        Assert.Empty(problems);
    }

    // Each of these once ended the process or came through as an exception of the parser.
    [Theory]
    [InlineData("[x\"${{}}][${{}}")]
    [InlineData(": {\ns")]
    public void Broken_text_is_a_problem(string text) => Assert.NotEmpty(Read(text).Problems);

    [Fact]
    public void Mangled_text_gives_problems_and_no_exception()
    {
        const string good = "version: 1\nvars: &v {a: 1, b: 'two', c: [x, \"y\\n\", ${{ z }}]}\nsteps:\n  - id: one\n    kind: audio.normalize\n    in: \"in/*.wav\" # why\n    text: |\n      long\n      text\n    more: >-\n      folded\n    again: *v\n";
        const string pieces = "[]{}:,-?&*!|>'\"%@`#\n\t \\x\u0000\ud83d\ude00\ufeff\u2028~<=0";
        var random = new Random(11);
        var rounds = Support.CrashCounts.IsLong ? 300_000 : 5_000;
        for (var round = 0; round < rounds; round++)
        {
            var text = new StringBuilder(good);
            for (var n = random.Next(1, 6); n > 0; n--)
            {
                var at = random.Next(text.Length);
                switch (random.Next(4))
                {
                    case 0: text.Remove(at, Math.Min(random.Next(1, 9), text.Length - at)); break;
                    case 1: text.Insert(at, pieces[random.Next(pieces.Length)]); break;
                    case 2: text[at] = pieces[random.Next(pieces.Length)]; break;
                    default: text.Insert(at, text.ToString(at, Math.Min(random.Next(1, 30), text.Length - at))); break;
                }
            }
            var problems = new ProblemList();
            var error = Record.Exception(() => YamlText.Read("f", text.ToString(), problems));
            Assert.True(error is null, $"{error}\n{text}");
        }
        Support.CrashCounts.Add("L10 mangled YAML", rounds);
    }

    [Theory]
    [InlineData("nrmalize", "did you mean 'normalize'?")]
    [InlineData("Normalize", "did you mean 'normalize'?")]
    [InlineData("nomralize", "did you mean 'normalize'?")]
    [InlineData("vidoe", "did you mean 'video' or 'videos'?")]
    [InlineData("x", null)]
    [InlineData("something else", null)]
    [InlineData("", null)]
    public void The_nearest_names_are_offered(string word, string? hint) =>
        Assert.Equal(hint, NearestName.Hint(word, ["normalize", "video", "videos", "transcribe", "normalize"]));
}
