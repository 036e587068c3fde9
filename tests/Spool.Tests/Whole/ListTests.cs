using Spool.Tests.Support;
using Xunit;

namespace Spool.Tests.Whole;

public sealed class ListTests
{
    private const string Ordered = """
        version: 1
        steps:
          - { id: order, kind: files.write, with: { text: '["zebra", "apple"]' }, out: { file: work/order.json } }
          - { id: z, kind: files.write, with: { text: z }, out: { file: work/parts/zebra.txt } }
          - { id: a, kind: files.write, with: { text: a }, out: { file: work/parts/apple.txt } }
          - id: join
            kind: test.join
            in: { texts: { path: "work/parts/*.txt", order: work/order.json } }
            out: { text: out/all.txt }
        """;

    [Fact]
    public async Task An_order_file_puts_a_list_in_order_and_is_no_result_itself()
    {
        var rig = new EngineRig();
        var result = await rig.RunAsync(Ordered);
        Assert.Equal("za", rig.Read("out/all.txt"));
        Assert.Equal(["out/all.txt"], result!.Outputs);
    }

    [Fact]
    public async Task Another_order_runs_only_what_joins_the_list()
    {
        var rig = new EngineRig();
        await rig.RunAsync(Ordered);
        Assert.Equal(["join", "order"], EngineRig.Ran(await rig.RunAsync(Ordered.Replace("[\"zebra\", \"apple\"]", "[\"apple\", \"zebra\"]"))));
        Assert.Equal("az", rig.Read("out/all.txt"));
    }

    [Fact]
    public async Task A_list_in_a_list_of_arguments_gives_its_items()
    {
        var rig = new EngineRig();
        var result = await rig.RunAsync("""
            version: 1
            steps:
              - { id: z, kind: files.write, with: { text: z }, out: { file: work/zebra.txt } }
              - { id: a, kind: files.write, with: { text: a }, out: { file: work/apple.txt } }
              - id: cat
                kind: command
                in: { parts: [work/zebra.txt, work/apple.txt] }
                with: { run: [cat, "${{ in.parts }}"], stdout: "${{ out.all }}" }
                out: { all: out/all.txt }
            """, allow: ["cat"]);
        Assert.True(result is not null, string.Join("; ", rig.Problems.Problems.Select(p => p.Message)));
        // No program runs on a virtual machine; what it would be given stands in the options.
        var options = Assert.IsType<Spool.Steps.Files.RunCommand>(EngineRig.Of(result, "cat").Options);
        Assert.Equal(["cat", "in/parts/0001/zebra.txt", "in/parts/0002/apple.txt"], options.Run);
    }

    [Fact]
    public async Task What_keep_false_drops_is_gone_after_its_readers_and_nothing_runs_again()
    {
        var rig = new EngineRig();
        const string yaml = """
            version: 1
            steps:
              - { id: a, kind: files.write, keep: false, with: { text: a }, out: { file: work/a.txt } }
              - { id: b, kind: test.upper, in: { text: work/a.txt }, out: { text: out/b.txt } }
            """;
        Assert.Equal("succeeded", (await rig.RunAsync(yaml))!.Status);
        Assert.False(rig.Exists("work/a.txt"));
        Assert.Equal("A", rig.Read("out/b.txt"));
        Assert.Empty(EngineRig.Ran(await rig.RunAsync()));
        // When a reader must run, what was dropped is made again for it.
        Assert.Equal(["a", "b"], EngineRig.Ran(await rig.RunAsync(force: ["b"])));
        Assert.Equal("A", rig.Read("out/b.txt"));
    }
}
