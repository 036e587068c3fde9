using Spool.Tests.Architecture;
using Spool.Tests.Support;
using Xunit;
using static Spool.Tests.Support.EngineRig;

namespace Spool.Tests.Whole;

/// <summary>Each sample runs as it is delivered, runs nothing the second time, and does what its first lines say.</summary>
public sealed class SampleTests
{
    private static EngineRig Put(string sample)
    {
        var rig = new EngineRig();
        foreach (var file in Directory.EnumerateFiles(SourceText.Full($"samples/{sample}"), "*", SearchOption.AllDirectories))
            rig.Write(Path.GetRelativePath(SourceText.Full($"samples/{sample}"), file), File.ReadAllText(file));
        return rig;
    }

    public static TheoryData<string> All => [.. Directory.EnumerateDirectories(SourceText.Full("samples")).Select(d => Path.GetFileName(d)!).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(All))]
    public async Task A_sample_runs_and_then_has_nothing_to_do(string sample)
    {
        var rig = Put(sample);
        var first = await rig.RunAsync();
        Assert.True(first is not null, string.Join("\n", rig.Problems.Problems));
        Assert.Equal(("succeeded", first.Tasks.Total), (first.Status, first.Tasks.Ran + first.Tasks.Skipped));
        Assert.Empty(Ran(await rig.RunAsync()));
    }

    [Fact]
    public async Task The_small_one_greets_whom_it_is_told_to()
    {
        var rig = Put("small");
        await rig.RunAsync();
        Assert.Equal("Hello, world!\n", rig.Read("out/greeting.txt"));
        var again = await rig.RunAsync(arguments: new() { Vars = [("who", "moon")] });
        Assert.Equal("Hello, moon!\n", rig.Read("out/greeting.txt"));
        Assert.Equal("option text: Hello, world!⏎ -> Hello, moon!⏎", Why(again, "greet"));
    }

    [Fact]
    public async Task In_the_chapters_a_section_put_in_the_middle_touches_no_other()
    {
        var rig = Put("chapters");
        Assert.Equal(["card:dawn", "card:night", "card:noon", "copy:dawn", "copy:night", "copy:noon", "sections"], Ran(await rig.RunAsync()));
        rig.Write("script.md", rig.Read("script.md").Replace("## Night", "## Dusk\n\nThe light goes.\n\n## Night", StringComparison.Ordinal));
        Assert.Equal(["card:dusk", "copy:dusk", "sections"], Ran(await rig.RunAsync()));
        Assert.Equal("Dusk\n", rig.Read("out/cards/dusk.txt"));
    }

    [Fact]
    public async Task In_the_sizes_a_value_more_adds_only_its_own_tasks()
    {
        var rig = Put("sizes");
        Assert.Equal(4, (await rig.RunAsync())!.Tasks.Ran);
        rig.Write("spool.yaml", rig.Read("spool.yaml").Replace("[small, large]", "[small, medium, large]", StringComparison.Ordinal));
        Assert.Equal(["label:size=medium,language=de", "label:size=medium,language=en"], Ran(await rig.RunAsync()));
    }
}
