using Spool.EndToEnd.Report;
using Spool.EndToEnd.Support;
using Xunit;

namespace Spool.EndToEnd.Server;

/// <summary>Every view of the page of the server: what it shows, that everything in it has a name, that it fits a narrow screen.</summary>
public sealed class PageViewTests : IAsyncDisposable
{
    private readonly PageServer _server = new();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task<string> TalkAsync()
    {
        _server.Box.Write("talk/script.md", "# Why is the sky blue?\n\nLight from the sun scatters in the air.\n");
        _server.Box.Write("talk/spool.yaml", """
            version: 1
            name: talk
            outputs: [out/film.mp4, out/text.md]
            steps:
              - { id: draft, kind: files.copy, in: { file: script.md }, out: { file: work/text.md } }
              - { id: read, kind: review, in: { text: work/text.md }, with: { message: "Is the text good?" } }
              - { id: publish, kind: files.copy, in: { file: work/text.md }, out: { file: out/text.md } }
              - id: scene
                kind: command
                foreach: { list: [red, green, blue, orange] }
                with: { run: [ffmpeg, -nostdin, -v, info, -f, lavfi, -i, "testsrc2=s=640x360:r=25:d=3", -f, lavfi, -i, "sine=d=3", -vf, "drawbox=color=${{ item }}:t=40", -shortest, "${{ out.video }}"] }
                out: { video: "work/${{ item }}.mp4" }
              - id: join
                kind: video.concat
                in: { videos: [work/red.mp4, work/green.mp4, work/blue.mp4, work/orange.mp4] }
                out: { video: out/film.mp4 }
              - id: broken
                kind: command
                in: { video: out/film.mp4 }
                with: { run: [ffmpeg, -nostdin, -v, info, -i, "${{ in.video }}", -vf, "crop=2000:2000", "${{ out.video }}"] }
                out: { video: out/square.mp4 }
            """);
        var run = await _server.SubmitAsync("talk");
        await _server.UntilAsync(run, "failed");
        return run;
    }

    // Visible controls without a name for those who cannot see them, and whatever is wider than the screen.
    private const string Nameless = """
        (() => {
          const named = e => (e.getAttribute('aria-label') ?? '').trim() || (e.textContent ?? '').trim() || (e.labels?.length ?? 0) > 0 || e.getAttribute('title');
          const bad = [...document.querySelectorAll('button, a, input, select, textarea, [tabindex="0"], [role=listbox], [role=tree]')].filter(e => e.offsetParent !== null && !e.closest('[aria-hidden=true]') && !named(e));
          return bad.map(e => e.outerHTML.slice(0, 160)).join('\n');
        })()
        """;

    /// <summary>Texts with less contrast to what is behind them than WCAG 2.2 asks for (1.4.3: 4.5, large ones 3).</summary>
    private const string Faint = """
        (() => {
          const light = c => { const [r, g, b] = c.map(v => { v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; }); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
          const parse = s => (s.match(/[\d.]+/g) ?? []).map(Number);
          const back = e => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor); if (c.length === 3 || c[3] === 1) return c.slice(0, 3); } return [0, 0, 0]; };
          const bad = [];
          for (const e of document.querySelectorAll('p, span, b, h1, h2, h3, button, a, td, th, small, dt, dd, label, code, summary')) {
            if (e.offsetParent === null || e.closest('[disabled], .sprite, figure, .tile-face, .cell-face, .picture') || ![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())) continue;
            const style = getComputedStyle(e);
            if (style.opacity === '0' || style.clipPath !== 'none') continue;
            const [a, b] = [light(parse(style.color)), light(back(e))];
            const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
            if (ratio < (parseFloat(style.fontSize) >= 18.66 ? 3 : 4.5)) bad.push(`${ratio.toFixed(2)} ${e.className} ${e.textContent.trim().slice(0, 30)}`);
          }
          return [...new Set(bad)].slice(0, 20).join('\n');
        })()
        """;

    private static async Task MustBeUsableAsync(BrowserPage page, string view)
    {
        foreach (var scheme in (string[])["dark", "light"])
        {
            await page.SendAsync("Emulation.setEmulatedMedia", new() { ["features"] = new System.Text.Json.Nodes.JsonArray(new System.Text.Json.Nodes.JsonObject { ["name"] = "prefers-color-scheme", ["value"] = scheme }) });
            await Task.Delay(200, TestContext.Current.CancellationToken);
            Assert.True(await page.AskAsync(Faint) is "", $"{view}, {scheme}: {await page.AskAsync(Faint)}");
        }
        Assert.True(await page.AskAsync(Nameless) is "", $"{view}: {await page.AskAsync(Nameless)}");
        Assert.Equal("1", await page.AskAsync("document.querySelectorAll('h1').length"));
        await page.SizeAsync(390, 844);
        await Task.Delay(300, TestContext.Current.CancellationToken);
        Assert.True(await page.AskAsync("document.documentElement.scrollWidth <= 390") == "true", $"{view} is {await page.AskAsync("document.documentElement.scrollWidth")} px wide on a screen of 390");
        await page.SizeAsync(1440, 900);
    }

    /// <summary>A picture for the guide. The folders and the name of whoever makes it are not what it shows, so others stand for them.</summary>
    private async Task PictureAsync(BrowserPage page, string name)
    {
        if (Environment.GetEnvironmentVariable("SPOOL_PICTURES") is not { } folder) return;
        await page.SendAsync("Emulation.setEmulatedMedia", new() { ["features"] = new System.Text.Json.Nodes.JsonArray(new System.Text.Json.Nodes.JsonObject { ["name"] = "prefers-color-scheme", ["value"] = "dark" }) });
        await page.SizeAsync(1200, 750);
        await Task.Delay(900, TestContext.Current.CancellationToken);
        var real = new[] { (_server.Box.Root, "/home/me"), (RepositoryRoot(), "/opt/spool"), (Environment.GetEnvironmentVariable("HOME") ?? "/root", "/home/me"), ("by " + Environment.UserName, "by me") };
        var pairs = System.Text.Json.JsonSerializer.Serialize(real.Select(r => new[] { r.Item1, r.Item2 }));
        await page.AskAsync($$"""
            (() => {
              const plain = text => {{pairs}}.reduce((all, [from, to]) => all.split(from).join(to), text);
              const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
              while (walk.nextNode()) if (plain(walk.currentNode.data) !== walk.currentNode.data) walk.currentNode.data = plain(walk.currentNode.data);
              for (const field of document.querySelectorAll('input, textarea')) if (field.type !== 'file' && plain(field.value) !== field.value) field.value = plain(field.value);
            })()
            """);
        var large = _server.Box.At(name);
        await page.PictureAsync(large);
        Sandbox.Tool("ffmpeg", ["-v", "error", "-nostdin", "-y", "-i", "file:" + large, "-vf", "split[a][b];[a]palettegen=max_colors=96[p];[b][p]paletteuse=dither=none", "file:" + Path.GetFullPath(Path.Join(folder, name))]);
        await page.SizeAsync(1440, 900);
    }

    private static string RepositoryRoot() => Path.GetFullPath(Path.Join(AppContext.BaseDirectory, "..", "..", "..", ".."));

    [Fact]
    public async Task Every_view_has_names_contrast_and_fits_a_narrow_screen()
    {
        var run = await TalkAsync();
        await using var page = await _server.OpenAsync();
        await page.UntilAsync($"document.getElementById('run-{run}')");
        await PictureAsync(page, "page-runs.png");
        await MustBeUsableAsync(page, "runs");
        await page.PushAsync("New run");
        await page.PushAsync("explainer");
        await page.UntilAsync("document.getElementById('make-and-run')");
        await PictureAsync(page, "page-new.png");
        await MustBeUsableAsync(page, "new");
        foreach (var (path, ready) in new[] { ("/gallery", "document.querySelector('.card')"), ("/services", "document.body?.innerText.includes('needs no services')"), ("/settings", "document.body?.innerText.includes('settings file')") })
        {
            await _server.GoAsync(page, path);
            await page.UntilAsync(ready);
            await PictureAsync(page, $"page-{path[1..]}.png");
            await MustBeUsableAsync(page, path);
        }
        await _server.GoAsync(page, $"/runs/{run}");
        await page.UntilAsync("document.querySelectorAll('.cell').length === 4 && document.querySelector('video')?.readyState >= 2");
        await PictureAsync(page, "page-run.png");
        await MustBeUsableAsync(page, "run");
        await _server.GoAsync(page, $"/runs/{run}#task=broken&log=end");
        await page.UntilAsync("document.querySelector('.log-line')");
        await PictureAsync(page, "page-log.png");
        await MustBeUsableAsync(page, "log");
        await _server.GoAsync(page, $"/runs/{run}#task=read");
        await page.UntilAsync("document.getElementById('decision-approve') && document.querySelector('.prose')");
        await PictureAsync(page, "page-review.png");
        await MustBeUsableAsync(page, "review");
        // The film anew, so that there are two to compare.
        _server.Box.Write("talk/spool.yaml", _server.Box.Read("talk/spool.yaml").Replace("testsrc2=", "smptebars=", StringComparison.Ordinal));
        var second = await _server.SubmitAsync("talk");
        await _server.UntilAsync(second, "failed");
        await _server.GoAsync(page, $"/runs/{second}#file=out/film.mp4&compare=wipe");
        await page.UntilAsync("[...document.querySelectorAll('.compare.wipe video')].filter(v => v.readyState >= 2).length === 2");
        await PictureAsync(page, "page-compare.png");
        await MustBeUsableAsync(page, "compare");
    }

    [Fact]
    public async Task A_run_is_found_by_what_stands_in_its_texts()
    {
        var run = await TalkAsync();
        await using var page = await _server.OpenAsync("/search");
        await page.TypeAsync("#search-all", "scatters");
        await page.UntilAsync("document.querySelector('.hits a')?.pathname === '/runs/" + run + "'");
        await PictureAsync(page, "page-search.png");
        await page.ClickAsync(".hits a");
        await page.UntilAsync($"location.pathname === '/runs/{run}' && document.querySelector('.cell')");
    }

    [Fact]
    public async Task Frames_are_kept_and_dropped_with_the_keyboard_and_the_decisions_are_on_the_disk_at_once()
    {
        Directory.CreateDirectory(_server.Box.At("shots"));
        Sandbox.Tool("ffmpeg", ["-v", "error", "-nostdin", "-f", "lavfi", "-i", "testsrc2=s=160x90:r=10:d=3", "file:" + _server.Box.At("shots/image_%03d.png")]);
        foreach (var same in (string[])["021", "022"]) File.Copy(_server.Box.At("shots/image_020.png"), _server.Box.At($"shots/image_{same}.png"), overwrite: true);
        Directory.CreateDirectory(_server.Box.At("cam"));
        var made = _server.Box.Spool("curate", _server.Box.At("shots"), "--workspace", _server.Box.At("cam"));
        Assert.True(made.Code == 0, made.ToString());
        var run = await _server.SubmitAsync("cam");
        await _server.UntilAsync(run, "succeeded");
        await using var page = await _server.OpenAsync($"/runs/{run}#part=frames");
        await page.PushAsync("Frames");
        await page.UntilAsync("document.querySelectorAll('.frame-tile').length === 30 && document.querySelector('.sprite.loaded')");
        await page.ClickAsync("#frame-2");
        await page.AskAsync("document.querySelector('.grid').focus()");
        await page.PressAsync("x");
        await page.SeesAsync("1 decision, saved");
        await page.PressAsync("ArrowRight", 8);
        await page.PressAsync("ArrowRight", 8);
        await page.SeesAsync("3 frames chosen");
        await page.PressAsync("k");
        await page.SeesAsync("4 decisions, saved");
        var file = Path.Join(_server.Box.At("cam"), "overrides.jsonl");
        Assert.Equal(["drop", "keep", "keep", "keep"], File.ReadAllLines(file).Select(l => l.Split('"')[3]));
        Assert.Contains(Sandbox.Digest(_server.Box.At("shots/image_003.png")), File.ReadAllLines(file)[0], StringComparison.Ordinal);
        await page.PressAsync("u");
        await page.SeesAsync("1 decision, saved");
        Assert.Single(File.ReadAllLines(file));
        await page.SendAsync("Page.reload");
        await page.UntilAsync("document.querySelector('#frame-2')?.textContent.includes('you drop')");
        await PictureAsync(page, "page-curation.png");
        // D goes to the group of a frame, and the keyboard with it: a digit chooses the one that is kept.
        await page.ClickAsync("#frame-19");
        await page.AskAsync("document.querySelector('.grid').focus()");
        await page.PressAsync("d");
        await page.HasKeyboardAsync("section.group");
        await page.PressAsync("2");
        await page.SeesAsync("you chose");
        await page.SeesAsync("2 decisions, saved");
        Assert.Contains("representative", File.ReadAllLines(file)[^1], StringComparison.Ordinal);
        // A run that takes the decisions is the same job once more.
        await page.PushAsync("Run with them");
        await page.UntilAsync($"location.pathname.startsWith('/runs/') && location.pathname !== '/runs/{run}'");
    }
}
