using System.Diagnostics;
using Spool.EndToEnd.Support;
using Xunit;

namespace Spool.EndToEnd.Server;

/// <summary>What the page promises to whoever has no mouse.</summary>
public sealed class PageKeyTests : IAsyncDisposable
{
    private readonly PageServer _server = new();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private void Card(int number, string colour) => Sandbox.Tool("ffmpeg", ["-v", "error", "-nostdin", "-y", "-f", "lavfi", "-i", $"color={colour}:s=320x180:d=0.1", "-frames:v", "1", "file:" + _server.Box.At($"talk/cards/{number}.png")]);

    private string Journal(string workspace) => string.Concat(Directory.GetFiles(_server.Box.At($"{workspace}/.spool/journal")).Select(File.ReadAllText));

    [Fact]
    public async Task Whoever_has_only_keys_finds_why_scene_3_was_made_anew_compares_both_versions_and_rejects_one_with_a_note()
    {
        Directory.CreateDirectory(_server.Box.At("talk/cards"));
        foreach (var (number, colour) in new[] { (1, "red"), (2, "green"), (3, "blue"), (4, "orange") }) Card(number, colour);
        _server.Box.Write("talk/spool.yaml", """
            version: 1
            name: talk
            outputs: [out/film.mp4]
            steps:
              - id: scene
                kind: command
                foreach: { list: ["1", "2", "3", "4"] }
                in: { card: "cards/${{ item }}.png" }
                with: { run: [ffmpeg, -nostdin, -v, error, -loop, "1", -i, "${{ in.card }}", -t, "2", -r, "25", -pix_fmt, yuv420p, "${{ out.video }}"] }
                out: { video: "work/${{ item }}.mp4" }
              - { id: check, kind: review, in: { video: work/3.mp4 }, with: { message: "Is scene 3 good?", on-reject: abort } }
              - id: join
                kind: video.concat
                in: { videos: [work/1.mp4, work/2.mp4, work/3.mp4, work/4.mp4] }
                out: { video: out/film.mp4 }
            """);
        var first = await _server.SubmitAsync("talk");
        await _server.UntilAsync(first, "waiting");
        await _server.PostAsync($"/reviews/{first}:check/approve");
        await _server.UntilAsync(first, "succeeded");
        Card(3, "black");
        var second = await _server.SubmitAsync("talk");
        await _server.UntilAsync(second, "waiting");

        await using var page = await _server.OpenAsync();
        await page.UntilAsync($"document.querySelector('#run-{second}')");
        var began = Stopwatch.GetTimestamp();
        await page.TabToAsync($"#run-{second} a");
        await page.StrikeAsync("Enter");
        await page.UntilAsync("document.querySelector('.head-actions .accent')?.textContent.startsWith('Decide')");
        await page.StrikeAsync("n");
        await page.UntilAsync("document.querySelector('.inspector h2')?.textContent === 'check'");
        // What the review reads leads to the task that made it, and to why.
        await page.TabToAsync("button.file", "3.mp4");
        await page.StrikeAsync("Enter");
        await page.UntilAsync("document.querySelector('.inspector h2')?.textContent === 'scene:3' && document.querySelector('.inspector .reasons')?.textContent.includes('input card: content changed')");
        await page.UntilAsync("document.querySelectorAll('button.version').length === 2 && document.querySelector('video')?.readyState >= 2");
        const string shown = "document.querySelector('button.version[aria-pressed=true]')?.textContent";
        Assert.Equal("v2", await page.AskAsync(shown));
        await page.StrikeAsync("v");
        await page.UntilAsync($"{shown} === 'v1'");
        await page.StrikeAsync("v");
        await page.UntilAsync($"{shown} === 'v2'");
        await page.StrikeAsync("w");
        await page.UntilAsync("[...document.querySelectorAll('.compare.wipe video')].filter(v => v.readyState >= 2).length === 2");
        await page.TabToAsync("#wipe-line", back: true);
        await page.StrikeAsync("ArrowLeft");
        await page.UntilAsync("getComputedStyle(document.querySelector('.compare')).getPropertyValue('--line').trim() === '49%'");
        await page.StrikeAsync("r");
        await page.HasKeyboardAsync("#decision-note");
        await page.WriteAsync("too dark");
        await page.CtrlAsync("Enter");
        await page.SeesAsync("Rejected check");
        // The field is gone; the keyboard is beside what can still be undone, not lost.
        await page.HasKeyboardAsync(".pending");
        Assert.InRange(await page.TabToAsync(".pending button", "Undo"), 1, 2);
        Assert.InRange(await page.TabToAsync(".pending button", "Send now"), 1, 2);
        await page.StrikeAsync("Enter");
        await page.UntilAsync("document.title.endsWith('failed')");
        Assert.InRange(Stopwatch.GetElapsedTime(began).TotalSeconds, 0, 60);
        await page.UntilAsync("document.activeElement !== document.body");
        Assert.Contains("too dark", Journal("talk"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_text_is_edited_and_its_decision_undone_and_sent_with_keys_alone()
    {
        var run = await _server.TalkAsync();
        await using var page = await _server.OpenAsync($"/runs/{run}");
        await page.UntilAsync("document.querySelector('.head-actions .accent')");
        // J walks the outline down to the review.
        for (var i = 0; i < 6 && await page.AskAsync("document.querySelector('.inspector h2')?.textContent") != "read"; i++)
        {
            await page.StrikeAsync("j");
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
        await page.SeesAsync("This text waits for your decision.");
        await page.TabToAsync("#text-begin");
        await page.StrikeAsync("Enter");
        await page.HasKeyboardAsync("#text-edit");
        await page.CtrlAsync("End");
        await page.WriteAsync("Often");
        await page.CtrlAsync("s");
        await page.SeesAsync("Your edit is what gets approved");
        await page.HasKeyboardAsync("#text-begin");
        Assert.Equal("# Rain\n\nIt falls.\nOften", _server.Box.Read("talk/work/text.md"));
        await page.SeesAsync("Edited: work/text.md");
        // Tab leaves a text that is being written: it is no trap, and Escape closes it.
        await page.StrikeAsync("Enter");
        await page.HasKeyboardAsync("#text-edit");
        await page.StrikeAsync("Tab");
        await page.UntilAsync("document.activeElement.id !== 'text-edit'");
        await page.TabToAsync("#text-edit", back: true);
        await page.StrikeAsync("Escape");
        await page.HasKeyboardAsync("#text-begin");

        await page.TabToAsync("#decision-approve");
        await page.StrikeAsync("Enter");
        await page.HasKeyboardAsync(".pending");
        await page.TabToAsync(".pending button", "Undo");
        await page.StrikeAsync("Enter");
        await page.UntilAsync("!document.querySelector('.pending')");
        await page.HasKeyboardAsync(".inspector");
        await page.UntilAsync("!document.querySelector('#decision-approve').disabled");
        await page.StrikeAsync("a");
        await page.HasKeyboardAsync(".pending");
        await page.TabToAsync(".pending button", "Send now");
        await page.StrikeAsync("Enter");
        await page.UntilAsync("document.title.endsWith('done')");
        Assert.Equal("# Rain\n\nIt falls.\nOften", _server.Box.Read("talk/out/text.md"));
    }

    [Fact]
    public async Task What_is_asked_twice_keeps_the_keyboard_and_gives_it_back()
    {
        _server.Box.Write("slow/spool.yaml", "version: 1\nname: slow\nsteps:\n  - { id: m, kind: audio.music, with: { duration: 900 }, out: { audio: m.wav } }\n");
        var run = await _server.SubmitAsync("slow");
        await using var page = await _server.OpenAsync($"/runs/{run}");
        await page.UntilAsync("document.querySelector('#run-pause')");
        await page.TabToAsync(".head-actions button", "Cancel");
        await page.StrikeAsync("Enter");
        await page.HasKeyboardAsync(".sure .danger");
        await page.TabToAsync(".sure button", "No");
        await page.StrikeAsync("Enter");
        await page.UntilAsync("!document.querySelector('.sure') && document.activeElement.textContent === 'Cancel'");
        await page.StrikeAsync("Enter");
        await page.HasKeyboardAsync(".sure .danger");
        await page.StrikeAsync("Enter");
        await page.UntilAsync("document.title.endsWith('cancelled')");
        await page.StrikeAsync("g");
        await page.StrikeAsync("r");
        await page.UntilAsync($"document.querySelector('#run-{run}')");
        await page.TabToAsync($"#run-{run} button", "Delete");
        await page.StrikeAsync("Enter");
        await page.UntilAsync("document.activeElement.textContent === 'Keep it'");
        await page.StrikeAsync("Enter");
        await page.UntilAsync("document.activeElement.textContent.startsWith('Delete')");
    }
}
