using System.Text;
using Spool.EndToEnd.Support;
using Xunit;

namespace Spool.EndToEnd.Server;

/// <summary>What strangers and accidents do to a queue ends one run at most, never the server.</summary>
public sealed class HostileJobTests : IDisposable
{
    private readonly Sandbox _box = new();

    public void Dispose() => _box.Dispose();

    private string State => _box.Variables["SPOOL_STATE"];

    [Theory]
    [InlineData("""{"workflow":"/tmp/\ud800"}""")]
    [InlineData("""{"workflow":"/tmp/a.yaml","vars":{"a":"\udfff"}}""")]
    [InlineData("""{"workflow":"/tmp/a.yaml","\ud800":1}""")]
    [InlineData("""{"workflow":"/tmp/a.yaml","idempotency_key":"\ud800"}""")]
    [InlineData("""{"workflow":"/tmp/a.yaml","priority":1e400}""")]
    [InlineData("""[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]""")]
    public void A_dropped_file_that_is_no_job_goes_to_failed_and_the_queue_goes_on(string text)
    {
        _box.Write("a/spool.yaml", "version: 1\nsteps:\n  - { id: one, kind: files.write, with: { text: x }, out: { file: out/a.txt } }\n");
        _box.Spool("submit", "a").Must(0);
        File.WriteAllBytes(Path.Join(State, "queue/pending/bad.job"), Encoding.ASCII.GetBytes(text));
        _box.Spool("serve", "--until-idle", "--listen", "none").Must(0);
        Assert.Equal(["failed", "succeeded"], _box.Spool("list", "--server", "--json").Must(0).Lines.Select(l => l.GetProperty("status").GetString()).Order());
        Assert.True(File.Exists(_box.At("a/out/a.txt")));
    }

    [Fact]
    public void A_workspace_whose_name_holds_a_line_break_and_quotes_is_run()
    {
        _box.Write("a\n'q\" $(x)/spool.yaml", "version: 1\nsteps:\n  - { id: one, kind: files.write, with: { text: x }, out: { file: out/a.txt } }\n");
        _box.Spool("submit", "a\n'q\" $(x)").Must(0);
        _box.Spool("serve", "--until-idle", "--listen", "none").Must(0);
        Assert.True(File.Exists(_box.At("a\n'q\" $(x)/out/a.txt")));
    }

    [Fact]
    public void A_workspace_that_is_deleted_while_its_run_waits_is_said_and_not_made_again()
    {
        _box.Write("a/spool.yaml", "version: 1\nsteps:\n  - { id: one, kind: files.write, with: { text: x }, out: { file: work/a.txt } }\n  - { id: look, kind: review, in: { file: work/a.txt } }\n");
        using var server = _box.Start("serve", "--listen", "none");
        _box.Spool("submit", "a").Must(0);
        string Run(string field) => _box.Spool("status", "1", "--state", State, "--json").Must(0).Object.GetProperty(field).ToString();
        Sandbox.Until(() => Run("status") == "waiting", "it waits");
        Directory.Delete(_box.At("a"), recursive: true);
        Sandbox.Until(() => Run("status") == "failed", "it is seen");
        Assert.Contains("is gone", Run("problem"), StringComparison.Ordinal);
        Assert.False(Directory.Exists(_box.At("a")));
    }

    [Fact]
    public void Arguments_that_cannot_be_are_refused_before_anything_is_queued()
    {
        _box.Write("a/spool.yaml", "version: 1\nsteps:\n  - { id: one, kind: files.write, with: { text: x }, out: { file: out/a.txt } }\n");
        Directory.CreateDirectory(_box.At("empty"));
        Assert.Contains("empty has no spool.yaml", _box.Spool("submit", "empty").Must(2).Err, StringComparison.Ordinal);
        Assert.Contains("nothing is not there", _box.Spool("submit", "nothing").Must(2).Err, StringComparison.Ordinal);
        Assert.Contains("error: --priority: 'abc' is no whole number", _box.Spool("submit", "a", "--priority", "abc").Must(2).Err, StringComparison.Ordinal);
        Assert.Contains("--budget", _box.Spool("submit", "a", "--budget", "-1").Must(2).Err, StringComparison.Ordinal);
        Assert.Contains("there is no status 'bogus'", _box.Spool("list", "--server", "--status", "bogus").Must(2).Err, StringComparison.Ordinal);
        Assert.Contains("there is no status 'bogus'", _box.Spool("delete", "--status", "bogus", "--yes").Must(2).Err, StringComparison.Ordinal);
        Assert.Empty(_box.Spool("list", "--server", "--json").Must(0).Out);
    }
}
