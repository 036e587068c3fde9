using System.Text;
using Spool.Engine;
using Spool.Media.Slides;
using Spool.Platform;

namespace Spool.Steps.Images;

/// <summary>Whether the installed fonts can draw a text: a picture in a font of other widths, or full of empty boxes, is no success.</summary>
internal static class Fonts
{
    /// <summary>The failure when the font of slides or a script is missing; the signs (emoji) that no font draws, and those drawn in one colour only.</summary>
    internal sealed record Look(StepResult? Missing, IReadOnlyList<Rune> Undrawn, IReadOnlyList<Rune> Plain);

    /// <summary>The installed font with coloured emoji, where a text has any.</summary>
    internal static async Task<EmojiFont?> EmojiAsync(StepContext context, IEnumerable<string?> texts, CancellationToken cancel)
    {
        foreach (var text in texts)
        {
            var runes = (text ?? "").EnumerateRunes().ToList();
            var at = runes.FindIndex(r => EmojiFont.IsEmoji(r, null) || r.Value == 0xFE0F);
            if (at < 0) continue;
            var files = await context.RunAsync(new ToolCommand(Tools.FontList, [":charset=1f600:color=true", "--format", "%{file}\n"]) { CaptureOutput = true }, cancel);
            var file = files.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal).FirstOrDefault(f => f.StartsWith('/') && context.Disk.Stat(f) is not null);
            return file is null ? null : EmojiFont.Read(DurableFile.Read(context.Disk, file));
        }
        return null;
    }

    /// <summary>Characters that share their upper bits almost always share their font, so one of each is looked up.</summary>
    internal static async Task<Look> CheckAsync(StepContext context, IEnumerable<string?> texts, CancellationToken cancel)
    {
        if (!(await FontsAsync(FontMetrics.Family)).Contains(FontMetrics.Family, StringComparison.Ordinal))
            return new Look(StepResult.Failed(FailureKind.Unavailable, $"the font {FontMetrics.Family}, in which slides are set, is not installed", "install the package fonts-dejavu-core"), [], []);
        var rare = texts.SelectMany(t => (t ?? "").EnumerateRunes()).Where(r => !FontMetrics.Knows(r) && r.Value is not (0xFE0F or 0x200D)).DistinctBy(r => r.Value >> 8).Take(16);
        List<Rune> undrawn = [], plain = [];
        foreach (var rune in rare)
        {
            if ((await FontsAsync($":charset={rune.Value:x}")).Length == 0)
            {
                if (Rune.IsLetterOrDigit(rune))
                    return new Look(StepResult.Failed(FailureKind.BadOutput, $"no installed font can draw '{rune}' (U+{rune.Value:X4})",
                        "install a font for this script, such as fonts-noto-cjk or fonts-noto-core"), [], []);
                undrawn.Add(rune);
            }
            else if (rune.Value is >= 0x1F300 and <= 0x1FAFF && (await FontsAsync($":charset={rune.Value:x}:color=true")).Length == 0) plain.Add(rune);
        }
        return new Look(null, undrawn, plain);

        async Task<string> FontsAsync(string pattern) =>
            (await context.RunAsync(new ToolCommand(Tools.FontList, [pattern, "family"]) { CaptureOutput = true }, cancel)).Output.Trim();
    }
}
