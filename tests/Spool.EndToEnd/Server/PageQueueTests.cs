using Spool.EndToEnd.Report;
using Spool.EndToEnd.Support;
using Xunit;

namespace Spool.EndToEnd.Server;

/// <summary>The queue, the gallery and what somebody else did meanwhile, on the page; and what a token that may not do everything sees.</summary>
public sealed class PageQueueTests : IAsyncDisposable
{
    private readonly PageServer _server = new();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task<string> QuickAsync(string name)
    {
        _server.Box.Write($"{name}/spool.yaml", $"version: 1\nname: {name}\nsteps:\n  - {{ id: a, kind: files.write, with: {{ text: {name} }}, out: {{ file: a.txt }} }}\n");
        return await _server.SubmitAsync(name);
    }

    [Fact]
    public async Task Queued_runs_are_put_in_another_order_held_and_let_go_with_the_keyboard_staying_where_it_is()
    {
        await using var page = await _server.OpenAsync();
        await page.TabToAsync(".queue-line button", "Pause the queue");
        await page.StrikeAsync("Enter");
        await page.SeesAsync("The queue is paused");
        var runs = new[] { await QuickAsync("one"), await QuickAsync("two"), await QuickAsync("three") };
        const string order = "[...document.querySelectorAll('tbody tr')].map(r => r.id.slice(4)).join(' ')";
        await page.UntilAsync($"{order} === '{string.Join(' ', runs)}'");
        await page.TabToAsync("button", $"Run {runs[2]} earlier");
        await page.StrikeAsync("Enter");
        await page.UntilAsync($"{order} === '{runs[0]} {runs[2]} {runs[1]}'");
        await page.HasKeyboardAsync($"#run-{runs[2]} button");
        await page.StrikeAsync("Enter");
        await page.UntilAsync($"{order} === '{runs[2]} {runs[0]} {runs[1]}'");
        await page.TabToAsync("button", $"Run {runs[2]} later");
        await page.StrikeAsync("Enter");
        await page.UntilAsync($"{order} === '{runs[0]} {runs[2]} {runs[1]}'");
        // One run is held; the queue goes on without it.
        await page.TabToAsync($"#run-{runs[1]} button", "Pause");
        await page.StrikeAsync("Enter");
        await page.UntilAsync($"document.querySelector('#run-{runs[1]} .status').textContent.includes('paused')");
        await page.PushAsync("Resume the queue");
        await _server.UntilAsync(runs[0], "succeeded");
        await _server.UntilAsync(runs[2], "succeeded");
        Assert.Equal("paused", (await _server.GetAsync($"/runs/{runs[1]}")).GetProperty("status").GetString());
        await page.UntilAsync($"[...document.querySelectorAll('#run-{runs[1]} button')].some(b => b.textContent === 'Resume')");
        await page.AskAsync($"[...document.querySelectorAll('#run-{runs[1]} button')].find(b => b.textContent === 'Resume').click()");
        await _server.UntilAsync(runs[1], "succeeded");
    }

    [Theory]
    [InlineData("look")]
    [InlineData("operate")]
    public async Task What_a_token_may_not_do_is_disabled_and_says_why(string role)
    {
        var run = await QuickAsync("one");
        await _server.UntilAsync(run, "succeeded");
        var token = _server.Box.Spool("token", "add", "wall", "--role", role, "--json").Must(0).Object.GetProperty("token").GetString()!;
        await using var page = await BrowserPage.OpenAsync(Path.Join(_server.Box.Root, "wall"), $"{_server.Address}/#t={token}");
        await page.UntilAsync($"document.querySelector('#run-{run}') && document.querySelector('.queue-line')");
        const string refused = "[...document.querySelectorAll('main button')].filter(b => b.disabled && b.title.includes('“wall” may only')).map(b => b.textContent).join(' ')";
        Assert.Equal(role == "look" ? "Pause the queue ☆ ☆ ☆ ☆ ☆ Delete …" : "Pause the queue Delete …", await page.AskAsync(refused));
        await _server.GoAsync(page, "/new?template=empty");
        await page.UntilAsync("document.querySelector('#make-and-run')");
        Assert.Equal(role == "look" ? "true" : "false", await page.AskAsync("document.querySelector('#make-and-run').disabled"));
        Assert.Empty(page.Complaints);
    }

    [Fact]
    public async Task The_gallery_goes_on_where_its_page_ended_also_inside_one_run()
    {
        foreach (var name in (string[])["many", "more"])
        {
            Directory.CreateDirectory(_server.Box.At(name + "/in"));
            Sandbox.Tool("ffmpeg", ["-v", "error", "-nostdin", "-f", "lavfi", "-i", "testsrc=s=32x18:r=40:d=1", "file:" + _server.Box.At(name + "/in/%d.png")]);
            _server.Box.Write(name + "/spool.yaml", $"version: 1\nname: {name}\nsteps:\n  - {{ id: one, kind: files.copy, foreach: {{ range: [1, 41] }}, in: {{ file: \"in/${{{{ item }}}}.png\" }}, out: {{ file: \"out/${{{{ item }}}}.png\" }} }}\n");
            await _server.UntilAsync(await _server.SubmitAsync(name), "succeeded");
        }
        for (var i = 0; i < 100 && (await _server.GetAsync("/gallery?limit=100")).GetProperty("items").GetArrayLength() < 80; i++) await Task.Delay(100, TestContext.Current.CancellationToken);
        await using var page = await _server.OpenAsync("/gallery");
        const string names = "[...document.querySelectorAll('.card a')].map(a => a.pathname + a.hash)";
        await page.UntilAsync("document.querySelectorAll('.card').length === 60");
        var first = await page.AskAsync(names);
        await page.PushAsync("Older");
        await page.UntilAsync("document.querySelectorAll('.card').length === 20");
        Assert.Equal(80, first.Split(',').Concat((await page.AskAsync(names)).Split(',')).Distinct().Count());
        await page.PushAsync("Newest");
        await page.UntilAsync("document.querySelectorAll('.card').length === 60");
    }

    [Fact]
    public async Task What_somebody_else_did_meanwhile_is_told_and_what_was_typed_stays()
    {
        var run = await _server.TalkAsync();
        await using var page = await _server.OpenAsync($"/runs/{run}#task=read");
        await page.PushAsync("Edit");
        await page.TypeAsync("#text-edit", "It falls from clouds.\n");
        _server.Box.Write("talk/work/text.md", "It falls from above.\n");
        await page.PushAsync("Save");
        await page.SeesAsync("Your text is still here");
        Assert.Equal("It falls from clouds.\n", await page.AskAsync("document.querySelector('#text-edit').value"));
        Assert.Equal("It falls from above.\n", _server.Box.Read("talk/work/text.md"));
        await page.PushAsync("Discard");
        await page.TypeAsync("#decision-note", "say whence");
        await page.PushAsync("Reject");
        await page.SeesAsync("Rejected read");
        Assert.Equal(System.Net.HttpStatusCode.OK, await _server.PostAsync($"/reviews/{run}:read/approve"));
        await page.PushAsync("Send now");
        await page.SeesAsync("read was not rejected:");
        await page.SeesAsync("Your note was: “say whence”");
    }
}
