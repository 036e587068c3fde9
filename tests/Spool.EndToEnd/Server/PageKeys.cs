using System.Text.Json.Nodes;
using Spool.EndToEnd.Report;
using Xunit;

namespace Spool.EndToEnd.Server;

/// <summary>A page used by keys alone: every stroke goes the way of a real keyboard, and no script touches what is on the page.</summary>
internal static class PageKeys
{
    private const int Shift = 8, Ctrl = 2;

    /// <summary>One key, down and up, with the text that it types.</summary>
    internal static async Task StrikeAsync(this BrowserPage page, string key, int modifiers = 0)
    {
        var (code, number, text) = key switch
        {
            "Tab" => ("Tab", 9, ""),
            "Enter" => ("Enter", 13, "\r"),
            "Escape" => ("Escape", 27, ""),
            "End" => ("End", 35, ""),
            "ArrowLeft" => ("ArrowLeft", 37, ""),
            "ArrowUp" => ("ArrowUp", 38, ""),
            "ArrowRight" => ("ArrowRight", 39, ""),
            "ArrowDown" => ("ArrowDown", 40, ""),
            " " => ("Space", 32, " "),
            _ => ($"Key{key.ToUpperInvariant()}", char.ToUpperInvariant(key[0]), key),
        };
        if ((modifiers & Ctrl) != 0) text = "";
        var down = new JsonObject { ["type"] = text.Length > 0 ? "keyDown" : "rawKeyDown", ["key"] = key, ["code"] = code, ["windowsVirtualKeyCode"] = number, ["modifiers"] = modifiers };
        if (text.Length > 0) down["text"] = text;
        await page.SendAsync("Input.dispatchKeyEvent", down);
        await page.SendAsync("Input.dispatchKeyEvent", new() { ["type"] = "keyUp", ["key"] = key, ["code"] = code, ["windowsVirtualKeyCode"] = number, ["modifiers"] = modifiers });
    }

    internal static Task CtrlAsync(this BrowserPage page, string key) => page.StrikeAsync(key, Ctrl);

    internal static async Task WriteAsync(this BrowserPage page, string text)
    {
        foreach (var letter in text) await page.StrikeAsync(letter.ToString());
    }

    /// <summary>Tab, again and again, until what has the keyboard fits a selector and begins with a text; gives how many it took.</summary>
    internal static async Task<int> TabToAsync(this BrowserPage page, string selector, string text = "", bool back = false)
    {
        var passed = new List<string>();
        for (var i = 1; i <= 90; i++)
        {
            await page.StrikeAsync("Tab", back ? Shift : 0);
            var fits = $"document.activeElement.matches({JsonValue.Create(selector).ToJsonString()}) && (document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent).trim().startsWith({JsonValue.Create(text).ToJsonString()})";
            if (await page.AskAsync(fits) == "true") return i;
            passed.Add(await page.AskAsync("document.activeElement.tagName + ' ' + (document.activeElement.id || (document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent).trim().slice(0, 20))"));
        }
        Assert.Fail($"Tab never comes to {selector} '{text}'; it came by:\n{string.Join('\n', passed)}");
        return 0;
    }

    internal static Task HasKeyboardAsync(this BrowserPage page, string selector) => page.UntilAsync($"document.activeElement?.matches({JsonValue.Create(selector).ToJsonString()})");
}
