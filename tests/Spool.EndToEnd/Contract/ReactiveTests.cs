using System.Globalization;
using System.Text.Json;
using Spool.EndToEnd.Support;
using Xunit;

namespace Spool.EndToEnd.Contract;

/// <summary>Reactive production with the real tools: templates to finished films, reviews that survive kills, stand-ins, previews.</summary>
public sealed class ReactiveTests : IDisposable
{
    private readonly Sandbox _box = new();

    public ReactiveTests() => Sandbox.Needs("ffmpeg", "ffprobe", "flite", "rsvg-convert");

    public void Dispose() => _box.Dispose();

    private void New(string template, params string[] more)
    {
        _box.Spool(["new", template, _box.Folder, "--yes", .. more]).Must(0);
    }

    private static (int Width, int Height, double Seconds) Film(string path)
    {
        using var probe = JsonDocument.Parse(Sandbox.Tool("ffprobe", ["-v", "error", "-select_streams", "v:0", "-show_entries", "stream=width,height:format=duration", "-of", "json", path]));
        var stream = probe.RootElement.GetProperty("streams")[0];
        return (stream.GetProperty("width").GetInt32(), stream.GetProperty("height").GetInt32(), double.Parse(probe.RootElement.GetProperty("format").GetProperty("duration").GetString()!, CultureInfo.InvariantCulture));
    }

    [Fact]
    public void The_template_shorts_stops_for_the_script_says_what_is_missing_and_ends_as_a_film()
    {
        New("shorts", "--var", "title=Rain again");
        var first = _box.Run().Must(3);
        Assert.Equal(["read"], first.Tasks("waiting"));
        // Killed or run again while it waits: it still waits, and nothing is made again.
        Assert.Empty(_box.Run().Must(3).Tasks("succeeded"));
        _box.Write("work/script.md", "# Edited\n\n## One\n- a\n\nThe first words of mine.\n\n## Two\n- b\n\nThe second words of mine.\n");
        var reviews = _box.Spool("reviews", "--json").Must(0).Object;
        Assert.True(reviews.GetProperty("files")[0].GetProperty("edited").GetBoolean());

        var preview = _box.Spool("preview", "--json").Must(0).Lines[^1].GetProperty("preview");
        Assert.Equal(["assets/background.jpg", "assets/intro.mp4", "assets/music.mp3", "assets/outro.mp4"], preview.GetProperty("missing").EnumerateArray().Select(m => m.GetString()!).Order(StringComparer.Ordinal));
        var cut = Film(preview.GetProperty("file").GetString()!);
        Assert.Equal((1080, 1920), (cut.Width, cut.Height));

        _box.Spool("approve", "--json").Must(0);
        var second = _box.Run().Must(3);
        Assert.Contains("The first words of mine.", _box.Read("work/narration/one.json"), StringComparison.Ordinal);
        Assert.Equal(["loudness"], second.Tasks("waiting"));
        Assert.False(File.Exists(_box.At("out/short.mp4")));

        // One file dropped in makes exactly what shows it anew.
        Directory.CreateDirectory(_box.At("assets"));
        Sandbox.Tool("ffmpeg", ["-v", "error", "-nostdin", "-f", "lavfi", "-i", "testsrc=s=1080x1920", "-frames:v", "1", _box.At("assets/background.jpg")]);
        var third = _box.Run().Must(3);
        Assert.Equal(["captions:one", "captions:two", "clips:one", "clips:two", "join", "mix", "scenes", "slides:one", "slides:two"], third.Tasks("succeeded").Order(StringComparer.Ordinal));

        var last = _box.Run("--allow-placeholders").Must(0);
        Assert.Equal("succeeded", last.Run.GetProperty("status").GetString());
        var film = Film(_box.At("out/short.mp4"));
        Assert.Equal((1080, 1920), (film.Width, film.Height));
        Assert.True(film.Seconds > 4);
        Assert.Contains("assets/intro.mp4", Sandbox.Tool("ffprobe", ["-v", "error", "-show_entries", "format_tags=comment", "-of", "csv=p=0", _box.At("out/short.mp4")]), StringComparison.Ordinal);
        Assert.Equal("", Sandbox.Tool("ffmpeg", ["-v", "error", "-nostdin", "-i", _box.At("out/short.mp4"), "-f", "null", "-"]));
        // What was allowed for one run is not remembered as nothing to do.
        Assert.Equal(["loudness"], _box.Run().Must(3).Tasks("waiting"));
        _box.MustBeSound();
    }

    [Fact]
    public void The_template_dual_makes_both_films_of_one_narration()
    {
        New("dual");
        var run = _box.Run().Must(0);
        Assert.Equal(3, run.Tasks("succeeded").Count(t => t.StartsWith("narration:", StringComparison.Ordinal)));
        var (wide, tall) = (Film(_box.At("wide/film.mp4")), Film(_box.At("short/film.mp4")));
        Assert.Equal((1920, 1080), (wide.Width, wide.Height));
        Assert.Equal((1080, 1920), (tall.Width, tall.Height));
        Assert.Equal(wide.Seconds, tall.Seconds, 0.2);
        Assert.Empty(_box.Run().Must(0).Tasks("succeeded"));
    }

    [Fact]
    public void A_review_survives_a_kill_and_a_decision_reaches_the_engine_that_owns_the_workspace()
    {
        _box.Workflow($$$"""
            version: 1
            steps:
              - { id: draft, kind: files.write, with: { text: "draft ${{ review.note }}" }, out: { file: work/draft.txt } }
              - { id: read, kind: review, in: { text: work/draft.txt } }
              - { id: use, kind: files.copy, in: { file: work/draft.txt }, out: { file: out/draft.txt } }
              - { id: hold, kind: command, with: { run: [sh, -c, 'touch {{{_box.Root}}}/holds; while [ ! -e {{{_box.Root}}}/go ]; do sleep 0.02; done; echo x > "$1"', x, "${{ out.file }}"] }, out: { file: out/held.txt } }
            """);
        using (var killed = _box.Start("run", "--json", "--allow", "sh"))
        {
            Sandbox.Until(() => File.Exists(Path.Join(_box.Root, "holds")) && killed.OutSoFar.Contains("\"waiting\"", StringComparison.Ordinal), "the review");
            killed.Kill();
        }
        File.Delete(Path.Join(_box.Root, "holds"));
        using var engine = _box.Start("run", "--json", "--allow", "sh");
        Sandbox.Until(() => File.Exists(Path.Join(_box.Root, "holds")) && engine.OutSoFar.Contains("\"read\"", StringComparison.Ordinal), "the engine that took over");
        Assert.DoesNotContain("\"succeeded\"", engine.OutSoFar, StringComparison.Ordinal);
        // The engine takes the decision while another task goes on, and goes on with what waited.
        Assert.True(_box.Spool("approve", "--json").Must(0).Object.GetProperty("taken").GetBoolean());
        Sandbox.Until(() => File.Exists(_box.At("out/draft.txt")), "what waited for it");
        Assert.False(engine.HasEnded);
        File.WriteAllText(Path.Join(_box.Root, "go"), "");
        engine.Wait().Must(0);
        Assert.Equal("draft ", _box.Read("out/draft.txt"));
    }

    [Fact]
    public void A_rejection_with_a_note_makes_one_item_anew_and_the_note_reaches_its_maker()
    {
        _box.Workflow("""
            version: 1
            steps:
              - id: draft
                kind: files.write
                foreach: { list: [a, b, c] }
                with: { text: "${{ item }}: ${{ review.note }}" }
                out: { file: "work/${{ item }}.txt" }
              - { id: read, kind: review, in: { text: "work/{stem}.txt" } }
              - { id: all, kind: text.split, when: "exists never", in: { text: work/a.txt }, out: { sections: work/none/ } }
            """);
        _box.Run().Must(3);
        _box.Spool("reject", "read:b", "--note", "louder", "--at", "0:14.2", "--workspace", _box.Folder, "--json").Must(0);
        Assert.Equal(["draft:b"], _box.Run().Must(3).Tasks("succeeded"));
        Assert.Equal("b: at 0:14.2: louder", _box.Read("work/b.txt"));
        _box.Spool("approve", "read:*", "--json").Must(0);
        _box.Run().Must(0);
    }

    [Fact]
    public void Speech_that_holds_one_resource_never_overlaps_while_pictures_are_drawn_beside_it()
    {
        var log = Path.Join(_box.Root, "log");
        var script = string.Concat(Enumerable.Range(1, 12).Select(i => $"## Part {i}\n- point\n\nWords of part {i}.\n\n"));
        _box.Write("script.md", "# T\n\n" + script);
        _box.Workflow($$$"""
            version: 1
            resources: { tts: 1 }
            steps:
              - { id: parts, kind: text.split, in: { text: script.md }, out: { sections: work/parts/ } }
              - id: narration
                kind: command
                in: { text: "work/parts/{stem}.md" }
                with: { run: [sh, -c, 'mkdir {{{_box.Root}}}/busy || echo overlap >> {{{log}}}; sleep 0.05; flite -voice slt -o "$2" -f "$1"; rmdir {{{_box.Root}}}/busy', x, "${{ in.text }}", "${{ out.audio }}"] }
                out: { audio: "work/audio/{stem}.wav" }
                resources: { tts: 1 }
              - { id: slides, kind: images.slide, in: { text: "work/parts/{stem}.md" }, out: { image: "work/slides/{stem}.png" } }
            """);
        _box.Run("--allow", "sh", "--jobs", "4").Must(0);
        Assert.False(File.Exists(log));
        Assert.Equal(12, Directory.GetFiles(_box.At("work/audio")).Length);
        Assert.Equal(12, Directory.GetFiles(_box.At("work/slides")).Length);
    }
}
