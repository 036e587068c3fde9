using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Spool.EndToEnd.Support;
using Xunit;

namespace Spool.EndToEnd.Faults;

public sealed class InputTests : IDisposable
{
    private readonly Sandbox _box = new();

    public void Dispose() => _box.Dispose();

    [Fact]
    public void Broken_films_fail_each_with_its_reason_and_the_good_one_is_made()
    {
        Sandbox.Needs("ffmpeg", "ffprobe");
        var good = File.ReadAllBytes(_box.Film("in/good.mp4"));
        File.WriteAllBytes(_box.At("in/half.mp4"), good[..(good.Length / 2)]);
        var matroska = File.ReadAllBytes(_box.Film("whole.mkv"));
        File.WriteAllBytes(_box.At("in/half.mkv"), matroska[..(matroska.Length / 2)]);
        _box.Write("in/empty.mp4", "");
        _box.Write("in/text.mp4", "this is a text\n");
        _box.Write("in/playlist.mp4", $"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nfile://{_box.At("in/good.mp4")}\n#EXT-X-ENDLIST\n");
        _box.Write("in/list.mp4", "ffconcat version 1.0\nfile good.mp4\n");
        _box.Workflow("""
            version: 1
            name: broken
            steps:
              - id: encode
                kind: video.transcode
                foreach: { glob: "in/*" }
                in: { video: "${{ item }}" }
                with: { preset: ultrafast }
                out: { video: "out/${{ item.name }}.mp4" }
            """);
        var end = _box.Run().Must(1);
        Assert.Equal(["encode:good.mp4"], end.Tasks("succeeded"));
        Assert.Contains("is cut off", end.Sentence("encode:half.mp4"), StringComparison.Ordinal);
        Assert.Contains("is cut off", end.Sentence("encode:half.mkv"), StringComparison.Ordinal);
        Assert.Contains("is empty (0 bytes)", end.Sentence("encode:empty.mp4"), StringComparison.Ordinal);
        foreach (var task in new[] { "encode:text.mp4", "encode:playlist.mp4", "encode:list.mp4" }) Assert.NotEqual("Bug", end.Failure(task).GetProperty("kind").GetString());
        Assert.Single(Directory.GetFiles(_box.At("out")));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_box.At(".spool/attempts")));
        _box.MustBeSound();
    }

    [Fact]
    public async Task A_playlist_that_calls_home_reaches_nobody()
    {
        Sandbox.Needs("ffmpeg", "ffprobe");
        using var canary = new TcpListener(IPAddress.Loopback, 0);
        canary.Start();
        var calls = canary.AcceptSocketAsync(TestContext.Current.CancellationToken).AsTask();
        var port = ((IPEndPoint)canary.LocalEndpoint).Port;
        _box.Write("a.mp4", $"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nhttp://127.0.0.1:{port}/a.ts\n#EXT-X-ENDLIST\n");
        _box.Write("b.mp4", $"ffconcat version 1.0\nfile http://127.0.0.1:{port}/b.mp4\n");
        _box.Write("c.png", $"<svg xmlns='http://www.w3.org/2000/svg' xmlns:xlink='http://www.w3.org/1999/xlink' width='9' height='9'><image xlink:href='http://127.0.0.1:{port}/c.png' width='9' height='9'/></svg>");
        _box.Workflow("""
            version: 1
            name: canary
            steps:
              - { id: a, kind: video.transcode, in: { video: a.mp4 }, out: { video: out/a.mp4 } }
              - { id: b, kind: video.transcode, in: { video: b.mp4 }, out: { video: out/b.mp4 } }
              - { id: c, kind: video.from-image, in: { image: c.png }, out: { video: out/c.mp4 } }
            """);
        var end = _box.Run().Must(1);
        Assert.Equal(3, end.Tasks("failed").Count);
        Assert.False(calls.IsCompleted, "something connected");
        canary.Stop();
        await Assert.ThrowsAnyAsync<Exception>(() => calls);
    }

    [Theory]
    [InlineData("http://169.254.169.254/latest")]
    [InlineData("concat:a.mp4|b.mp4")]
    [InlineData("/etc/passwd")]
    [InlineData("../outside.mp4")]
    [InlineData("work/../../outside.mp4")]
    [InlineData("pipe:0")]
    [InlineData("~/.ssh/id_rsa")]
    public void A_path_that_is_no_file_of_the_workspace_is_never_read(string path)
    {
        File.WriteAllText(Path.Join(_box.Root, "outside.mp4"), "outside");
        _box.Workflow($$"""
            version: 1
            name: paths
            steps:
              - { id: copy, kind: files.copy, in: { file: "{{path}}" }, out: { file: out/copy } }
            """);
        var end = _box.Run();
        // Refused as text that is wrong, or waited for as a file that is not there; nothing is copied.
        Assert.True(end.Code is 2 or 3, end.ToString());
        Assert.False(File.Exists(_box.At("out/copy")));
    }

    [Theory]
    [InlineData("../x.txt")]
    [InlineData("/tmp/x.txt")]
    [InlineData(".spool/journal/x")]
    [InlineData("out/../../x.txt")]
    public void An_output_outside_the_workspace_is_a_problem(string path)
    {
        _box.Workflow($$"""
            version: 1
            name: paths
            steps:
              - { id: write, kind: files.write, with: { text: a }, out: { file: "{{path}}" } }
            """);
        var end = _box.Run().Must(2);
        Assert.Equal("SPL0140", end.Object.GetProperty("problems")[0].GetProperty("code").GetString());
    }

    [Theory]
    [InlineData("codec", "libx264 -i /etc/passwd")]
    [InlineData("preset", "fast -y")]
    [InlineData("crf", "18 -vf movie=/etc/passwd")]
    [InlineData("size", "320x180,movie=/etc/passwd")]
    public void An_option_cannot_carry_another(string option, string value)
    {
        _box.Write("film.mp4", "x");
        _box.Workflow($$"""
            version: 1
            name: options
            steps:
              - { id: encode, kind: video.transcode, in: { video: film.mp4 }, with: { {{option}}: "{{value}}" }, out: { video: out/a.mp4 } }
            """);
        var end = _box.Run().Must(2);
        Assert.Contains(end.Object.GetProperty("problems").EnumerateArray(), p => p.GetProperty("line").GetInt32() == 4);
    }

    [Fact]
    public void A_value_is_never_expanded_again_and_stays_one_argument()
    {
        _box.Workflow("""
            version: 1
            name: values
            vars: { title: { type: string, default: plain } }
            steps:
              - { id: say, kind: command, with: { run: [printf, "%s|", "${{ vars.title }}", end], stdout: "${{ out.file }}" }, out: { file: out/said.txt } }
            """);
        foreach (var value in new[] { "a b", "$(id) `id` ; rm -rf /", "${{ vars.title }}", "-n", "\"; x", "*", "{stem}" })
        {
            _box.Run("--allow", "printf", "--var", "title=" + value).Must(0);
            Assert.Equal(value + "|end|", _box.Read("out/said.txt"));
        }
    }

    [Fact]
    public void An_input_that_is_replaced_while_it_is_read_is_read_once_more()
    {
        _box.Write("input.txt", "old\n");
        _box.Workflow($$$"""
            version: 1
            name: changing
            steps:
              - { id: read, kind: command, in: { file: input.txt }, with: { run: [sh, -c, 'cat "$1" > "$2"; echo x >> {{{_box.Root}}}/starts; while [ ! -e {{{_box.Root}}}/go ]; do sleep 0.02; done', x, "${{ in.file }}", "${{ out.file }}"] }, out: { file: out/read.txt } }
            """);
        using var engine = _box.Start("run", "--json", "--allow", "sh");
        Sandbox.Until(() => File.Exists(Path.Join(_box.Root, "starts")), "the start of the tool");
        _box.Write("input.new", "new\n");
        File.Move(_box.At("input.new"), _box.At("input.txt"), true);
        File.WriteAllText(Path.Join(_box.Root, "go"), "");
        engine.Wait().Must(0);
        Assert.Equal("new\n", _box.Read("out/read.txt"));
        Assert.Equal(2, File.ReadAllLines(Path.Join(_box.Root, "starts")).Length);
        Assert.Empty(_box.Run("--allow", "sh").Must(0).Tasks("succeeded"));
        _box.MustBeSound();
    }

    [Fact]
    public void An_input_that_changes_every_time_fails_with_its_name()
    {
        _box.Write("input.txt", "0\n");
        _box.Workflow($$$"""
            version: 1
            name: changing
            steps:
              - { id: read, kind: command, in: { file: input.txt }, with: { run: [sh, -c, 'cat "$1" > "$2"; date +%N >> {{{_box.At("input.txt")}}}', x, "${{ in.file }}", "${{ out.file }}"] }, out: { file: out/read.txt } }
            """);
        var end = _box.Run("--allow", "sh").Must(1);
        Assert.Equal("InputChanged", end.Failure("read").GetProperty("kind").GetString());
        Assert.Contains("input.txt changed while it was read", end.Sentence("read"), StringComparison.Ordinal);
        Assert.False(File.Exists(_box.At("out/read.txt")));
    }

    [Fact]
    public void A_link_out_of_the_workspace_is_refused_and_one_within_is_followed()
    {
        File.WriteAllText(Path.Join(_box.Root, "secret.txt"), "secret\n");
        Directory.CreateDirectory(Path.Join(_box.Root, "outside"));
        File.WriteAllText(Path.Join(_box.Root, "outside/secret.txt"), "secret\n");
        _box.Write("own.txt", "own\n");
        File.CreateSymbolicLink(_box.At("out-of-it.txt"), Path.Join(_box.Root, "secret.txt"));
        File.CreateSymbolicLink(_box.At("folder"), Path.Join(_box.Root, "outside"));
        File.CreateSymbolicLink(_box.At("within.txt"), "own.txt");
        _box.Workflow("""
            version: 1
            name: links
            steps:
              - { id: outside, kind: files.copy, in: { file: out-of-it.txt }, out: { file: out/a.txt } }
              - { id: through, kind: files.copy, in: { file: folder/secret.txt }, out: { file: out/b.txt } }
              - { id: within, kind: files.copy, in: { file: within.txt }, out: { file: out/c.txt } }
            """);
        var end = _box.Run().Must(1);
        Assert.Equal("out-of-it.txt leads out of the workspace through a link", end.Sentence("outside"));
        Assert.Equal("folder/secret.txt leads out of the workspace through a link", end.Sentence("through"));
        Assert.Equal(["within"], end.Tasks("succeeded"));
        Assert.Equal("own\n", _box.Read("out/c.txt"));
    }

    [Fact]
    public void An_output_folder_that_is_a_link_out_of_the_workspace_is_not_written_through()
    {
        Directory.CreateDirectory(Path.Join(_box.Root, "outside"));
        File.CreateSymbolicLink(_box.At("out"), Path.Join(_box.Root, "outside"));
        _box.Workflow("""
            version: 1
            name: links
            steps:
              - { id: write, kind: files.write, with: { text: a }, out: { file: out/a.txt } }
            """);
        var end = _box.Run();
        Assert.True(end.Code is 1 or 3, end.ToString());
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Join(_box.Root, "outside")));
    }

    [Fact]
    public void Pipes_loops_and_dangling_links_are_told_without_hanging()
    {
        Sandbox.Needs("mkfifo");
        Directory.CreateDirectory(_box.At("many"));
        Sandbox.Tool("mkfifo", [_box.At("pipe"), _box.At("many/pipe.txt")]);
        File.CreateSymbolicLink(_box.At("loop"), "loop");
        File.CreateSymbolicLink(_box.At("many/loop.txt"), "loop.txt");
        File.CreateSymbolicLink(_box.At("dangling"), "nowhere");
        File.CreateSymbolicLink(_box.At("many/dangling.txt"), "nowhere");
        _box.Write("many/good.txt", "good\n");
        _box.Workflow("""
            version: 1
            name: odd
            steps:
              - { id: pipe, kind: files.copy, in: { file: pipe }, out: { file: out/pipe } }
              - { id: loop, kind: files.copy, in: { file: loop }, out: { file: out/loop } }
              - { id: dangling, kind: files.copy, in: { file: dangling }, out: { file: out/dangling } }
              - { id: each, kind: files.copy, foreach: { glob: "many/*.txt" }, in: { file: "${{ item }}" }, out: { file: "out/${{ item.name }}" } }
              - { id: folder, kind: command, in: { all: many/ }, with: { run: [ls, "${{ in.all }}"], stdout: "${{ out.file }}" }, out: { file: out/list.txt } }
            """);
        var end = _box.Run("--allow", "ls");
        Assert.True(end.Code is 1 or 3, end.ToString());
        Assert.DoesNotContain("error:", end.Err, StringComparison.Ordinal);
        Assert.Equal("pipe is no regular file", end.Sentence("pipe"));
        Assert.Contains("dangling", end.Tasks("waiting"));
        Assert.Contains("each:good.txt", end.Tasks("succeeded"));
        Assert.Equal("good.txt\n", _box.Read("out/list.txt"));
        Assert.True(end.Took.TotalSeconds < 20);
    }

    [Fact]
    public void A_picture_bomb_is_refused()
    {
        Sandbox.Needs("ffmpeg");
        Sandbox.Tool("ffmpeg", ["-hide_banner", "-v", "error", "-nostdin", "-f", "lavfi", "-i", "color=s=16000x16000:d=0.04:r=25", "-frames:v", "1", "-pix_fmt", "monob", _box.At("bomb.png")]);
        _box.Workflow("""
            version: 1
            name: bomb
            steps:
              - { id: show, kind: video.from-image, in: { image: bomb.png }, out: { video: out/a.mp4 } }
            """);
        var clock = Stopwatch.StartNew();
        var end = _box.Run().Must(1);
        Assert.NotEqual("Bug", end.Failure("show").GetProperty("kind").GetString());
        Assert.True(clock.Elapsed.TotalSeconds < 30);
    }
}
