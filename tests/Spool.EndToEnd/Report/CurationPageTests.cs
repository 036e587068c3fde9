using System.Globalization;
using Spool.App.Report;
using Spool.Tests.Report;
using Xunit;

namespace Spool.EndToEnd.Report;

/// <summary>A run that leaves the files of a curation, and the page that shows them in a real browser, with real pictures.</summary>
public sealed class CurationPageTests : IDisposable
{
    private readonly PageRig _rig = new();

    public CurationPageTests()
    {
        Assert.SkipWhen(PageTemplate.Read() is null, "the page is not built: npm ci && npm run build in web/");
        Assert.SkipUnless(File.Exists(PageRig.Chromium), "needs chromium");
        Directory.CreateDirectory(_rig.At("w"));
    }

    public void Dispose() => _rig.Dispose();

    /// <summary>A workflow that copies made-up files to where a curation has them.</summary>
    private async Task CurateAsync(CurationFixture fixture)
    {
        var steps = new List<string>();
        foreach (var (path, bytes) in fixture.Files())
        {
            var from = _rig.At("made/" + path);
            Directory.CreateDirectory(Path.GetDirectoryName(from)!);
            await File.WriteAllBytesAsync(from, bytes);
        }
        // Two sheets, each again and again: pictures that repeat serve as well.
        Assert.Equal(0, await ToolAsync("ffmpeg", "-nostdin", "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=128x72:r=10:d=20", "-vf", "tile=10x10", "-frames:v", "2", "-start_number", "0", _rig.At("sheet-%03d.jpg")));
        foreach (var part in Directory.GetDirectories(_rig.At("made/thumbs")))
            for (var i = 0; i < fixture.PartSize / 100; i++) File.Copy(_rig.At($"sheet-{i % 2:000}.jpg"), Path.Join(part, $"sheet-{i:000}.jpg"));
        var folders = Directory.GetDirectories(_rig.At("made/thumbs")).Append(_rig.At("made/out/" + fixture.Stream)).Select(f => Path.GetRelativePath(_rig.At("made"), f)).Order(StringComparer.Ordinal);
        foreach (var folder in folders)
            steps.Add($"  - id: step-{steps.Count}\n    kind: command\n    with: {{ run: [cp, -r, \"{_rig.At("made/" + folder)}/.\", \"${{{{ out.files }}}}\"] }}\n    out: {{ files: \"{folder}/\" }}\n");
        _rig.Write("w/spool.yaml", "version: 1\nname: cam7\nvars: { input: /mnt/cam 7 }\nsteps:\n" + string.Concat(steps));
        await RunAsync("run", "--allow", "cp");
    }

    private async Task RunAsync(params string[] arguments)
    {
        var (code, output, errors) = await _rig.SpoolAsync(null, arguments);
        Assert.True(code == 0, output + errors);
    }

    private static async Task<int> ToolAsync(string program, params string[] arguments)
    {
        using var process = System.Diagnostics.Process.Start(program, arguments)!;
        await process.WaitForExitAsync();
        return process.ExitCode;
    }

    private Task<BrowserPage> OpenAsync(string hash, int width = 1440, int height = 900) => BrowserPage.OpenAsync(_rig.At("browser"), $"file://{_rig.At("w/report.html")}{hash}", width, height);

    private const string Count = "document.querySelector('.line-count b').textContent";
    private const string Loaded = "document.querySelectorAll('.sprite.loaded').length";

    private static int Number(string words) => int.Parse(words.Split(' ')[0], NumberStyles.AllowThousands, CultureInfo.InvariantCulture);

    [Fact]
    public async Task The_line_of_sharpness_moves_with_keys_and_mouse_and_the_count_and_the_pictures_beside_it_follow()
    {
        var fixture = new CurationFixture();
        await CurateAsync(fixture);
        await using var page = await OpenAsync("#part=lines");
        await page.UntilAsync("document.querySelector('.line-count b')");
        Assert.Equal($"{fixture.Numbers.Count(fixture.IsBlurry)} blurry", await page.AskAsync(Count));
        // 12 frames on each side of the line, cut out of sheets that lie beside the page.
        await page.UntilAsync($"{Loaded} === 24");
        Assert.Equal("file", await page.AskAsync("location.protocol.replace(':', '')"));
        Assert.Contains("thumbs/cam7~0/sheet-000.jpg", await page.AskAsync("document.querySelector('.sprite.loaded').style.backgroundImage"), StringComparison.Ordinal);

        await page.AskAsync("document.querySelector('[role=slider]').focus()");
        await page.PressAsync("PageUp");
        var line = double.Parse(await page.AskAsync("document.querySelector('[role=slider]').ariaValueNow"), CultureInfo.InvariantCulture);
        Assert.True(line > CurationFixture.BlurBelow);
        var expected = fixture.Numbers.Count(n => n != CurationFixture.Unreadable && CurationFixture.Sharpness(n) < line);
        await page.UntilAsync($"{Count} === '{expected} blurry'");
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"spool curate '/mnt/cam 7' --blur-below {line}"), await page.AskAsync("document.querySelector('.line-copy').innerText"), StringComparison.Ordinal);
        await page.UntilAsync($"location.hash.includes('line=blur:{line.ToString(CultureInfo.InvariantCulture)}')");
        // The frames nearest to the line are now other ones, and have pictures too.
        var nearest = fixture.Numbers.Where(n => n != CurationFixture.Unreadable && CurationFixture.Sharpness(n) < line).Max();
        await page.UntilAsync($"[...document.querySelectorAll('.near')][0].innerText.includes('#{nearest}') && {Loaded} === 24");

        var handle = await page.MiddleOfAsync("[role=slider]");
        await page.DragAsync(handle, (handle.X + 150, handle.Y));
        Assert.True(Number(await page.AskAsync(Count)) > expected);
        // The same line lies across the plot over the frames; moved down there, fewer are blurry.
        var before = Number(await page.AskAsync(Count));
        var across = await page.MiddleOfAsync(".plot-line");
        await page.DragAsync(across, (across.X, across.Y + 40));
        Assert.True(Number(await page.AskAsync(Count)) < before);
        Assert.Empty(page.Complaints);
        if (Environment.GetEnvironmentVariable("SPOOL_PICTURES") is { } pictures) await page.PictureAsync(Path.Join(pictures, "lines.png"));
    }

    [Fact]
    public async Task Every_part_of_a_curation_shows_what_its_files_say_and_fits_a_telephone()
    {
        await CurateAsync(new CurationFixture());
        foreach (var (part, said) in new[]
        {
            ("summary", "300 frames · 1 gap (first: 20) · 1 unreadable · 1 double index"), ("timeline", "frames 0 to 300"), ("duplicates", "sharpest member (Laplacian variance 112)"),
            ("shots", "2 shots"), ("frames", "all frames (300)"), ("lines", "blurry"),
        })
        {
            await using var page = await OpenAsync($"#part={part}&frame=51", 390, 844);
            await page.UntilAsync($"document.querySelector('.part-{part}')?.innerText.includes('{said}')");
            Assert.True(Number(await page.AskAsync("document.documentElement.scrollWidth")) <= 390, part);
            if (part == "frames") await page.UntilAsync("document.querySelector('.grid .frame-tile.at')?.innerText.includes('#51')");
            if (part != "summary") Assert.Contains("kept of its group", await page.AskAsync("document.querySelector('.frame-card').innerText"), StringComparison.Ordinal);
            Assert.Empty(page.Complaints);
            if (Environment.GetEnvironmentVariable("SPOOL_PICTURES") is not { } pictures) continue;
            await page.PictureAsync(Path.Join(pictures, $"{part}-390.png"));
            await page.SizeAsync(1440, 900);
            await page.UntilAsync(part is "summary" or "timeline" ? "true" : $"{Loaded} > 0");
            await page.PictureAsync(Path.Join(pictures, $"{part}.png"));
        }
    }

    [Fact]
    public async Task A_hundred_thousand_frames_are_scrolled_jumped_through_and_filtered_with_few_elements()
    {
        var fixture = new CurationFixture(100_000);
        await CurateAsync(fixture);
        await using var page = await OpenAsync("#part=frames");
        await page.UntilAsync($"{Loaded} > 20");
        Assert.InRange(Number(await page.AskAsync("document.querySelectorAll('*').length")), 1, 1500);
        await page.AskAsync("(() => { const box = document.querySelector('.frames-tools input'); box.value = '#77777'; box.dispatchEvent(new Event('input', { bubbles: true })); box.form.requestSubmit(); })()");
        await page.UntilAsync("document.querySelector('.frame-tile.at')?.innerText.includes('77,777')");
        Assert.Contains("#77,777", await page.AskAsync("document.querySelector('.frame-card').innerText"), StringComparison.Ordinal);
        Assert.InRange(Number(await page.AskAsync("document.querySelectorAll('*').length")), 1, 1500);
        await page.AskAsync("(() => { const list = document.querySelector('.frames-tools select'); list.value = 'rule:dark'; list.dispatchEvent(new Event('change', { bubbles: true })); })()");
        await page.UntilAsync("[...document.querySelectorAll('.grid .frame-tile')].length > 20 && [...document.querySelectorAll('.grid .frame-tile')].every(t => t.querySelector('.letters')?.textContent.includes('D'))");
        Assert.Empty(page.Complaints);
        Assert.InRange(new FileInfo(_rig.At("w/report.html")).Length, 1_000_000, 5_000_000);
        // Sheets are pictures for looking already: no smaller ones are made of them.
        Assert.False(Directory.Exists(_rig.At("w/.spool/thumbs")));
    }

    /// <summary>The line of the score that is open, moved by so many steps with the keyboard.</summary>
    private static async Task<string> MovedAsync(BrowserPage page, string key, int times)
    {
        var before = await page.AskAsync("document.querySelector('[role=slider]').ariaValueNow");
        await page.AskAsync("document.querySelector('[role=slider]').focus()");
        for (var i = 0; i < times; i++) await page.PressAsync(key);
        await page.UntilAsync($"document.querySelector('[role=slider]').ariaValueNow !== '{before}'");
        await page.UntilAsync("location.hash.includes('line=')");
        return await page.AskAsync("document.querySelector('[role=slider]').ariaValueNow");
    }

    [Fact]
    public async Task What_the_page_says_of_a_moved_line_is_what_the_next_curation_finds()
    {
        Directory.CreateDirectory(_rig.At("w/cam 9"));
        // Three times from sharp to blurred in steps, then still.
        var blurring = string.Join(',', Enumerable.Range(1, 9).Select(i => $"gblur=sigma=0.8:enable='gt(mod(n,30),{i * 3})'"));
        Assert.Equal(0, await ToolAsync("ffmpeg", "-nostdin", "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=320x180:r=10:d=9", "-vf", $"{blurring},tpad=stop_mode=clone:stop=40",
            "-q:v", "4", "-start_number", "0", _rig.At("w/cam 9/image_%d.jpg")));
        await RunAsync("curate", "cam 9");
        Directory.Move(_rig.At("w/cam 9-curation"), _rig.At("w/c"));
        await using var page = await BrowserPage.OpenAsync(_rig.At("browser"), $"file://{_rig.At("w/c/report.html")}#part=lines");
        await page.UntilAsync($"{Loaded} === 24");
        var first = JsonCount("metrics.jsonl", "\"is_blurry\":true");
        Assert.InRange(first, 1, 129);
        Assert.Equal(first, Number(await page.AskAsync(Count)));
        var blur = await MovedAsync(page, "PageUp", 6);
        var blurry = Number(await page.AskAsync(Count));
        Assert.NotEqual(first, blurry);
        await page.AskAsync("[...document.querySelectorAll('.score-choice button')].find(b => b.textContent === 'Motion').click()");
        await page.UntilAsync("document.querySelector('.idle-say b')");
        var motion = await MovedAsync(page, "PageDown", 3);
        var idle = await page.AskAsync("document.querySelector('.idle-say').innerText");
        var command = await page.AskAsync("document.querySelector('.line-copy code').innerText");
        Assert.Equal($"spool curate '{_rig.At("w/cam 9")}' --blur-below {blur} --set idle.motion={motion}", command);

        await RunAsync("curate", "cam 9", "--workspace", "c", "--blur-below", blur, "--set", $"idle.motion={motion}");
        Assert.Equal(blurry, JsonCount("metrics.jsonl", "\"is_blurry\":true"));
        using var found = System.Text.Json.JsonDocument.Parse(await File.ReadAllTextAsync(Path.Join(Results(), "idle.json")));
        var stretches = found.RootElement.GetProperty("stretches").EnumerateArray().ToList();
        Assert.NotEmpty(stretches);
        Assert.StartsWith($"With this line: {stretches.Count} idle stretch{(stretches.Count == 1 ? "" : "es")}, {stretches.Sum(s => s.GetProperty("frames").GetInt32())} frames", idle, StringComparison.Ordinal);
        Assert.Empty(page.Complaints);

        string Results() => Directory.GetDirectories(_rig.At("w/c/out")).Single();

        int JsonCount(string file, string text) => File.ReadLines(Path.Join(Results(), file)).Count(l => l.Contains(text, StringComparison.Ordinal));
    }
}
