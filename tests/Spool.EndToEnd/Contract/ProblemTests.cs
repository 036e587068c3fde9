using System.Text;
using Spool.EndToEnd.Support;
using Xunit;

namespace Spool.EndToEnd.Contract;

public sealed class ProblemTests : IDisposable
{
    private readonly Sandbox _box = new();

    public void Dispose() => _box.Dispose();

    private IReadOnlyList<(string Code, int Line, int Column, string Message, string? Hint)> Problems(string yaml, bool isText = true)
    {
        _box.Workflow(yaml);
        var end = _box.Spool("check", "--json").Must(2);
        Assert.DoesNotContain("Spool itself broke", end.Err, StringComparison.Ordinal);
        Assert.Equal(2, _box.Run().Code);
        if (isText) Assert.False(Directory.Exists(_box.At(".spool")), "nothing was run");
        return [.. end.Object.GetProperty("problems").EnumerateArray().Select(p => (p.GetProperty("code").GetString()!, p.GetProperty("line").GetInt32(), p.GetProperty("column").GetInt32(),
            p.GetProperty("message").GetString()!, p.GetProperty("hint").GetString()))];
    }

    [Fact]
    public void Ten_different_mistakes_are_ten_problems_each_at_its_place()
    {
        const string yaml = """
            version: 1
            name: mistakes
            nmae: twice
            steps:
              - { id: a, kind: files.wirte, with: { text: x }, out: { file: out/a.txt } }
              - { id: b, kind: files.write, with: { txt: x }, out: { file: out/b.txt } }
              - { id: c, kind: files.write, with: { text: "${{ vars.titel }}" }, out: { file: out/c.txt } }
              - { id: d, kind: files.copy, in: { fiel: b.txt }, out: { file: out/d.txt } }
              - { id: e, kind: files.write, with: { text: x }, out: { file: ../e.txt } }
              - { id: b, kind: files.write, with: { text: x }, out: { file: out/f.txt } }
              - { id: g, kind: files.write, with: { text: x }, out: { file: out/g.txt }, needs: [nobody] }
              - { id: h, kind: video.transcode, in: { video: h.mp4 }, with: { crf: 99 }, out: { video: out/h.mp4 } }
              - { id: i, kind: files.write, with: { text: x }, out: { file: out/b.txt } }
              - { id: j, kind: files.write, with: { text: x }, out: { file: out/j.txt }, timeout: soon }
            """;
        var problems = Problems(yaml);
        var lines = yaml.Split('\n');
        int Column(int line, string text) => lines[line - 1].IndexOf(text, StringComparison.Ordinal) + 1;
        void Has(int line, string text) => Assert.True(problems.Any(p => p.Line == line && p.Column == Column(line, text)), $"none at {line}:{Column(line, text)} ({text}) among {string.Join("; ", problems)}");
        Has(3, "nmae");
        Has(5, "files.wirte");
        Has(6, "txt");
        Has(7, "\"${{ vars.titel }}\"");
        Has(8, "fiel");
        Has(9, "../e.txt");
        Has(10, "{ id: b");
        Has(11, "nobody");
        Has(12, "99");
        Has(13, "out/b.txt");
        Has(14, "soon");
        Assert.All(problems, p => Assert.Matches("^SPL0[0-9]{3}$", p.Code));
        Assert.Contains(problems, p => p.Line == 5 && p.Hint?.Contains("files.write", StringComparison.Ordinal) == true);
        // People see the line and a caret.
        var text = _box.Spool("check").Must(2).Err;
        Assert.Contains("^", text, StringComparison.Ordinal);
        Assert.Contains("spool.yaml:5:", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_template_without_quotes_in_braces_has_its_own_problem_with_the_line_as_it_should_be()
    {
        var problem = Assert.Single(Problems("""
            version: 1
            name: unquoted
            vars: { title: { type: string, default: x } }
            steps:
              - { id: a, kind: files.write, with: { text: ${{ vars.title }} }, out: { file: out/a.txt } }
            """));
        Assert.Equal(("SPL0204", 5), (problem.Code, problem.Line));
        Assert.Contains("text: \"${{ vars.title }}\"", problem.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void Twenty_thousand_brackets_end_in_a_problem()
    {
        foreach (var open in new[] { "[", "{ a: ", "- " })
        {
            var problem = Problems("version: 1\nsteps:\n  " + string.Concat(Enumerable.Repeat(open, 20_000)))[0];
            Assert.Equal("SPL0102", problem.Code);
        }
    }

    [Fact]
    public void A_billion_laughs_end_in_a_problem()
    {
        var yaml = new StringBuilder("version: 1\na0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (var i = 1; i < 10; i++) yaml.Append($"a{i}: &a{i} [{string.Join(", ", Enumerable.Repeat($"*a{i - 1}", 10))}]\n");
        Assert.Equal("SPL0103", Problems(yaml.ToString())[0].Code);
    }

    [Theory]
    [InlineData("version: 1\nname: !!python/object:os.system x\nsteps: []\n", "SPL0108")]
    [InlineData("version: 1\nname: a\nname: b\nsteps: []\n", "SPL0107")]
    [InlineData("version: 1\nname: a\u0000b\nsteps: []\n", "SPL0101")]
    [InlineData("version: 1\n---\nversion: 1\n", "SPL0106")]
    public void Tags_double_keys_nulls_and_second_documents_are_problems(string yaml, string code) => Assert.Contains(Problems(yaml), p => p.Code == code);

    [Fact]
    public void A_text_of_two_megabytes_and_a_file_of_seventy_are_problems()
    {
        Assert.Equal("SPL0104", Problems($"version: 1\nname: \"{new string('x', 2 << 20)}\"\n")[0].Code);
        Assert.Equal("SPL0105", Problems("version: 1\n" + new string('#', 70 << 20))[0].Code);
    }

    [Fact]
    public void Two_writers_nested_outputs_and_reading_what_one_writes_are_problems()
    {
        var problems = Problems("""
            version: 1
            name: writers
            steps:
              - { id: a, kind: files.write, with: { text: x }, out: { file: out/same.txt } }
              - { id: b, kind: files.write, with: { text: x }, out: { file: out/same.txt } }
              - { id: e, kind: files.copy, foreach: { glob: "own/*.txt" }, in: { file: "${{ item }}" }, out: { file: "own/${{ item.stem }}.copy.txt" } }
            """);
        Assert.Equal(2, problems.Count);
        Assert.Contains(problems, p => p is ("SPL0141", 5, _, "a and b both write out/same.txt", _));
        Assert.Contains(problems, p => p is ("SPL0144", 6, _, _, _));
        _box.Write("script.md", "## One\n\nA.\n");
        var nested = Assert.Single(Problems("""
            version: 1
            name: nested
            steps:
              - { id: c, kind: text.split, in: { text: script.md }, out: { sections: parts/ } }
              - { id: d, kind: files.write, with: { text: x }, out: { file: parts/one.md } }
            """, isText: false));
        Assert.Equal("SPL0142", nested.Code);
        Assert.Contains("parts/one.md of d lies inside parts/ of c", nested.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_box.At("parts")));
    }

    [Fact]
    public void An_item_may_be_the_input_itself_for_globs_lists_and_tables()
    {
        _box.Write("in/a.txt", "a");
        _box.Write("in/b.txt", "b");
        _box.Write("table.csv", "id,path\nfirst,in/a.txt\nsecond,in/b.txt\n");
        _box.Workflow("""
            version: 1
            name: items
            steps:
              - { id: globs, kind: files.copy, foreach: { glob: "in/*.txt" }, in: { file: "${{ item }}" }, out: { file: "globs/${{ item.name }}" } }
              - { id: lists, kind: files.copy, foreach: { list: [in/a.txt, in/b.txt] }, in: { file: "${{ item }}" }, out: { file: "lists/${{ item }}" } }
              - { id: tables, kind: files.copy, foreach: { csv: table.csv, key: id }, in: { file: "${{ item.path }}" }, out: { file: "tables/${{ item.id }}.txt" } }
            """);
        _box.Run().Must(0);
        Assert.Equal("b", _box.Read("globs/b.txt"));
        Assert.Equal("b", _box.Read("lists/in/b.txt"));
        Assert.Equal("a", _box.Read("tables/first.txt"));
        // What an item makes is never what another reads.
        _box.Write("own.csv", "id,path\nfirst,tables/second.txt\nsecond,in/b.txt\n");
        _box.Workflow("""
            version: 1
            name: own
            steps:
              - { id: tables, kind: files.copy, foreach: { csv: own.csv, key: id }, in: { file: "${{ item.path }}" }, out: { file: "tables/${{ item.id }}.txt" } }
            """);
        var end = _box.Run();
        Assert.True(end.Code == 2, end.ToString());
    }

    [Fact]
    public void A_cycle_is_named_whole()
    {
        var problem = Assert.Single(Problems("""
            version: 1
            name: cycle
            steps:
              - { id: a, kind: files.write, with: { text: x }, out: { file: out/a.txt }, needs: [c] }
              - { id: b, kind: files.copy, in: { file: out/a.txt }, out: { file: out/b.txt } }
              - { id: c, kind: files.copy, in: { file: out/b.txt }, out: { file: out/c.txt } }
              - { id: free, kind: files.write, with: { text: x }, out: { file: out/free.txt } }
            """));
        Assert.Equal("SPL0145", problem.Code);
        Assert.Matches("a -> b -> c -> a|b -> c -> a -> b|c -> a -> b -> c", problem.Message);
    }
}
