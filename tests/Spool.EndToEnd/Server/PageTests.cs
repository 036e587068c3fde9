using System.Text.Json.Nodes;
using Spool.EndToEnd.Report;
using Xunit;

namespace Spool.EndToEnd.Server;

/// <summary>The page of the server, used by a real browser as a person would.</summary>
public sealed class PageTests : IAsyncDisposable
{
    private const string Film = """
        version: 1
        name: film
        outputs: [out/film.mp4, out/master.mkv]
        steps:
          - id: scene
            kind: command
            foreach: { list: [red, green, blue, orange] }
            with: { run: [ffmpeg, -nostdin, -v, info, -re, -f, lavfi, -i, "testsrc=s=320x180:r=25:d=2", -f, lavfi, -i, "sine=d=2", -vf, "drawbox=color=${{ item }}:t=20", -shortest, "${{ out.video }}"] }
            out: { video: "work/${{ item }}.mp4" }
          - id: join
            kind: video.concat
            in: { videos: [work/red.mp4, work/green.mp4, work/blue.mp4, work/orange.mp4] }
            out: { video: out/film.mp4 }
          - id: master
            kind: command
            in: { video: out/film.mp4 }
            with: { run: [ffmpeg, -nostdin, -v, info, -i, "${{ in.video }}", -c:v, prores_ks, -c:a, pcm_s16le, "${{ out.video }}"] }
            out: { video: out/master.mkv }
        """;

    private readonly PageServer _server = new();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task The_link_lets_the_page_in_and_a_project_is_made_from_a_form_and_runs()
    {
        await using var page = await _server.OpenAsync("/new");
        // The token stands in no address, and a reload needs it no more.
        Assert.DoesNotContain(_server.Token, await page.AskAsync("location.href"), StringComparison.Ordinal);
        Assert.Equal("", await page.AskAsync("document.cookie"));
        await page.PushAsync("empty");
        await page.TypeAsync("#input-folder", "not absolute");
        await page.PushAsync("Make it and run");
        await page.SeesAsync("It is an absolute path");
        Assert.Equal("input-folder", await page.AskAsync("document.activeElement.id"));
        await page.TypeAsync("#input-folder", _server.Box.At("made"));
        await page.TypeAsync("#input-greeting", "@Good \"morning\"");
        await page.PushAsync("Make it and run");
        await page.UntilAsync("location.pathname.startsWith('/runs/')");
        await page.UntilAsync("document.title.endsWith('done')");
        Assert.Contains("@Good \"morning\", reader.", _server.Box.Read("made/out/hello.txt"), StringComparison.Ordinal);
        await page.SeesAsync("out/hello.txt");
        await _server.GoAsync(page, "/new?template=empty");
        await page.TypeAsync("#input-folder", _server.Box.At("made"));
        await page.PushAsync("Make it and run");
        await page.SeesAsync("is not empty");
        // The browser itself tells of refused requests: the folder above, and a page that is not there yet.
        Assert.DoesNotContain(page.Complaints, c => !c.Contains("400 (Bad Request)", StringComparison.Ordinal) && !c.Contains("/page\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_the_link_the_page_says_how_to_get_it()
    {
        await using var page = await BrowserPage.OpenAsync(Path.Join(_server.Box.Root, "stranger"), _server.Address + "/runs");
        await page.SeesAsync("spool open");
        Assert.DoesNotContain(page.Complaints, c => !c.Contains("401", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_strip_fills_while_it_is_made_and_films_play_and_step_also_those_that_no_browser_knows()
    {
        _server.Box.Write("film/spool.yaml", Film);
        var run = await _server.SubmitAsync("film");
        await using var page = await _server.OpenAsync($"/runs/{run}");
        const string states = "[...document.querySelectorAll('.cell')].map(c => c.querySelector('.cell-state').textContent.split(' ')[0]).join(' ')";
        await page.UntilAsync($"/running/.test({states})");
        await page.UntilAsync($"/done/.test({states}) && /running|ready|pending/.test({states})");
        await page.UntilAsync($"{states} === 'done done done done'");
        await page.UntilAsync("document.title.endsWith('done')");
        // Only what came was listened to, and the page was read when the listening had begun.
        const string asked = "performance.getEntriesByType('resource').filter(r => r.name.includes('/events')";
        await page.UntilAsync($"{asked}).length > 0 && {asked}).every(r => r.name.endsWith('/events?from=now'))");
        await page.UntilAsync($"{asked})[0].startTime < performance.getEntriesByType('resource').find(r => r.name.endsWith('/page')).startTime");
        await page.UntilAsync("document.querySelector('video')?.readyState >= 2 && document.querySelector('video').src.includes('/play')");
        Assert.InRange(double.Parse(await page.AskAsync("document.querySelector('video').duration"), System.Globalization.CultureInfo.InvariantCulture), 7.9, 8.2);
        await page.PressAsync(" ");
        await page.UntilAsync("document.querySelector('video').currentTime > 0.3");
        await page.PressAsync(" ");
        // What is written follows the picture by a moment.
        await page.UntilAsync("document.querySelector('video').paused && document.querySelector('.buttons .frame').textContent === 'frame ' + Math.floor(document.querySelector('video').currentTime * 25 + 0.01)");
        await Task.Delay(500, TestContext.Current.CancellationToken);
        var frame = int.Parse((await page.AskAsync("document.querySelector('.buttons .frame').textContent")).Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
        await page.PressAsync(".");
        await page.UntilAsync($"document.querySelector('.buttons .frame').textContent === 'frame {frame + 1}'");
        await page.PressAsync(",");
        await page.UntilAsync($"document.querySelector('.buttons .frame').textContent === 'frame {frame}'");
        // ProRes in Matroska: played from a copy, and the page says so.
        await _server.GoAsync(page, $"/runs/{run}#task=master");
        await page.UntilAsync("document.querySelector('video')?.src.includes('/proxy') && document.querySelector('video').readyState >= 2");
        Assert.Equal("proxy 720p", await page.AskAsync("document.querySelector('.proxy').textContent"));
        await page.PressAsync(" ");
        await page.UntilAsync("document.querySelector('video').currentTime > 0.3");
    }

    [Fact]
    public async Task A_log_is_read_while_it_grows_and_searched_as_a_whole()
    {
        _server.Box.Write("film/spool.yaml", """
            version: 1
            steps:
              - id: count
                kind: command
                with: { run: [ffmpeg, -nostdin, -v, verbose, -re, -f, lavfi, -i, "testsrc=s=64x36:r=25:d=6,showinfo", -f, "null", "-"] }
                out: { file: work/none.txt }
            """);
        var run = await _server.SubmitAsync("film");
        await using var page = await _server.OpenAsync($"/runs/{run}#task=count&log=end");
        await page.UntilAsync("document.querySelectorAll('.log-line').length > 5");
        var before = await page.AskAsync("document.querySelector('.log-lines').scrollHeight");
        await page.UntilAsync($"document.querySelector('.log-lines').scrollHeight > {before} + 100");
        Assert.Equal("true", await page.AskAsync("(b => b.scrollTop + b.clientHeight >= b.scrollHeight - 40)(document.querySelector('.log-lines'))"));
        // Whoever scrolls up stays there; the end is one button away.
        await page.AskAsync("document.querySelector('.log-lines').scrollTop = 30");
        await page.SeesAsync("Jump to end");
        await page.UntilAsync("document.title.endsWith('failed') || document.title.endsWith('done')");
        Assert.Equal("30", await page.AskAsync("document.querySelector('.log-lines').scrollTop"));
        await page.TypeAsync("#log-search", "n: 100 ");
        await page.UntilAsync("document.querySelectorAll('.found li').length === 1");
        await page.ClickAsync(".found li button");
        await page.UntilAsync("document.querySelector('.log-line.wanted')?.textContent.includes('n: 100 ')");
        await page.UntilAsync("/log=[0-9]+/.test(location.hash)");
        await page.PushAsync("Jump to end");
        await page.UntilAsync("(b => b.scrollTop + b.clientHeight >= b.scrollHeight - 40)(document.querySelector('.log-lines'))");
    }

    [Fact]
    public async Task A_run_is_cancelled_found_by_its_text_rated_and_deleted()
    {
        _server.Box.Write("slow/spool.yaml", "version: 1\nname: slow\nsteps:\n  - { id: m, kind: audio.music, with: { duration: 900 }, out: { audio: m.wav } }\n");
        _server.Box.Write("quick/spool.yaml", "version: 1\nname: quick\nsteps:\n  - { id: a, kind: files.write, with: { text: hello }, out: { file: a.txt } }\n");
        var slow = await _server.SubmitAsync("slow");
        var quick = await _server.SubmitAsync("quick");
        await using var page = await _server.OpenAsync($"/runs/{slow}");
        await page.UntilAsync("document.querySelector('.head-actions')");
        await page.PushAsync("Cancel");
        await page.PushAsync("Cancel the run");
        await page.UntilAsync("document.title.endsWith('cancelled')");
        await page.PressAsync("g");
        await page.PressAsync("r");
        await page.UntilAsync("document.querySelector('h1')?.textContent === 'Runs'");
        await _server.UntilAsync(quick, "succeeded");
        await page.TypeAsync("#filter-text", "quick");
        await page.UntilAsync($"document.querySelectorAll('tbody tr').length === 1 && !!document.getElementById('run-{quick}')");
        Assert.Equal("/runs?text=quick", await page.AskAsync("location.pathname + location.search"));
        await page.ClickAsync($"#run-{quick} .stars button:nth-child(4)");
        await page.UntilAsync($"document.querySelectorAll('#run-{quick} .stars .on').length === 4");
        await page.PushAsync("Show all");
        await page.UntilAsync($"!!document.getElementById('run-{slow}')");
        await page.AskAsync($"[...document.querySelectorAll('#run-{slow} button')].find(b => b.textContent.startsWith('Delete')).click()");
        await page.SeesAsync("Deletes the record of run");
        await page.PushAsync($"Delete run {slow}");
        await page.UntilAsync($"!document.getElementById('run-{slow}')");
        Assert.True(File.Exists(_server.Box.At("slow/spool.yaml")));
    }

    [Fact]
    public async Task The_server_restarts_under_the_open_page_and_the_page_goes_on()
    {
        _server.Box.Write("film/spool.yaml", Film.Replace("d=2", "d=6", StringComparison.Ordinal));
        var run = await _server.SubmitAsync("film");
        await using var page = await _server.OpenAsync($"/runs/{run}");
        await page.UntilAsync("document.querySelector('.cell.s-running')");
        _server.Kill();
        await page.UntilAsync("/reconnecting, last seen \\d\\d:\\d\\d:\\d\\d/.test(document.querySelector('.lost')?.textContent)");
        Assert.Equal("4", await page.AskAsync("document.querySelectorAll('.cell').length"));
        _server.Again();
        await page.UntilAsync("!document.querySelector('.lost')");
        await page.UntilAsync("document.title.endsWith('done')");
        await page.UntilAsync("document.querySelectorAll('.cell.s-succeeded').length === 4");
    }

    [Fact]
    public async Task A_text_is_edited_and_approved_and_a_sound_rejected_at_a_moment()
    {
        var run = await _server.TalkAsync("""
              - { id: tone, kind: audio.music, with: { duration: 6 }, out: { audio: work/tone.wav } }
              - { id: listen, kind: review, in: { audio: work/tone.wav }, with: { message: "Does it sound right?", on-reject: abort } }
              - { id: loud, kind: audio.normalize, in: { audio: work/tone.wav }, out: { audio: out/tone.wav } }
            """);
        await using var page = await _server.OpenAsync($"/runs/{run}#task=read");
        await page.SeesAsync("Is the text good?");
        await page.PushAsync("Edit");
        await page.UntilAsync("document.querySelector('#text-edit')?.value.includes('It falls.')");
        await page.TypeAsync("#text-edit", "# Rain\n\nIt falls from clouds.\n");
        await page.PressAsync("s", 2);
        await page.SeesAsync("Your edit is what gets approved");
        Assert.Equal("# Rain\n\nIt falls from clouds.\n", _server.Box.Read("talk/work/text.md"));
        await page.SeesAsync("Edited: work/text.md");
        await page.PressAsync("a");
        // Approving goes to what waits next; until eight seconds have passed it can be taken back.
        await page.UntilAsync("document.querySelector('.pending')?.textContent.includes('Approved read')");
        await page.SeesAsync("Does it sound right?");
        await page.PushAsync("Undo");
        await page.UntilAsync("!document.querySelector('.pending')");
        await _server.GoAsync(page, $"/runs/{run}#task=read");
        await page.UntilAsync("!document.querySelector('#decision-approve')?.disabled && document.body?.innerText.includes('Is the text good?')");
        await page.PressAsync("a");
        await page.PushAsync("Send now");
        await page.UntilAsync("!document.querySelector('.pending')");
        await _server.GoAsync(page, $"/runs/{run}#task=listen");
        await page.UntilAsync("document.querySelector('audio')?.readyState >= 2");
        await page.AskAsync("document.querySelector('audio').currentTime = 3");
        await page.UntilAsync("!document.querySelector('audio').seeking");
        await page.PressAsync("c");
        await page.UntilAsync("document.activeElement.id === 'decision-note'");
        await page.SendAsync("Input.insertText", new() { ["text"] = "too loud here" });
        await page.SeesAsync("0:03.0");
        await page.PressAsync("Enter", 2);
        await page.UntilAsync("document.querySelector('.pending')?.textContent.includes('Rejected listen')");
        await page.PushAsync("Send now");
        await page.UntilAsync("document.title.endsWith('failed')");
        Assert.Equal("# Rain\n\nIt falls from clouds.\n", _server.Box.Read("talk/out/text.md"));
        Assert.Contains("too loud here", string.Concat(Directory.GetFiles(_server.Box.At("talk/.spool/journal")).Select(File.ReadAllText)), StringComparison.Ordinal);
        Assert.False(File.Exists(_server.Box.At("talk/out/tone.wav")));
        // It was a mistake: the same content is approved after all, and the run that was over goes on.
        await page.SeesAsync("Rejected, and that ended the run");
        await page.PressAsync("a");
        await page.SeesAsync("Approved listen");
        await page.PushAsync("Send now");
        await page.UntilAsync("document.title.endsWith('done')");
        Assert.True(File.Exists(_server.Box.At("talk/out/tone.wav")));
    }

    [Fact]
    public async Task What_is_made_anew_and_is_the_same_again_can_be_approved_after_all()
    {
        var run = await _server.TalkAsync();
        Assert.Equal(System.Net.HttpStatusCode.OK, await _server.PostAsync($"/reviews/{run}:read/reject"));
        await using var page = await _server.OpenAsync($"/runs/{run}#task=read");
        await page.SeesAsync("What it shows is still what was rejected");
        await page.TabToAsync("#decision-over", "Approve after all");
        await page.StrikeAsync("Enter");
        await page.HasKeyboardAsync(".pending");
        await page.PushAsync("Send now");
        await page.UntilAsync("document.title.endsWith('done')");
        Assert.Equal("# Rain\n\nIt falls.\n", _server.Box.Read("talk/out/text.md"));
        Assert.Empty(page.Complaints);
    }

    [Fact]
    public async Task Two_versions_of_a_film_are_compared_by_wipe_and_side_by_side()
    {
        var film = Film.Replace("-re, ", "", StringComparison.Ordinal);
        _server.Box.Write("film/spool.yaml", film);
        await _server.UntilAsync(await _server.SubmitAsync("film"), "succeeded");
        _server.Box.Write("film/spool.yaml", film.Replace("t=20", "t=60", StringComparison.Ordinal));
        var second = await _server.SubmitAsync("film");
        await _server.UntilAsync(second, "succeeded");
        await using var page = await _server.OpenAsync($"/runs/{second}#file=out/film.mp4");
        await page.UntilAsync("document.querySelectorAll('button.version').length === 2");
        await page.UntilAsync("document.querySelector('video')");
        var newest = await page.AskAsync("document.querySelector('video').getAttribute('src')");
        await page.PressAsync("v");
        await page.UntilAsync($"document.querySelector('video')?.getAttribute('src') && document.querySelector('video').getAttribute('src') !== '{newest}'");
        await page.PressAsync("w");
        await page.UntilAsync("[...document.querySelectorAll('.compare.wipe video')].filter(v => v.readyState >= 2).length === 2");
        await page.AskAsync("(e => { e.value = 20; e.dispatchEvent(new Event('input', { bubbles: true })); })(document.querySelector('#wipe-line'))");
        await page.UntilAsync("getComputedStyle(document.querySelector('.compare')).getPropertyValue('--line').trim() === '20%'");
        await page.PressAsync(" ");
        await page.UntilAsync("[...document.querySelectorAll('.compare video')].every(v => v.currentTime > 0.3)");
        await page.PressAsync(" ");
        await page.PushAsync("Side");
        await page.UntilAsync("document.querySelectorAll('.compare.side video').length === 2");
        await page.UntilAsync("location.hash.includes('compare=side')");
    }

    [Fact]
    public async Task A_hundred_thousand_tasks_are_a_small_page()
    {
        _server.Box.Write("many/spool.yaml", "version: 1\nname: many\nsteps:\n  - id: a\n    kind: files.write\n    foreach: { range: [0, 100000] }\n    with: { text: \"${{ item }}\" }\n    out: { file: \"out/${{ item }}.txt\" }\n");
        var run = await _server.SubmitAsync("many");
        await using var page = await _server.OpenAsync($"/runs/{run}", width: 1440);
        await page.UntilAsync("document.querySelector('.heat svg')");
        for (var i = 0; i < 10; i++)
        {
            Assert.InRange((await _server.BytesAsync($"/runs/{run}/page")).Length, 1000, 200_000);
            Assert.InRange(int.Parse(await page.AskAsync("document.querySelectorAll('*').length"), System.Globalization.CultureInfo.InvariantCulture), 50, 1500);
            await Task.Delay(300, TestContext.Current.CancellationToken);
        }
        await page.PushAsync("Cancel");
        await page.PushAsync("Cancel the run");
        // Items come by pages of fifty from the server.
        await page.AskAsync("document.querySelector('.row.step').click()");
        await page.UntilAsync("document.querySelector('.row.task')");
        Assert.InRange(int.Parse(await page.AskAsync("document.querySelectorAll('*').length"), System.Globalization.CultureInfo.InvariantCulture), 50, 1500);
        await _server.UntilAsync(run, "cancelled");
    }

    /// <summary>Gives a file to the first field that takes one.</summary>
    private static async Task ChooseAsync(BrowserPage page, string selector, string file)
    {
        await page.UntilAsync($"document.querySelector('{selector}')");
        var document = await page.SendAsync("DOM.getDocument");
        var node = await page.SendAsync("DOM.querySelector", new() { ["nodeId"] = document.GetProperty("root").GetProperty("nodeId").GetInt32(), ["selector"] = selector });
        await page.SendAsync("DOM.setFileInputFiles", new() { ["nodeId"] = node.GetProperty("nodeId").GetInt32(), ["files"] = new JsonArray(file) });
    }

    [Fact]
    public async Task A_missing_picture_is_brought_and_the_run_goes_on()
    {
        _server.Box.Write("poster/spool.yaml", "version: 1\nname: poster\nsteps:\n  - { id: poster, kind: files.copy, in: { file: assets/poster.png }, out: { file: out/poster.png } }\n");
        Support.Sandbox.Tool("ffmpeg", ["-v", "error", "-nostdin", "-f", "lavfi", "-i", "testsrc=s=64x36:d=0.1", "-frames:v", "1", "file:" + _server.Box.At("mine.png")]);
        var run = await _server.SubmitAsync("poster");
        await _server.UntilAsync(run, "waiting");
        await using var page = await _server.OpenAsync($"/runs/{run}#task=poster");
        await page.SeesAsync("assets/poster.png is not there");
        await ChooseAsync(page, "#upload", _server.Box.At("mine.png"));
        await page.UntilAsync("document.title.endsWith('done')");
        Assert.Equal(File.ReadAllBytes(_server.Box.At("mine.png")), File.ReadAllBytes(_server.Box.At("poster/out/poster.png")));
        await page.UntilAsync("document.querySelector('.picture img')?.naturalWidth === 64");
    }
}
