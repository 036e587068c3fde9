using System.Globalization;
using System.Text.Json;
using Spool.Platform;

namespace Spool.App.Cli;

/// <summary>What a curation found, in the few lines a person reads first; from the small files beside the long ones.</summary>
internal sealed class CurationSummary(Composition composition, string workspace, string shown)
{
    /// <summary>True when any frame of any stream that was shown could be read.</summary>
    internal bool Readable { get; private set; }

    internal void Print(TextWriter to)
    {
        var root = Path.Join(workspace, "out");
        if (composition.Disk.Stat(root) is not { Kind: FileKind.Folder }) return;
        var streams = composition.Disk.List(root).Where(e => e.Kind == FileKind.Folder).Select(e => e.Name).Order(StringComparer.Ordinal)
            .Where(s => composition.Disk.Stat(Path.Join(root, s, "selection.json")) is not null && composition.Disk.Stat(Path.Join(root, s, "stream.json")) is not null).ToList();
        const int most = 20;
        foreach (var stream in streams.Take(most))
        {
            if (streams.Count > 1) to.WriteLine(stream);
            try { Stream(to, Path.Join(root, stream)); }
            catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException) { to.WriteLine($"{stream}: its files are of another form than expected ({e.Message})"); }
        }
        if (streams.Count > most) Readable = true;
        if (streams.Count > most) to.WriteLine($"+{streams.Count - most} more streams");
        var idle = DecisionCheck.Idle(composition.Disk, workspace, streams);
        foreach (var said in idle.Take(10)) Console.Error.WriteLine("warning: " + TerminalText.Plain(said));
        if (idle.Count > 10) Console.Error.WriteLine($"warning: {idle.Count - 10} more decisions concern nothing");
        foreach (var hint in _hints) to.WriteLine($"  note   {hint}");
        to.WriteLine($"  look   spool open {shown}     nothing was deleted; originals were only read");
        to.WriteLine($"  next   spool export {shown} --format folder --out kept     or coco, yolo, csv, jsonl");
    }

    private readonly HashSet<string> _hints = [];

    private void Stream(TextWriter to, string folder)
    {
        using var stream = Open(folder, "stream.json");
        using var selection = Open(folder, "selection.json");
        var frames = Number(stream, "frames");
        to.WriteLine(string.Join(" · ", Facts(stream.RootElement, frames)));
        if (frames > 0 && Bad(stream.RootElement) == frames) return;
        Readable = true;
        var rules = selection.RootElement.GetProperty("rules").EnumerateArray().Select(r => (Rule: r.GetProperty("rule").GetString()!, Matched: r.GetProperty("matched").GetInt32(), First: r.GetProperty("first").GetInt32())).ToList();
        var parts = rules.Where(r => r.Rule is "blurry" or "dark").Select(r => $"{r.Rule} {Words.Count(r.Matched)}{Share(r.Matched, frames)}").ToList();
        using (var idle = Open(folder, "idle.json"))
            parts.Add(Told(idle) ?? $"idle {Words.Count(idle.RootElement.GetProperty("stretches").GetArrayLength())} stretches");
        using (var cuts = Open(folder, "cuts.json"))
            parts.Add(Told(cuts) ?? $"shots {Words.Count(cuts.RootElement.GetProperty("scenes").GetArrayLength())}");
        using (var clusters = Open(folder, "clusters.json"))
        {
            var groups = clusters.RootElement.GetProperty("clusters");
            parts.Add(Told(clusters) ?? $"duplicates {Words.Count(groups.GetArrayLength())} groups ({Words.Count(groups.EnumerateArray().Sum(g => g.GetProperty("members").GetArrayLength()))} frames)");
        }
        to.WriteLine(string.Join("  ", parts));
        foreach (var (rule, matched, _) in rules)
            if (frames >= 20 && matched > frames * 0.9 && rule is "blurry" or "dark")
                _hints.Add(rule == "dark" ? "nearly all frames count as dark: black bars are pixels too; see the histogram in the report, then: --set flag.dark-below=…" : "nearly all frames count as blurry: see the histogram in the report, then: --blur-below …");
        var first = string.Join(" · ", rules.Where(r => r.First > 0).Select(r => $"{r.Rule} {Words.Count(r.First)}"));
        to.WriteLine($"keep {Words.Count(Number(selection, "kept"))} · drop {Words.Count(Number(selection, "dropped"))}{(first.Length > 0 ? $" (first rule that matched: {first})" : "")}");
    }

    private static IEnumerable<string> Facts(JsonElement stream, int frames)
    {
        yield return $"{Words.Count(frames)} frame{(frames == 1 ? "" : "s")}";
        if (stream.GetProperty("fps").ValueKind == JsonValueKind.Number)
            yield return string.Create(CultureInfo.InvariantCulture, $"{stream.GetProperty("fps").GetDouble():0.###} fps, {Words.Clock(stream.GetProperty("duration_s").GetDouble())}");
        var gaps = stream.GetProperty("missing");
        if (gaps.GetArrayLength() is > 0 and var many)
            yield return $"{Words.Count(many)} gap{(many == 1 ? "" : "s")} (first: {(gaps[0][0].GetInt64() == gaps[0][1].GetInt64() ? Long(gaps[0][0]) : $"{Long(gaps[0][0])}-{Long(gaps[0][1])}")})";
        if (Bad(stream) is > 0 and var bad) yield return $"{Words.Count(bad)} unreadable ({stream.GetProperty("unreadable")[0].GetProperty("frame_path").GetString()} {stream.GetProperty("unreadable")[0].GetProperty("error").GetString()})";
        if (stream.GetProperty("duplicate_indices").GetArrayLength() is > 0 and var doubles) yield return $"{Words.Count(doubles)} number{(doubles == 1 ? "" : "s")} used twice";
        if (stream.GetProperty("sizes").GetArrayLength() is > 1 and var sizes) yield return $"{sizes} sizes";
    }

    private static int Bad(JsonElement stream) => stream.GetProperty("unreadable").GetArrayLength() + (stream.TryGetProperty("more_unreadable", out var more) ? more.GetInt32() : 0);

    private static string Long(JsonElement number) => number.GetInt64().ToString("#,0", CultureInfo.InvariantCulture);

    private static string? Told(JsonDocument of) => of.RootElement.TryGetProperty("unavailable", out var why) ? $"({why.GetString()})" : null;

    private static string Share(int count, int of) => count == 0 || of == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $" ({100.0 * count / of:0.#} %)");

    private static int Number(JsonDocument document, string name) => document.RootElement.GetProperty(name).GetInt32();

    private JsonDocument Open(string folder, string name) => JsonDocument.Parse(DurableFile.Read(composition.Disk, Path.Join(folder, name)));
}
