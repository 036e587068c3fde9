using Spool.EndToEnd.Support;
using Xunit;

namespace Spool.EndToEnd.Faults;

public sealed class DiskTests : IDisposable
{
    private readonly Sandbox _box = new();
    private SmallDisk? _disk;

    public void Dispose()
    {
        _disk?.Dispose();
        _box.Dispose();
    }

    private SmallDisk Small(int megabytes)
    {
        _disk = SmallDisk.Mount(_box, megabytes);
        _box.Folder = Path.Join(_disk.Folder, "work");
        Directory.CreateDirectory(_box.Folder);
        return _disk;
    }

    private const string Big = """
        version: 1
        name: big
        steps:
          - { id: small, kind: files.write, with: { text: "small\n" }, out: { file: out/small.txt } }
          - { id: big, kind: command, in: { file: out/small.txt }, with: { run: [head, -c, "20000000", /dev/zero], stdout: "${{ out.file }}" }, out: { file: out/big.bin } }
        """;

    [Fact]
    public void A_tool_that_fills_the_disk_ends_the_run_with_a_clear_sentence_and_it_goes_on_when_there_is_space()
    {
        var disk = Small(8);
        _box.Workflow(Big);
        var full = _box.Run("--allow", "head").Must(1);
        Assert.Equal(["small"], full.Tasks("succeeded"));
        Assert.Equal("OutOfDisk", full.Failure("big").GetProperty("kind").GetString());
        Assert.Equal("the disk is full (head)", full.Sentence("big"));
        Assert.Contains("free some space", full.Failure("big").GetProperty("next").GetString(), StringComparison.Ordinal);
        // What the attempt wrote is gone again: the space is there for the next.
        Assert.Empty(Directory.EnumerateFileSystemEntries(_box.At(".spool/attempts")));
        Assert.Equal(0, _box.Spool("doctor", "--json").Code);
        disk.Remount("size=64m");
        var next = _box.Run("--allow", "head").Must(0);
        Assert.Equal(["big"], next.Tasks("succeeded"));
        Assert.Equal(20_000_000, new FileInfo(_box.At("out/big.bin")).Length);
        _box.MustBeSound();
    }

    [Fact]
    public void An_encoder_that_fills_the_disk_says_so_and_nothing_of_it_is_published()
    {
        Sandbox.Needs("ffmpeg");
        var disk = Small(3);
        _box.Film("film.mp4", 2);
        _box.Workflow("""
            version: 1
            name: encode
            steps:
              - { id: encode, kind: video.transcode, in: { video: film.mp4 }, with: { crf: 0, preset: ultrafast, size: 1920x1080 }, out: { video: out/film.mp4 } }
            """);
        var full = _box.Run().Must(1);
        Assert.Equal("OutOfDisk", full.Failure("encode").GetProperty("kind").GetString());
        Assert.Contains("disk is full", full.Sentence("encode"), StringComparison.Ordinal);
        Assert.False(File.Exists(_box.At("out/film.mp4")));
        disk.Remount("size=200m");
        _box.Run().Must(0);
        _box.MustBeSound();
    }

    [Fact]
    public void A_disk_without_a_single_byte_left_is_told_and_nothing_acknowledged_is_lost()
    {
        var disk = Small(4);
        _box.Workflow("""
            version: 1
            name: full
            steps:
              - { id: first, kind: files.write, with: { text: "first\n" }, out: { file: out/first.txt } }
            """);
        _box.Run().Must(0);
        _box.Workflow("""
            version: 1
            name: full
            steps:
              - { id: first, kind: files.write, with: { text: "first\n" }, out: { file: out/first.txt } }
              - { id: second, kind: files.write, with: { text: "second\n" }, out: { file: out/second.txt } }
            """);
        disk.Fill("filler");
        var full = _box.Run().Must(1);
        Assert.Contains("the disk is full", full.Out + full.Err, StringComparison.Ordinal);
        Assert.DoesNotContain("Spool itself broke", full.Err, StringComparison.Ordinal);
        Assert.Empty(full.Tasks("succeeded"));
        // Looking works without writing.
        _box.Spool("list", "--json").Must(0);
        _box.Spool("plan", "--json").Must(0);
        File.Delete(Path.Join(disk.Folder, "filler"));
        var next = _box.Run().Must(0);
        Assert.Equal(["second"], next.Tasks("succeeded"));
        _box.MustBeSound();
    }

    [Fact]
    public void A_workspace_that_cannot_be_written_is_refused_with_its_path_and_can_be_looked_at()
    {
        var disk = Small(8);
        _box.Workflow("""
            version: 1
            name: readonly
            vars: { text: { type: string, default: a } }
            steps:
              - { id: one, kind: files.write, with: { text: "${{ vars.text }}" }, out: { file: out/one.txt } }
            """);
        _box.Run().Must(0);
        disk.Remount("ro");
        var refused = _box.Run("--var", "text=b").Must(1);
        Assert.Contains("the file system is read-only", refused.Err, StringComparison.Ordinal);
        Assert.Contains(_box.At(".spool"), refused.Err, StringComparison.Ordinal);
        Assert.DoesNotContain("Spool itself broke", refused.Err, StringComparison.Ordinal);
        _box.Spool("plan", "--json").Must(0);
        Assert.Equal("succeeded", _box.Spool("list", "--json").Must(0).Object.GetProperty("status").GetString());
        Assert.Equal("succeeded", _box.Spool("status", "--json").Must(0).Object.GetProperty("status").GetString());
        _box.Spool("doctor", "--json").Must(0);
        disk.Remount("rw");
        _box.Run("--var", "text=b").Must(0);
        Assert.Equal("b", _box.Read("out/one.txt"));
        _box.MustBeSound();
    }
}
