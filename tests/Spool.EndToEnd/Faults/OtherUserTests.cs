using Spool.EndToEnd.Support;
using Xunit;

namespace Spool.EndToEnd.Faults;

/// <summary>Most people are not root: file modes count, and the processes of others cannot be looked into.</summary>
public sealed class OtherUserTests : IDisposable
{
    private const string Nobody = "65534";
    private readonly Sandbox _box = new();

    public void Dispose() => _box.Dispose();

    private Going StartAsNobody(params string[] arguments)
    {
        Sandbox.Needs("setpriv", "chown");
        Assert.SkipWhen(!Environment.IsPrivilegedProcess, "only root may become another user");
        Sandbox.Tool("chown", ["-R", "--no-dereference", $"{Nobody}:{Nobody}", _box.Root]);
        Sandbox.Tool("chmod", ["755", _box.Root]);
        return _box.StartAs("setpriv", ["--reuid", Nobody, "--regid", Nobody, "--clear-groups", SpoolProgram.Path, .. arguments]);
    }

    [Fact]
    public void A_killed_engine_of_an_ordinary_user_takes_its_tools_with_it()
    {
        _box.Workflow("""
            version: 1
            name: killed
            steps:
              - { id: hold, kind: command, with: { run: [sh, -c, "sleep 1000 & sleep 1000"] }, out: { file: out/a.txt } }
            """);
        using var engine = StartAsNobody("run", "--json", "--allow", "sh");
        Sandbox.Until(() => engine.HasEnded || Sandbox.ToolsOf(engine.Pid).Count >= 3, "the start of the tools");
        Assert.False(engine.HasEnded, engine.ErrSoFar);
        engine.Kill();
        Sandbox.MustLeaveNothing(engine.Pid);
    }

    [Fact]
    public void A_file_that_may_not_be_read_fails_what_needs_it_and_nothing_else()
    {
        _box.Write("good.txt", "good\n");
        _box.Write("closed.txt", "closed\n");
        File.SetUnixFileMode(_box.At("closed.txt"), UnixFileMode.None);
        _box.Workflow("""
            version: 1
            name: closed
            steps:
              - { id: closed, kind: files.copy, in: { file: closed.txt }, out: { file: out/closed.txt } }
              - { id: good, kind: files.copy, in: { file: good.txt }, out: { file: out/good.txt } }
            """);
        using var engine = StartAsNobody("run", "--json");
        var end = engine.Wait().Must(1);
        Assert.Equal(["good"], end.Tasks("succeeded"));
        Assert.Contains("closed.txt: permission denied", end.Sentence("closed"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_workspace_that_may_not_be_written_is_refused_with_its_path()
    {
        _box.Workflow("""
            version: 1
            name: closed
            steps:
              - { id: write, kind: files.write, with: { text: a }, out: { file: out/a.txt } }
            """);
        File.SetUnixFileMode(_box.Folder, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        using var engine = StartAsNobody("run", "--json");
        var end = engine.Wait().Must(1);
        Assert.Contains(_box.At(".spool"), end.Err, StringComparison.Ordinal);
        Assert.Contains("permission denied", end.Err, StringComparison.Ordinal);
        Assert.DoesNotContain("Spool itself broke", end.Err, StringComparison.Ordinal);
    }
}
