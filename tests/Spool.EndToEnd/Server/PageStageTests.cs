using System.Globalization;
using Spool.EndToEnd.Support;
using Xunit;

namespace Spool.EndToEnd.Server;

/// <summary>What stands on the stage of the page, by its type: many pictures, tables, single pictures.</summary>
public sealed class PageStageTests : IAsyncDisposable
{
    private readonly PageServer _server = new();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task A_step_with_more_pictures_than_the_page_knows_is_a_grid_with_densities_a_jump_and_marks()
    {
        const int all = 320;
        Directory.CreateDirectory(_server.Box.At("many/in"));
        Sandbox.Tool("ffmpeg", ["-v", "error", "-nostdin", "-f", "lavfi", "-i", $"testsrc=s=32x18:r={all}:d=1", "file:" + _server.Box.At("many/in/%d.png")]);
        File.Delete(_server.Box.At("many/in/137.png"));
        _server.Box.Write("many/spool.yaml", $"version: 1\nname: many\nsteps:\n  - {{ id: one, kind: files.copy, foreach: {{ range: [1, {all + 1}] }}, in: {{ file: \"in/${{{{ item }}}}.png\" }}, out: {{ file: \"out/${{{{ item }}}}.png\" }} }}\n");
        var run = await _server.SubmitAsync("many");
        await _server.UntilAsync(run, "waiting");
        await using var page = await _server.OpenAsync($"/runs/{run}#step=one");
        await page.SeesAsync($"{all} results");
        const string seen = "[...document.querySelectorAll('.stage-grid .tile')]";
        await page.UntilAsync($"{seen}.length > 12 && {seen}.every(t => t.querySelector('img')?.naturalWidth > 0)");
        Assert.Equal("1", await page.AskAsync($"{seen}[0].querySelector('.tile-name span').textContent"));
        Assert.InRange(int.Parse(await page.AskAsync("document.querySelectorAll('*').length"), CultureInfo.InvariantCulture), 50, 1500);
        // Where something is missing is marked beside the scroll bar.
        await page.UntilAsync("document.querySelectorAll('.flag-marks path.f-waiting').length === 1");

        await page.TabToAsync("#grid-jump");
        await page.SendAsync("Input.insertText", new() { ["text"] = "37 %" });
        await page.StrikeAsync("Enter");
        await page.SeesAsync($"#119 of {all}");
        await page.HasKeyboardAsync(".stage-grid .grid");
        await page.UntilAsync("document.querySelector('.stage-grid .tile.at .tile-name span')?.textContent === '119'");
        await page.StrikeAsync("ArrowRight");
        await page.UntilAsync("document.querySelector('.stage-grid .tile.at')?.getAttribute('aria-posinset') === '120' && location.hash.includes('tile=120')");
        var columns = $"new Set({seen}.map(t => t.getBoundingClientRect().left)).size";
        var before = int.Parse(await page.AskAsync(columns), CultureInfo.InvariantCulture);
        foreach (var (density, fewer) in new[] { ("S", false), ("X", true) })
        {
            await page.PushAsync(density);
            await page.UntilAsync($"{columns} {(fewer ? "<" : ">=")} {before} && document.querySelector('.stage-grid .tile.at')");
            Assert.InRange(int.Parse(await page.AskAsync("document.querySelectorAll('*').length"), CultureInfo.InvariantCulture), 50, 1500);
        }
        // One that the data of the page never told of opens as any other.
        await page.TypeAsync("#grid-jump", "#320");
        await page.StrikeAsync("Enter");
        await page.UntilAsync("document.querySelector('.stage-grid .tile.at .tile-name span')?.textContent === '320'");
        await page.StrikeAsync("Enter");
        await page.UntilAsync("location.hash.includes('task=one:320') && document.querySelector('.stage .picture img')?.naturalWidth === 32");
        Assert.Empty(page.Complaints);
    }

    [Fact]
    public async Task Records_are_a_table_that_sorts_and_plots_that_say_what_they_left_out()
    {
        static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);
        _server.Box.Write("data/in/scores.jsonl", string.Concat(Enumerable.Range(0, 12_000).Select(i => $$"""{"frame_idx":{{i}},"pts_s":{{Number(i / 25.0)}},"score":{{Number(i == 7000 ? 99 : i % 50)}},"name":"n{{i}}"}""" + "\n")));
        _server.Box.Write("data/in/two.csv", "name,size\nten,10\nnine,9\n\"a, b\",100\n");
        _server.Box.Write("data/spool.yaml", """
            version: 1
            steps:
              - { id: scores, kind: files.copy, in: { file: in/scores.jsonl }, out: { file: out/scores.jsonl } }
              - { id: two, kind: files.copy, in: { file: in/two.csv }, out: { file: out/two.csv } }
            """);
        var run = await _server.SubmitAsync("data");
        await _server.UntilAsync(run, "succeeded");
        await using var page = await _server.OpenAsync($"/runs/{run}#file=out/two.csv");
        const string first = "[...document.querySelectorAll('.data-row')].map(r => r.children[1].textContent).join('|')";
        await page.UntilAsync($"{first} === 'ten|nine|a, b'");
        await page.TabToAsync(".data-head button", "size");
        await page.StrikeAsync("Enter");
        await page.UntilAsync($"{first} === 'nine|ten|a, b' && document.querySelectorAll('[aria-sort=ascending]').length === 1");
        await page.StrikeAsync("Enter");
        await page.UntilAsync($"{first} === 'a, b|ten|nine'");

        await _server.GoAsync(page, $"/runs/{run}#file=out/scores.jsonl");
        await page.SeesAsync("The first 10,000 of 12,000 records.");
        await page.UntilAsync("document.querySelector('.data-table').scrollHeight > 250000");
        Assert.InRange(int.Parse(await page.AskAsync("document.querySelectorAll('*').length"), CultureInfo.InvariantCulture), 50, 1500);
        await page.AskAsync("document.querySelector('.data-table').scrollTop = 5000 * 28");
        await page.UntilAsync("document.querySelector('.data-row .dim')?.textContent.startsWith('49') || document.querySelector('.data-row .dim')?.textContent.startsWith('50')");
        await page.PushAsync("Plots");
        // Over time, because the records have it; the one spike among ten thousand is still drawn.
        await page.UntilAsync("document.querySelector('#plot-over')?.value === 'pts_s' && document.querySelector('.data-plot')?.getAttribute('aria-label') === 'score over pts_s, from 0 to 99'");
        await page.UntilAsync("/V|L/.test(document.querySelector('.data-plot .plot-score').getAttribute('d')) && document.querySelector('.data-plot .plot-score').getBBox().height > 140");
        await page.UntilAsync("location.hash.includes('look=plots')");
        await page.AskAsync("(e => { e.value = 'values'; e.dispatchEvent(new Event('change', { bubbles: true })); })(document.querySelector('#plot-over'))");
        await page.UntilAsync("document.querySelector('.data-plot')?.getAttribute('aria-label').startsWith('How often values of score are, from 0 to 99') && document.querySelector('.data-plot .bars')");
        await page.PushAsync("Source");
        await page.UntilAsync("document.querySelector('.source')?.textContent.includes('\"pts_s\":0.04')");
        Assert.Empty(page.Complaints);
        Assert.Equal("0", await page.AskAsync("performance.getEntriesByType('resource').filter(r => !r.name.startsWith(location.origin)).length"));
    }

    private const string Card = """
        version: 1
        steps:
          - { id: film, kind: command, in: { card: { path: assets/bg.png, placeholder: { color: "#804020" } } }, with: { run: [ffmpeg, -nostdin, -v, error, -loop, "1", -i, "${{ in.card }}", -t, "1", -vf, "scale=320:180", -pix_fmt, yuv420p, "${{ out.video }}"] }, out: { video: out/film.mp4 } }
        """;

    [Fact]
    public async Task A_result_that_waits_for_a_missing_file_is_made_with_its_stand_in_and_says_so()
    {
        _server.Box.Write("card/spool.yaml", Card);
        var run = await _server.SubmitAsync("card");
        await _server.UntilAsync(run, "waiting");
        await using var page = await _server.OpenAsync($"/runs/{run}#task=film");
        await page.SeesAsync("assets/bg.png is not there");
        await page.SeesAsync("stand-in: color #804020");
        Assert.Equal("1", await page.AskAsync("document.querySelectorAll('.upload-button input').length"));
        await page.TabToAsync("#stand-in", "Generate");
        await page.StrikeAsync("Enter");
        await page.UntilAsync("document.title.endsWith('done')");
        await page.UntilAsync("document.querySelector('video')?.readyState >= 2 && document.querySelector('.stage .quality')?.textContent === 'stand-in'");
        Assert.True(File.Exists(_server.Box.At("card/out/film.mp4")));
        Assert.Empty(page.Complaints);
    }

    [Fact]
    public async Task A_missing_file_that_is_optional_is_skipped_and_one_without_a_stand_in_has_nothing_to_generate()
    {
        _server.Box.Write("cut/a.txt", "a\n");
        _server.Box.Write("cut/spool.yaml", """
            version: 1
            steps:
              - { id: join, kind: files.first, in: { files: [ { path: intro.txt, placeholder: skip }, a.txt ] }, out: { file: out/all.txt } }
              - { id: other, kind: files.copy, in: { file: needed.txt }, out: { file: out/other.txt } }
            """);
        var run = await _server.SubmitAsync("cut");
        await _server.UntilAsync(run, "waiting");
        await using var page = await _server.OpenAsync($"/runs/{run}#task=other");
        await page.SeesAsync("needed.txt is not there");
        Assert.Equal("null", await page.AskAsync("document.querySelector('#stand-in')"));
        await _server.GoAsync(page, $"/runs/{run}#task=join");
        await page.SeesAsync("can be left out");
        await page.PushAsync("Skip");
        await page.UntilAsync("document.querySelector('.stage-head h2')?.textContent === 'out/all.txt' && document.querySelector('.sheet')?.textContent.includes('a')");
        Assert.Equal("a\n", _server.Box.Read("cut/out/all.txt"));
    }
}
