using System.Globalization;
using System.Text;
using System.Text.Json;
using Spool.Engine;
using Spool.Media.Hashing;
using Spool.Media.Metrics;
using Spool.Media.Streams;
using Spool.Platform;

namespace Spool.Steps.Curate;

/// <summary>
/// Groups near-equal frames of a stream by their perceptual hash. Frames marked blurry or dark are not compared. Groups keep their ids from
/// run to run; ids that were merged into others are listed.
/// </summary>
[StepKind("curate.duplicates", version: 1, InProcess = true, SeesPrevious = true)]
public sealed record FindDuplicates : Step
{
    /// <summary>The measured frames, as curate.flag wrote them.</summary>
    [In("metrics")] public InputFile Metrics { get; init; } = null!;

    /// <summary>The frames with their content hashes.</summary>
    [In("frames")] public InputFile Frames { get; init; } = null!;

    /// <summary>Decisions of people: a chosen representative, dropped frames.</summary>
    [In("decisions")] public InputFile? Overrides { get; init; }

    /// <summary>The groups.</summary>
    [Out("clusters")] public OutputFile Clusters { get; init; } = null!;

    /// <summary>The id of the stream, by which decisions name moments of it.</summary>
    public string Stream { get; init; } = "frames";

    /// <summary>Bits of 64 that may differ.</summary>
    [Within(0, 64)] public int Distance { get; init; } = 6;

    /// <summary>representative: all members are near the kept one; single: chains too.</summary>
    public Linkage Linkage { get; init; } = Linkage.Representative;

    /// <summary>Compare only frames at most so many numbers apart; 0 for all.</summary>
    [Within(0, 1_000_000_000)] public long Within { get; init; }

    public override Task<StepResult> RunAsync(StepContext context, CancellationToken cancel)
    {
        var contents = context.Reading(Frames, "curate.flag", path => StreamLines.Hashes(context.Disk, path).ToDictionary(h => h.Index, h => h.Hash));
        bool measured = false, readable = false;
        FrameLine? first = null;
        var frames = context.Frames(Metrics, f =>
        {
            first ??= f;
            measured |= f.Phash is not null;
            readable |= f.Error is null;
            return (f.Index, f.Seconds, Item: f.Phash is null || f.IsBlurry == true || f.IsDark == true ? null : Item(f, contents.GetValueOrDefault(f.Index)));
        });
        var decided = context.Decided(Overrides, StreamFiles.NamesOf(Stream, first), frames.Select(f => (f.Index, f.Seconds)), Frames);
        var items = frames.Where(f => f.Item is not null && !(decided.Kept.TryGetValue(f.Index, out var keep) && !keep)).Select(f => f.Item!).ToList();
        var groups = Duplicates.Find(items, new DuplicateRule(Distance, Linkage, Within == 0 ? null : Within), cancel);
        var (named, merged) = GroupHistory.Carry(groups, items, Known(context, out var before));
        // What was merged earlier stays told, led on to where it is now.
        var gone = before.ToDictionary(m => m.Key, m => merged.GetValueOrDefault(m.Value, m.Value));
        foreach (var (old, now) in merged) gone[old] = now;
        foreach (var group in named) gone.Remove(group.Id);
        context.WriteBytes(Clusters, StreamLines.Object(json =>
        {
            json.WriteStartArray("clusters");
            foreach (var group in named) Write(json, group, items, decided.Representatives);
            json.WriteEndArray();
            json.WriteNumber("distance", Distance);
            json.WriteString("linkage", KindSchema.Kebab(Linkage.ToString()));
            json.WriteNumber("masked", frames.Count - items.Count);
            json.WriteStartObject("merged");
            foreach (var (old, now) in gone.OrderBy(m => m.Key, StringComparer.Ordinal)) json.WriteString(old, now);
            json.WriteEndObject();
            if (readable && !measured) json.WriteString("unavailable", "perceptual hashes were not measured");
            if (Within == 0) json.WriteNull("window");
            else json.WriteNumber("window", Within);
        }));
        context.Fact("groups", named.Count.ToString(CultureInfo.InvariantCulture));
        context.Fact("duplicates", named.Sum(g => g.Members.Count - 1).ToString(CultureInfo.InvariantCulture));
        return Task.FromResult(StepResult.Done);
    }

    // Frames of films have no content of their own on disk: their figures and number stand for it.
    private static DuplicateItem Item(FrameLine frame, string? content)
    {
        if (!PerceptualHash.TryParse(frame.Phash!, out var hash)) throw new StepFailedException(new Failure(FailureKind.BadOutput, $"frame {frame.Index} has '{frame.Phash}' for a perceptual hash") { Next = "make the figures with curate.measure" });
        var known = content ?? Digest.Of(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{frame.Phash} {frame.Dhash} {frame.LumaMean} {frame.Index}"))).ToString();
        return new(frame.Index, hash, known, (double)(frame.LaplacianVariance ?? 0)) { IsFlat = (double?)frame.Contrast < Duplicates.FlatBelow };
    }

    private static List<KnownGroup> Known(StepContext context, out Dictionary<string, string> merged)
    {
        merged = [];
        if (!context.Previous.TryGetValue("clusters", out var place)) return [];
        using var document = JsonDocument.Parse(DurableFile.Read(context.Disk, place));
        merged = document.RootElement.GetProperty("merged").EnumerateObject().ToDictionary(m => m.Name, m => m.Value.GetString()!);
        return [.. document.RootElement.GetProperty("clusters").EnumerateArray().Select(c => new KnownGroup(c.GetProperty("id").GetString()!, [.. c.GetProperty("contents").EnumerateArray().Select(h => h.GetString()!)]))];
    }

    private static void Write(Utf8JsonWriter json, DuplicateGroup group, List<DuplicateItem> items, IReadOnlyList<long> chosen)
    {
        var last = chosen.LastOrDefault(c => group.Members.Any(m => items[m].Index == c), -1);
        var picked = last < 0 ? -1 : group.Members.First(m => items[m].Index == last);
        var best = picked >= 0 ? picked : group.Representative;
        var distances = group.Members.Select(m => System.Numerics.BitOperations.PopCount(items[m].Hash ^ items[best].Hash)).ToList();
        json.WriteStartObject();
        json.WriteStartArray("confidence");
        foreach (var distance in distances) json.WriteNumberValue(Math.Round(1 - (distance / 64m), 6));
        json.WriteEndArray();
        json.WriteStartArray("contents");
        foreach (var member in group.Members) json.WriteStringValue(items[member].Content);
        json.WriteEndArray();
        json.WriteStartArray("distances");
        foreach (var distance in distances) json.WriteNumberValue(distance);
        json.WriteEndArray();
        json.WriteString("id", group.Id);
        json.WriteStartArray("members");
        foreach (var member in group.Members) json.WriteNumberValue(items[member].Index);
        json.WriteEndArray();
        json.WriteString("reason", picked >= 0 ? "a person chose it" : Duplicates.Reason(group, items));
        json.WriteNumber("representative", items[best].Index);
        json.WriteEndObject();
    }
}
