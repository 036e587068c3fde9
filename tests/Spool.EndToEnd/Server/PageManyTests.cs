using System.Globalization;
using Xunit;

namespace Spool.EndToEnd.Server;

/// <summary>What the page promises of runs with many tasks and many steps: counts that list what they count, a map that leads to its parts, nothing that jumps.</summary>
public sealed class PageManyTests : IAsyncDisposable
{
    private readonly PageServer _server = new();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task A_count_lists_exactly_those_and_a_column_of_the_map_leads_to_its_parts()
    {
        _server.Box.Write("many/spool.yaml", """
            version: 1
            name: many
            steps:
              - { id: a, kind: files.write, foreach: { range: [0, 1200] }, with: { text: "${{ item }}" }, out: { file: "out/${{ item }}.txt" } }
              - { id: b, kind: files.copy, foreach: { range: [0, 30] }, in: { file: "none/${{ item }}.txt" }, out: { file: "work/${{ item }}.txt" } }
              - { id: c, kind: files.copy, foreach: { range: [0, 30] }, in: { file: "work/${{ item }}.txt" }, out: { file: "c/${{ item }}.txt" } }
            """);
        var run = await _server.SubmitAsync("many");
        await _server.UntilAsync(run, "waiting");
        await using var page = await _server.OpenAsync($"/runs/{run}");
        await page.UntilAsync("document.querySelector('.row.queue .badge')?.textContent === '30'");
        await page.TabToAsync(".tallies button", "30 blocked");
        await page.StrikeAsync("Enter");
        await page.UntilAsync("document.querySelector('.stage-head h2').textContent === 'blocked' && document.querySelector('.frames-tools')?.innerText.startsWith('30 results')");
        await page.UntilAsync("[...document.querySelectorAll('.stage-grid .tile-name')].every(t => t.textContent.startsWith('c:') && t.textContent.endsWith('blocked'))");
        // A column of the map stands for some neighbours: a click shows all results, from the first of these on.
        await page.UntilAsync("document.querySelector('.heat svg')");
        await page.AskAsync("(s => { const b = s.getBoundingClientRect(); s.dispatchEvent(new MouseEvent('click', { bubbles: true, clientX: b.left + b.width / 2, clientY: b.top + 5 })); })(document.querySelector('.heat svg'))");
        await page.UntilAsync("document.querySelector('.stage-head h2').textContent === 'a' && document.querySelector('.frames-tools')?.innerText.startsWith('1,200 results')");
        await page.UntilAsync("+document.querySelector('.stage-grid .tile.at')?.getAttribute('aria-posinset') > 400");
        Assert.InRange(int.Parse(await page.AskAsync("document.querySelectorAll('*').length"), CultureInfo.InvariantCulture), 50, 1500);
        Assert.Empty(page.Complaints);
    }

    [Fact]
    public async Task More_steps_than_three_hundred_are_groups_that_open_one_at_a_time_and_their_size_stands_in_the_address()
    {
        var text = "version: 1\nname: steps\nsteps:\n";
        foreach (var part in (string[])["intro", "body", "outro"])
            for (var i = 0; i < 110; i++) text += i == 0 ? $"  - {{ id: {part}-0, kind: files.write, with: {{ text: {part} }}, out: {{ file: {part}/0.txt }} }}\n"
                : $"  - {{ id: {part}-{i}, kind: files.copy, in: {{ file: {part}/{i - 1}.txt }}, out: {{ file: {part}/{i}.txt }} }}\n";
        _server.Box.Write("steps/spool.yaml", text);
        var run = await _server.SubmitAsync("steps");
        await _server.UntilAsync(run, "succeeded");
        await using var page = await _server.OpenAsync($"/runs/{run}#view=graph");
        const string names = "[...document.querySelectorAll('.node-name')].map(n => n.textContent).join(' ')";
        await page.UntilAsync($"{names} === 'intro body outro'");
        await page.AskAsync("document.querySelector('.node.group').dispatchEvent(new MouseEvent('click', { bubbles: true }))");
        await page.UntilAsync($"{names}.includes('intro-0') && {names}.includes('body') && !{names}.includes('body-0') && location.hash.includes('group=intro')");
        Assert.InRange(int.Parse(await page.AskAsync("document.querySelectorAll('*').length"), CultureInfo.InvariantCulture), 50, 1500);
        await page.PushAsync("+");
        await page.UntilAsync("/zoom=[0-9.]+/.test(location.hash)");
        await page.PushAsync("Close intro");
        await page.UntilAsync($"{names} === 'intro body outro'");
    }

    [Fact]
    public async Task Readers_of_screens_hear_what_failed_and_that_the_run_is_over_and_a_pointer_reads_pixels()
    {
        _server.Box.Write("film/spool.yaml", """
            version: 1
            name: film
            steps:
              - { id: still, kind: command, with: { run: [ffmpeg, -nostdin, -v, error, -f, lavfi, -i, "color=0x3366CC:s=64x36", -frames:v, "1", "${{ out.image }}"] }, out: { image: out/still.png } }
              - { id: slow, kind: command, with: { run: [ffmpeg, -nostdin, -v, error, -re, -f, lavfi, -i, "testsrc=s=64x36:d=4", "${{ out.video }}"] }, out: { video: out/slow.mp4 } }
              - { id: broken, kind: command, in: { video: out/slow.mp4 }, with: { run: [ffmpeg, -nostdin, -v, error, -i, "${{ in.video }}", -vf, nosuchfilter, "${{ out.video }}"] }, out: { video: out/b.mp4 } }
            """);
        var run = await _server.SubmitAsync("film");
        await using var page = await _server.OpenAsync($"/runs/{run}");
        await page.UntilAsync("document.querySelector('#news')");
        await page.UntilAsync("document.title.endsWith('failed') && /broken failed|The run is failed/.test(document.querySelector('#news').textContent)");
        Assert.Equal("polite", await page.AskAsync("document.querySelector('#news').getAttribute('aria-live')"));
        await _server.GoAsync(page, $"/runs/{run}#task=still");
        await page.UntilAsync("document.querySelector('.picture img')?.naturalWidth === 64");
        var middle = (await page.AskAsync("(b => (b.left + b.width / 2) + ' ' + (b.top + b.height / 2))(document.querySelector('.picture img').getBoundingClientRect())")).Split(' ').Select(n => double.Parse(n, CultureInfo.InvariantCulture)).ToList();
        await page.SendAsync("Input.dispatchMouseEvent", new() { ["type"] = "mouseMoved", ["x"] = middle[0], ["y"] = middle[1] });
        // The colour as a film has it is a little off; the middle lies between two pixels.
        await page.UntilAsync("/^3[12], 1[78] · R (4|5)\\d G (9|10)\\d B (19|20)\\d · #/.test(document.querySelector('.pixel')?.textContent)");
    }
}
