using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Spool.App.Report;
using Xunit;

namespace Spool.EndToEnd.Report;

/// <summary>Real runs with real ffmpeg, and the page they write in a real browser.</summary>
public sealed class ReportPageTests : IDisposable
{
    private const string Film = """
        version: 1
        name: film
        outputs: [out/film.mp4, out/notes.txt]
        steps:
          - id: scene
            kind: command
            label: "</script><img src=x onerror=document.title='broken'>"
            foreach: { list: [red, green, blue] }
            with: { run: [ffmpeg, -nostdin, -v, error, -f, lavfi, -i, "color=${{ item }}:s=320x180:d=1", -f, lavfi, -i, "sine=d=1", "${{ out.video }}"] }
            out: { video: "work/${{ item }}.mp4" }
          - id: join
            kind: video.concat
            in: { videos: [work/red.mp4, work/blue.mp4, work/green.mp4] }
            out: { video: out/film.mp4 }
          - id: notes
            kind: files.write
            with: { text: "</script><script>document.title='broken'</script>" }
            out: { file: out/notes.txt }
        """;

    private readonly PageRig _rig = new();

    public ReportPageTests()
    {
        Assert.SkipWhen(PageTemplate.Read() is null, "the page is not built: npm ci && npm run build in web/");
        Directory.CreateDirectory(_rig.At("w"));
        _rig.Write("w/spool.yaml", Film);
    }

    public void Dispose() => _rig.Dispose();

    private async Task RunAsync(int code = 0)
    {
        var (ended, output, errors) = await _rig.SpoolAsync(null, "run", "--allow", "ffmpeg");
        Assert.True(ended == code, output + errors);
        Assert.Equal("", errors);
    }

    private static IEnumerable<string> Words(JsonElement list, string field) => list.EnumerateArray().Select(e => e.GetProperty(field).GetString()!);

    [Fact]
    public async Task The_page_shows_the_film_and_its_scenes_in_order_and_no_text_of_the_workflow_breaks_it()
    {
        Assert.SkipUnless(File.Exists(PageRig.Chromium), "needs chromium");
        await RunAsync();
        var (page, complaints) = await _rig.BrowseAsync();
        Assert.Empty(complaints);
        var names = Regex.Matches(page, "class=\"cell-name\">.*?<span>(.*?)</span>", RegexOptions.Singleline, TimeSpan.FromSeconds(5)).Select(m => m.Groups[1].Value).ToList();
        Assert.Equal(["red", "blue", "green"], names);
        Assert.Contains("<title>film · run 1</title>", page, StringComparison.Ordinal);
        Assert.Contains("src=\"out/film.mp4\"", page, StringComparison.Ordinal);
        if (Environment.GetEnvironmentVariable("SPOOL_PICTURES") is { } pictures) await _rig.BrowseAsync("", Path.Join(pictures, "film.png"));
    }

    [Fact]
    public async Task The_data_of_the_page_tells_lengths_pictures_lanes_and_what_made_what()
    {
        await RunAsync();
        var report = _rig.Report();
        Assert.StartsWith("Done in ", report.GetProperty("headline").GetString(), StringComparison.Ordinal);
        foreach (var cell in report.GetProperty("strip").EnumerateArray())
        {
            Assert.Equal(1, cell.GetProperty("seconds").GetDouble(), 1);
            Assert.StartsWith("data:image/jpeg;base64,", cell.GetProperty("thumbnail").GetString(), StringComparison.Ordinal);
            Assert.False(cell.TryGetProperty("changed", out _)); // there is no run before this one
        }
        var film = report.GetProperty("artifacts").EnumerateArray().Single(a => a.GetProperty("path").GetString() == "out/film.mp4");
        Assert.Equal(("video", "join", 320, 180), (film.GetProperty("type").GetString(), film.GetProperty("producer").GetString(), film.GetProperty("width").GetInt32(), film.GetProperty("height").GetInt32()));
        Assert.Equal(["h264", "aac"], film.GetProperty("codecs").EnumerateArray().Select(c => c.GetString()));
        Assert.Equal(["scene"], report.GetProperty("steps").EnumerateArray().Single(s => s.GetProperty("id").GetString() == "join").GetProperty("needs").EnumerateArray().Select(n => n.GetString()));
        var spans = report.GetProperty("lanes").EnumerateArray().SelectMany(l => l.GetProperty("spans").EnumerateArray()).ToList();
        Assert.Equal(5, spans.Count);
        Assert.Contains(spans, s => s.GetProperty("task").GetString() == "join" && s.TryGetProperty("critical", out _));
        Assert.Empty(report.GetProperty("leftOut").EnumerateArray());
    }

    [Fact]
    public async Task A_change_is_marked_on_the_strip_with_what_changed_and_unchanged_pictures_are_not_made_again()
    {
        await RunAsync();
        var thumbs = Directory.GetFiles(_rig.At("w/.spool/thumbs")).ToDictionary(f => f, File.GetLastWriteTimeUtc);
        _rig.Write("w/spool.yaml", Film.Replace("s=320x180", "s=240x180", StringComparison.Ordinal));
        await RunAsync();
        var changed = _rig.Report();
        Assert.All(changed.GetProperty("strip").EnumerateArray(), c => Assert.True(c.GetProperty("changed").GetBoolean()));
        var red = changed.GetProperty("tasks").EnumerateArray().Single(t => t.GetProperty("task").GetString() == "scene:red");
        var difference = Assert.Single(red.GetProperty("keyDiff").EnumerateArray());
        Assert.Equal("option run", difference.GetProperty("field").GetString());
        Assert.Contains("red:s=240x180", difference.GetProperty("new").GetString(), StringComparison.Ordinal);
        // Back to what was: all of it is remembered, and the page says that it is not what stood there last.
        _rig.Write("w/spool.yaml", Film);
        await RunAsync();
        var back = _rig.Report();
        Assert.All(Words(back.GetProperty("strip"), "status"), s => Assert.Equal("reused", s));
        Assert.All(back.GetProperty("strip").EnumerateArray(), c => Assert.True(c.GetProperty("changed").GetBoolean()));
        Assert.All(thumbs, t => Assert.Equal(t.Value, File.GetLastWriteTimeUtc(t.Key)));
    }

    [Fact]
    public async Task A_failed_scene_has_its_place_its_log_and_the_number_of_tasks_behind_it()
    {
        _rig.Write("w/spool.yaml", Film.Replace("[red, green, blue]", "[red, nocolour, blue]", StringComparison.Ordinal).Replace("work/green", "work/nocolour", StringComparison.Ordinal));
        await RunAsync(code: 1);
        var report = _rig.Report();
        Assert.Equal(["succeeded", "succeeded", "failed"], Words(report.GetProperty("strip"), "status"));
        var task = report.GetProperty("tasks").EnumerateArray().Single(t => t.GetProperty("task").GetString() == "scene:nocolour");
        Assert.Contains("nocolour", task.GetProperty("logTail").GetString(), StringComparison.Ordinal);
        Assert.Equal(1, task.GetProperty("failure").GetProperty("blocks").GetInt32());
        Assert.Equal("spool logs 1 --failed", report.GetProperty("next").GetString());
        Assert.StartsWith("Failed: scene:nocolour; 1 blocked: ", report.GetProperty("headline").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_ones_file_is_never_written_over_and_the_run_still_succeeds()
    {
        _rig.Write("w/spool.yaml", "version: 1\nname: words\nsteps:\n  - id: a\n    kind: files.write\n    with: { text: x }\n    out: { file: a.txt }\n");
        _rig.Write("w/report.html", "<h1>mine</h1>");
        var (code, _, errors) = await _rig.SpoolAsync(null, "run");
        Assert.Equal(0, code);
        Assert.StartsWith("note: report.html is not Spool's own here", errors, StringComparison.Ordinal);
        Assert.Equal("<h1>mine</h1>", File.ReadAllText(_rig.At("w/report.html")));
    }

    [Fact]
    public async Task Without_ffmpeg_the_page_has_no_pictures_and_says_so()
    {
        var tools = Directory.CreateDirectory(_rig.At("bin")).FullName;
        _rig.Write("w/a.png", "not really a picture");
        _rig.Write("w/spool.yaml", "version: 1\nname: words\nsteps:\n  - id: a\n    kind: files.copy\n    in: { file: a.png }\n    out: { file: b.png }\n");
        File.CreateSymbolicLink(Path.Join(tools, "dotnet"), Environment.ProcessPath is { } host && Path.GetFileName(host) == "dotnet" ? host : FindDotnet());
        var (code, output, errors) = await _rig.SpoolAsync(tools, "run");
        Assert.True(code == 0, output + errors);
        Assert.Contains("ffmpeg is not on this machine", _rig.Report().GetProperty("leftOut")[0].GetString(), StringComparison.Ordinal);
        Assert.Equal("image", _rig.Report().GetProperty("artifacts")[0].GetProperty("type").GetString());
    }

    private static string FindDotnet() => Environment.GetEnvironmentVariable("PATH")!.Split(':').Select(p => Path.Join(p, "dotnet")).First(File.Exists);

    [Fact]
    public async Task A_picture_that_is_none_is_looked_at_once_and_shown_as_a_file_without_a_picture()
    {
        _rig.Write("w/a.png", "#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n");
        _rig.Write("w/spool.yaml", "version: 1\nname: words\nsteps:\n  - id: a\n    kind: files.copy\n    in: { file: a.png }\n    out: { file: b.png }\n");
        await RunAsync();
        Assert.False(_rig.Report().GetProperty("artifacts")[0].TryGetProperty("thumbnail", out _));
        Assert.DoesNotContain("\"type\"", File.ReadAllText(Assert.Single(Directory.GetFiles(_rig.At("w/.spool/thumbs")))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_says_where_the_page_is_and_what_to_do_when_there_is_none()
    {
        _rig.Write("w/spool.yaml", "version: 1\nname: words\nsteps:\n  - id: a\n    kind: files.write\n    with: { text: x }\n    out: { file: a.txt }\n");
        Assert.Equal(2, (await _rig.SpoolAsync(null, "open")).Code);
        await RunAsync();
        var (code, output, _) = await _rig.SpoolAsync(null, "open", "--json");
        Assert.Equal(0, code);
        using var document = JsonDocument.Parse(output);
        Assert.Equal(_rig.At("w/report.html"), document.RootElement.GetProperty("path").GetString());
        Assert.Equal(string.Create(CultureInfo.InvariantCulture, $"{_rig.At("w/report.html")}\nfile://{_rig.At("w/report.html")}\n"), (await _rig.SpoolAsync(null, "open", "spool.yaml")).Output);
    }

    [Fact]
    public async Task Thousands_of_tasks_give_a_small_page_right_after_the_end()
    {
        _rig.Write("w/spool.yaml", "version: 1\nname: many\nsteps:\n  - id: a\n    kind: files.write\n    foreach: { range: [0, 3000] }\n    with: { text: \"hello ${{ item }}\" }\n    out: { file: \"out/${{ item }}.txt\" }\n");
        await RunAsync();
        var report = _rig.Report();
        var page = new FileInfo(_rig.At("w/report.html"));
        Assert.InRange(page.Length, 100_000, 2_500_000);
        Assert.Equal((3000, 2000), (report.GetProperty("run").GetProperty("tasks").GetProperty("total").GetInt32(), report.GetProperty("tasks").GetArrayLength()));
        Assert.Contains("1,000 of 3,000 tasks", report.GetProperty("leftOut")[0].GetString(), StringComparison.Ordinal);
        // On a busy machine the clock says little; four times the target still tells a walk from a crawl.
        var ended = DateTimeOffset.Parse(report.GetProperty("run").GetProperty("finishedAt").GetString()!, CultureInfo.InvariantCulture);
        Assert.InRange((page.LastWriteTimeUtc - ended.UtcDateTime).TotalSeconds, 0, 2);
    }
}
