using Spool.EndToEnd.Support;
using Xunit;

namespace Spool.EndToEnd.Faults;

public sealed class LockTests : IDisposable
{
    private readonly Sandbox _box = new();

    public void Dispose() => _box.Dispose();

    private Going StartHolding()
    {
        _box.Workflow($$$"""
            version: 1
            name: held
            steps:
              - { id: first, kind: files.write, with: { text: "first\n" }, out: { file: out/first.txt } }
              - { id: hold, kind: command, in: { file: out/first.txt }, with: { run: [sh, -c, 'echo x >> {{{_box.Root}}}/started; while [ ! -e {{{_box.Root}}}/go ]; do sleep 0.02; done; echo held > "$1"', x, "${{ out.file }}"] }, out: { file: out/held.txt } }
            """);
        var engine = _box.Start("run", "--json", "--allow", "sh");
        Sandbox.Until(() => File.Exists(Path.Join(_box.Root, "started")), "the start of the tool");
        return engine;
    }

    private void LetGo() => File.WriteAllText(Path.Join(_box.Root, "go"), "");

    [Fact]
    public void An_engine_whose_lock_file_was_deleted_stops_before_it_writes_again()
    {
        using var engine = StartHolding();
        File.Delete(_box.At(".spool/owner"));
        LetGo();
        var end = engine.Wait().Must(1);
        Assert.Contains("lock of this workspace was taken away", end.Out + end.Err, StringComparison.Ordinal);
        Assert.Equal(["first"], end.Tasks("succeeded"));
        Assert.False(File.Exists(_box.At("out/held.txt")));
        Assert.DoesNotContain("hold", _box.Journalled());
        Assert.Equal(["hold"], _box.Run("--allow", "sh").Must(0).Tasks("succeeded"));
        _box.MustBeSound();
    }

    [Fact]
    public void A_second_engine_that_got_in_by_the_deleted_lock_is_the_only_one_that_writes()
    {
        using var stale = StartHolding();
        File.Delete(_box.At(".spool/owner"));
        using var second = _box.Start("run", "--json", "--allow", "sh");
        Sandbox.Until(() => File.ReadAllLines(Path.Join(_box.Root, "started")).Length > 1, "the start of the second engine's tool");
        LetGo();
        stale.Wait().Must(1);
        var end = second.Wait().Must(0);
        Assert.Equal(["hold"], end.Tasks("succeeded"));
        Assert.Equal("held\n", _box.Read("out/held.txt"));
        _box.Run("--allow", "sh").Must(0);
        _box.MustBeSound();
    }
}
