using Spool.Engine;
using Spool.Engine.Definition;
using Xunit;

namespace Spool.Tests.Definition;

public sealed class YamlEditTests
{
    private static YamlScalar Text(string text) => new(default, text, true);

    private static YamlList List(params string[] items) => new(default, [.. items.Select(Text)]);

    private static string? Set(string text, YamlNode value) => YamlEdit.Set(text, ["vars", "a"], value);

    [Theory]
    [InlineData("vars:\n  a: old   # why\nb: 1\n", "vars:\n  a: \"new\"   # why\nb: 1\n")]
    [InlineData("vars: { a: 'old', b: x } # why\n", "vars: { a: \"new\", b: x } # why\n")]
    [InlineData("vars:\n  # first\n  a:    # why\n    old\n  b: x\n", "vars:\n  # first\n  a:    # why\n    \"new\"\n  b: x\n")]
    [InlineData("vars:\n  a: |  # why\n    two\n    lines\n\n  # next\n  b: x\n", "vars:\n  a: \"new\"\n\n  # next\n  b: x\n")]
    [InlineData("vars:\n  a:\n  b: x\n", "vars:\n  a: \"new\"\n  b: x\n")]
    [InlineData("vars:\n  b: x   # why\n# end\n", "vars:\n  b: x   # why\n  a: \"new\"\n# end\n")]
    [InlineData("vars: { b: x }\n", "vars: { b: x, a: \"new\" }\n")]
    [InlineData("vars:\r\n  b: x\r\nc: y\r\n", "vars:\r\n  b: x\r\n  a: \"new\"\r\nc: y\r\n")]
    public void A_text_takes_its_place_and_the_rest_stays(string text, string expected) => Assert.Equal(expected, Set(text, Text("new")));

    [Theory]
    [InlineData("vars:\n  a:     # why\n    - x   # one\n    - y   # two\n\n  # next\n  b: x\n", "vars:\n  a:     # why\n    - \"p\"\n    - \"q\"   # two\n\n  # next\n  b: x\n")]
    [InlineData("vars:\n  a:\n  - x\n  b: x\n", "vars:\n  a:\n  - \"p\"\n  - \"q\"\n  b: x\n")]
    [InlineData("vars: { a: [x, y, z], b: x }\n", "vars: { a: [\"p\", \"q\"], b: x }\n")]
    [InlineData("vars:\n  a: [x,   # one\n      y]  # two\n", "vars:\n  a: [\"p\", \"q\"]  # two\n")]
    public void A_list_stays_in_the_form_that_it_has(string text, string expected) => Assert.Equal(expected, Set(text, List("p", "q")));

    [Fact]
    public void An_emptied_block_list_becomes_brackets() => Assert.Equal("vars:\n  a: []\n  b: x\n", Set("vars:\n  a:\n  - x\n  b: x\n", List()));

    [Fact]
    public void Several_lines_become_a_block_and_the_comment_stays_on_the_line_of_the_key() =>
        Assert.Equal("vars:\n  a: |-   # why\n    one\n\n    two\n  b: x\n", Set("vars:\n  a: old   # why\n  b: x\n", Text("one\n\ntwo")));

    [Fact]
    public void A_number_stays_a_number() => Assert.Equal("vars: { a: 5 }\n", Set("vars: { a: 3 }\n", new YamlScalar(default, "5", false)));

    [Theory]
    [InlineData("vars:\n  a: &x old\n  b: *x\n")]
    [InlineData("vars: [a]\n")]
    [InlineData("vars: text\n")]
    [InlineData("other: 1\n")]
    [InlineData("vars: {a: 1\n")]
    public void A_place_that_cannot_be_changed_alone_is_refused(string text) => Assert.Null(Set(text, Text("new")));

    [Fact]
    public void Whatever_is_set_reads_back_and_all_else_with_its_comments_is_as_before()
    {
        var random = new Random(11);
        string[] texts =
        [
            "version: 1 # v\nvars: # all\n  a: old # why\n  b: x # b\n# end\n",
            "version: 1 # v\nvars: { b: y, a: old } # all\n# end\n",
            "version: 1 # v\nvars: # all\n  b:\n    - 1 # one\n  a:\n    - old\n# end\n",
            "version: 1 # v\nvars: # all\n  a: |\n    old\n      text\n\n  b: x # b\n# end\n",
            "version: 1 # v\nvars: # all\n  a: >-\n    old\n    text\n# end\n",
            "version: 1 # v\nvars: # all\n  b: x # b\n# end\n",
            "version: 1 # v\r\nvars: # all\r\n  a: old\r\n  b: x # b\r\n# end\r\n",
            "version: 1 # v\nvars: # all\n  a: 'o''ld' # why\n# end",
        ];
        const string Signs = "ab1  ,:#[]{}\"'\\\n\n\t\r&*!|>%@`~-?.é漢\u00a0\u2028\u0001";
        for (var round = 0; round < 4000; round++)
        {
            var text = texts[random.Next(texts.Length)];
            string Random() => new([.. Enumerable.Range(0, random.Next(24)).Select(_ => Signs[random.Next(Signs.Length)])]);
            YamlNode value = random.Next(3) == 0 ? List([.. Enumerable.Range(0, random.Next(4)).Select(_ => Random())]) : Text(Random());
            var changed = Set(text, value);
            Assert.True(changed is not null, $"{FlowText.ForFile(value)} into {text}");
            var problems = new ProblemList();
            var vars = (YamlMap)((YamlMap)YamlText.Read("x", changed, problems)!)["vars"]!;
            Assert.Empty(problems.Problems);
            Assert.Equal(FlowText.ForFile(value), FlowText.ForFile(vars["a"]!));
            foreach (var comment in new[] { "# v", "# all", "# end" }) Assert.Contains(comment, changed, StringComparison.Ordinal);
            if (text.Contains("# b", StringComparison.Ordinal)) Assert.Contains("b: x # b", changed, StringComparison.Ordinal);
        }
    }
}
