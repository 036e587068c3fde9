using System.Globalization;
using Spool.EndToEnd.Support;
using Xunit;

namespace Spool.EndToEnd.Faults;

public sealed class ToolTests : IDisposable
{
    private readonly Sandbox _box = new();

    public void Dispose() => _box.Dispose();

    private static string Shell(string script, string more = "") => $$"""
        version: 1
        name: shell
        steps:
          - { id: tool, kind: command, with: { run: [sh, -c, '{{script}}'] }, out: { file: out/tool.txt }{{more}} }
          - { id: other, kind: files.write, with: { text: "other\n" }, out: { file: out/other.txt } }
        """;

    [Fact]
    public void A_missing_tool_names_its_package_and_other_branches_go_on()
    {
        var programs = Path.Join(_box.Root, "bin");
        Directory.CreateDirectory(programs);
        foreach (var tool in new[] { "ffmpeg", "ffprobe", "rsvg-convert", "fc-list" })
            if (Sandbox.Find(tool) is { } path) File.CreateSymbolicLink(Path.Join(programs, tool), path);
        _box.Variables["PATH"] = programs;
        if (Environment.GetEnvironmentVariable("DOTNET_ROOT") is null && Sandbox.Find("dotnet") is { } dotnet)
            _box.Variables["DOTNET_ROOT"] = Path.GetDirectoryName(new FileInfo(dotnet).ResolveLinkTarget(true)?.FullName ?? dotnet)!;
        _box.Write("text.md", "Hello.\n");
        _box.Workflow("""
            version: 1
            name: missing
            steps:
              - { id: voice, kind: speech.synthesize, in: { text: text.md }, out: { audio: out/voice.wav } }
              - { id: behind, kind: files.copy, in: { file: out/voice.wav }, out: { file: out/copy.wav } }
              - { id: other, kind: files.copy, in: { file: text.md }, out: { file: out/text.md } }
            """);
        var end = _box.Run().Must(1);
        Assert.Equal("Unavailable", end.Failure("voice").GetProperty("kind").GetString());
        Assert.Equal("flite is not on this machine", end.Sentence("voice"));
        Assert.Equal("install it: sudo apt-get install flite", end.Failure("voice").GetProperty("next").GetString());
        Assert.Equal(["other"], end.Tasks("succeeded"));
        Assert.Equal(["behind"], end.Tasks("blocked"));
        Assert.Contains("apt-get install flite", _box.Spool("check").Must(0).Out, StringComparison.Ordinal);
    }

    [Fact]
    public void A_tool_that_hangs_is_ended_with_all_it_started()
    {
        _box.Workflow(Shell("sleep 1000 & sleep 1000", ", timeout: 1s"));
        using var engine = _box.Start("run", "--json", "--allow", "sh");
        var end = engine.Wait().Must(1);
        Assert.Equal("TimedOut", end.Failure("tool").GetProperty("kind").GetString());
        Assert.Equal("sh was stopped after 1 s (timeout)", end.Sentence("tool"));
        Assert.Equal(["other"], end.Tasks("succeeded"));
        Assert.Empty(Sandbox.ToolsOf(engine.Pid));
    }

    [Fact]
    public void A_tool_that_does_not_heed_the_call_to_end_is_killed_after_the_grace_time()
    {
        _box.Workflow(Shell("trap : TERM; while :; do sleep 1; done", ", timeout: 1s"));
        using var engine = _box.Start("run", "--json", "--allow", "sh");
        var end = engine.Wait().Must(1);
        Assert.Equal("TimedOut", end.Failure("tool").GetProperty("kind").GetString());
        Assert.InRange(end.Took.TotalSeconds, 3.9, 30);
        Assert.Empty(Sandbox.ToolsOf(engine.Pid));
    }

    [Fact]
    public void A_grandchild_that_left_the_group_does_not_outlive_the_engine()
    {
        Sandbox.Needs("setsid");
        _box.Workflow(Shell("setsid sleep 1000 </dev/null >/dev/null 2>&1 & echo done > \"$1\"', x, '${{ out.file }}"));
        using var engine = _box.Start("run", "--json", "--allow", "sh");
        engine.Wait().Must(0);
        Sandbox.MustLeaveNothing(engine.Pid);
    }

    [Fact]
    public void A_tool_that_floods_its_errors_costs_no_memory_and_its_log_is_capped()
    {
        _box.Workflow(Shell("yes 0123456789012345678901234567890123456789 | head -c 200000000 >&2; exit 3"));
        using var engine = _box.Start("run", "--json", "--allow", "sh");
        long peak = 0;
        while (!engine.EndsWithin(TimeSpan.FromMilliseconds(20))) peak = Math.Max(peak, Peak(engine.Pid));
        var end = engine.Wait().Must(1);
        Assert.Equal(3, end.Failure("tool").GetProperty("exit_code").GetInt32());
        Assert.True(peak < 300 << 20, $"the engine took {peak >> 20} MiB");
        var log = new FileInfo(_box.At(".spool/runs/1/logs/tool.1.log"));
        Assert.InRange(log.Length, 60L << 20, (64L << 20) + 1000);
        // The journal keeps a few lines of it.
        Assert.InRange(new DirectoryInfo(_box.At(".spool/journal")).EnumerateFiles().Sum(f => f.Length), 1, 200_000);
        Sandbox.Say($"counts: 200 MB of errors at a peak of {peak >> 20} MiB");
    }

    private static long Peak(int pid)
    {
        try
        {
            var line = File.ReadLines($"/proc/{pid}/status").FirstOrDefault(l => l.StartsWith("VmHWM:", StringComparison.Ordinal));
            return line is null ? 0 : long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) << 10;
        }
        catch (IOException) { return 0; }
    }

    [Fact]
    public void One_line_without_an_end_and_bytes_that_are_no_text_harm_nothing()
    {
        _box.Workflow(Shell("head -c 100000000 /dev/zero | tr \"\\\\0\" \"x\" >&2; printf \"\\\\377\\\\376\\\\000\\\\033[31mred\\\\n\" >&2; exit 4"));
        var end = _box.Run("--allow", "sh").Must(1);
        Assert.Equal(4, end.Failure("tool").GetProperty("exit_code").GetInt32());
        _box.Spool("logs", "--failed").Must(0);
        _box.MustBeSound();
    }

    [Fact]
    public void A_tool_that_a_signal_ended_is_told_as_such()
    {
        _box.Workflow(Shell("kill -SEGV $$"));
        var end = _box.Run("--allow", "sh").Must(1);
        Assert.Equal("sh was ended by signal 11", end.Sentence("tool"));
        _box.Workflow(Shell("kill -KILL $$"));
        var killed = _box.Run("--allow", "sh").Must(1);
        Assert.Equal("OutOfMemory", killed.Failure("tool").GetProperty("kind").GetString());
        // Want of memory is tried once more.
        Assert.True(File.Exists(_box.At(".spool/runs/2/logs/tool.2.log")));
    }

    [Fact]
    public void A_tool_that_ends_well_without_its_output_or_with_a_link_has_failed()
    {
        _box.Workflow(Shell("exit 0"));
        Assert.Contains("without writing its output", _box.Run("--allow", "sh").Must(1).Sentence("tool"), StringComparison.Ordinal);
        _box.Workflow(Shell("ln -s /etc/passwd \"$1\"', x, '${{ out.file }}"));
        Assert.Contains("not a regular file", _box.Run("--allow", "sh").Must(1).Sentence("tool"), StringComparison.Ordinal);
        Assert.False(File.Exists(_box.At("out/tool.txt")));
    }

    [Fact]
    public void A_program_in_the_workspace_is_not_the_program_of_that_name()
    {
        _box.Write("cp", "#!/bin/sh\ntouch /tmp/never\n");
        Sandbox.Tool("chmod", ["755", _box.At("cp")]);
        _box.Write("a.txt", "a\n");
        _box.Variables["PATH"] = ".:" + Environment.GetEnvironmentVariable("PATH");
        _box.Workflow("""
            version: 1
            name: names
            steps:
              - { id: copy, kind: command, in: { file: a.txt }, with: { run: [cp, "${{ in.file }}", "${{ out.file }}"] }, out: { file: out/a.txt } }
            """);
        _box.Run("--allow", "cp").Must(0);
        Assert.Equal("a\n", _box.Read("out/a.txt"));
    }

    [Fact]
    public void Tools_get_a_small_environment_and_no_secret_leaks_into_what_is_kept()
    {
        const string canary = "c4n4ry-9f8e7d";
        _box.Variables["SPOOL_TEST_TOKEN"] = canary;
        _box.Variables["LD_LIBRARY_PATH_CANARY"] = "must-not-be-seen";
        _box.Workflow("""
            version: 1
            name: secrets
            vars: { token: { type: secret, env: SPOOL_TEST_TOKEN } }
            steps:
              - { id: tool, kind: command, env: { TOKEN: "${{ vars.token }}" }, with: { run: [sh, -c, 'env | cut -d= -f1 | sort > "$1"; test -n "$TOKEN"', x, "${{ out.file }}"] }, out: { file: out/names.txt } }
            """);
        _box.Run("--allow", "sh").Must(0);
        var names = _box.Read("out/names.txt").Split('\n', StringSplitOptions.RemoveEmptyEntries).Except(["PWD", "OLDPWD", "SHLVL", "_"]).ToList();
        Assert.Equal(["HOME", "LANG", "PATH", "SPOOL_ENGINE", "TMPDIR", "TOKEN", "TZ"], names);
        _box.Spool("show", "out/names.txt");
        foreach (var file in Directory.EnumerateFiles(_box.Root, "*", SearchOption.AllDirectories))
            Assert.False(File.ReadAllBytes(file).AsSpan().IndexOf("c4n4ry-9f8e7d"u8) >= 0, $"{file} holds the secret");
    }
}
