using Spool.EndToEnd.Support;
using Xunit;

namespace Spool.EndToEnd.Faults;

/// <summary>File names as people, cameras and attackers give them, through an in-process kind, a command and ffmpeg.</summary>
public sealed class FileNameTests : IDisposable
{
    private static readonly string[] Names =
    [
        "plain", "two words", "quote'single", "quote\"double", "back\\slash", "line\nbreak", "carriage\rreturn", "tab\there", "-leading", "--help", "-y", "ünïcödé", "日本語",
        "emoji 🎬", "family 👩‍👩‍👧", "right‮left", "e\u0301 apart", "\u00e9 together", "%03d", "100%", "[1]", "a{b}c", "${{ x }}", "$(id)", "`id`", "star*", "what?", "semi;colon", "pipe|", "a&b",
        "http:x", "concat:a|b", "file:x", "a:b", "#hash", "~home", "~", "comma,", "equal=", "at@", "trailing ", " leading", "dot.dot.", "UPPER", "upper",
        new string('x', 200), new string('漢', 80),
    ];

    private readonly Sandbox _box = new();

    public void Dispose() => _box.Dispose();

    private string[] Put(string extension, Action<string> make)
    {
        Directory.CreateDirectory(_box.At("in"));
        foreach (var name in Names) make(_box.At("in/" + name + extension));
        return [.. Names.Select(n => n + extension).Order(StringComparer.Ordinal)];
    }

    private string[] Made(string folder) => [.. Directory.GetFiles(_box.At(folder)).Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal)];

    [Fact]
    public void Every_name_goes_through_copying_and_through_a_command()
    {
        var names = Put(".txt", p => File.WriteAllText(p, Path.GetFileName(p)));
        _box.Workflow("""
            version: 1
            name: names
            steps:
              - { id: copy, kind: files.copy, in: { file: "in/{stem}.txt" }, out: { file: "copied/{stem}.txt" } }
              - { id: command-with-a-long-name-of-its-own, kind: command, in: { file: "copied/{stem}.txt" }, with: { run: [cp, "${{ in.file }}", "${{ out.file }}"] }, out: { file: "cp/{stem}.txt" } }
            """);
        var end = _box.Run("--allow", "cp").Must(0);
        Assert.Equal(2 * Names.Length, end.Tasks("succeeded").Count);
        foreach (var folder in new[] { "copied", "cp" })
        {
            Assert.Equal(names, Made(folder));
            foreach (var name in names) Assert.Equal(name, _box.Read($"{folder}/{name}"));
        }
        Assert.Empty(_box.Run("--allow", "cp").Must(0).Tasks("succeeded"));
        // A renamed file touches itself only: its neighbours are as they were.
        File.Move(_box.At("in/two words.txt"), _box.At("in/three more words.txt"));
        var renamed = _box.Run("--allow", "cp").Must(0);
        Assert.All(renamed.Tasks("succeeded"), t => Assert.Contains("three", t, StringComparison.Ordinal));
        _box.Spool("logs").Must(0);
        _box.Spool("status", "--json").Must(0);
        _box.MustBeSound();
    }

    [Fact]
    public void Every_name_goes_through_a_tool_for_films()
    {
        Sandbox.Needs("ffmpeg", "ffprobe");
        var film = _box.Film("film.mp4", 0.5);
        var names = Put(".mp4", p => File.Copy(film, p));
        _box.Workflow("""
            version: 1
            name: names
            steps:
              - { id: probe, kind: video.thumbnail, in: { video: "in/{stem}.mp4" }, out: { image: "out/{stem}.png" } }
              - { id: data, kind: media.probe, in: { media: "in/{stem}.mp4" }, out: { data: "data/{stem}.json" } }
              - { id: join, kind: video.concat, in: { videos: "in/*.mp4" }, with: { preset: ultrafast }, out: { video: "joined/%03d [1].mp4" } }
            """);
        _box.Run().Must(0);
        Assert.Equal([.. names.Select(n => n[..^4] + ".png")], Made("out"));
        Assert.Equal(["%03d [1].mp4"], Made("joined"));
        _box.MustBeSound();
    }

    [Fact]
    public void A_name_that_is_no_text_is_told_and_the_others_go_on()
    {
        Directory.CreateDirectory(_box.At("in"));
        _box.Write("in/good.txt", "good\n");
        Sandbox.Tool("sh", ["-c", "printf bad > \"$1/$(printf 'bad\\377.txt')\"", "x", _box.At("in")]);
        _box.Workflow("""
            version: 1
            name: names
            steps:
              - { id: copy, kind: files.copy, in: { file: "in/{stem}.txt" }, out: { file: "out/{stem}.txt" } }
            """);
        var end = _box.Run();
        Assert.DoesNotContain("Spool itself broke", end.Err, StringComparison.Ordinal);
        Assert.Contains("copy:good", end.Tasks("succeeded"));
        Assert.True(end.Code is 0 or 1 or 3, end.ToString());
    }
}
