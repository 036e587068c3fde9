using System.Text;
using Spool.App.Help;
using Spool.Engine;
using Spool.Engine.Definition;
using Spool.Engine.Graph;
using Spool.Platform;
using Spool.Steps;
using Spool.Tests.Support;
using Xunit;

namespace Spool.Tests.Cli;

public sealed class KindsTests
{
    private static readonly Catalogue All = Catalogue.Of(typeof(Tools).Assembly, Tools.All);

    public static TheoryData<string> Names => [.. All.Names];

    [Fact]
    public void The_contract_of_every_kind_is_as_held() => Golden.Hold("tests/Spool.Tests/Golden/catalogue.txt", KindText.Contract(KindPage.All(All)));

    [Fact]
    public void The_page_of_the_guide_is_what_the_program_prints() => Golden.Hold("docs/guide/kinds.md", KindText.Markdown(KindPage.All(All)));

    [Theory]
    [MemberData(nameof(Names))]
    public void A_kind_and_each_of_its_options_say_what_they_do(string name)
    {
        var page = KindPage.Of(All, All.Find(name)!);
        Assert.NotEmpty(page.Summary);
        Assert.All(page.Options, o => Assert.False(string.IsNullOrEmpty(o.Summary), $"{name} {o.Name} has no summary"));
        Assert.All(page.Tools, t => Assert.NotNull(t.Package));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_example_of_a_kind_has_no_problem(string name)
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("spool.yaml", KindPage.Of(All, All.Find(name)!).Example + "\n");
        var problems = new ProblemList();
        var workflow = new WorkflowReader(new PosixDisk(), All, _ => null).Read(file, WorkflowArguments.None, problems);
        if (workflow is not null) GraphBuilder.Build(workflow, problems);
        Assert.Empty(problems.Problems);
        Assert.Contains(workflow!.Steps, s => s.Kind.Name == name);
    }

    [Fact]
    public void Every_example_file_has_its_kind() =>
        Assert.Empty(EmbeddedText.Names("examples/").Select(n => Path.GetFileNameWithoutExtension(n)).Except(All.Names));

    [Fact]
    public void Tools_that_depend_on_an_option_are_all_named() =>
        Assert.Equal(["espeak-ng", "ffmpeg", "ffprobe", "flite"], KindPage.Of(All, All.Find("speech.synthesize")!).Tools.Select(t => t.Name));

    [Fact]
    public void Summaries_become_plain_sentences()
    {
        const string xml = """
            <doc><members>
              <member name="T:A.B"><summary>
                Cuts at <c>##</c>, see <see cref="T:A.Other"/>,
                and   goes on.
              </summary></member>
              <member name="M:A.B.Run"><summary>no</summary></member>
              <member name="P:A.B.Level"><summary>The level.</summary><remarks>no</remarks></member>
            </members></doc>
            """;
        var summaries = XmlSummaries.Read(new MemoryStream(Encoding.UTF8.GetBytes(xml)));
        Assert.Equal("The level.", Text("P:A.B.Level"));
        Assert.Equal("Cuts at `##`, see Other, and goes on.", Text("T:A.B"));
        Assert.Null(Text("M:A.B.Run"));

        string? Text(string name) => summaries.Find(name);
    }
}
