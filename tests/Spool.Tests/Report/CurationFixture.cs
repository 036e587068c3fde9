using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Spool.Tests.Report;

/// <summary>
/// The files of a made-up curation of pictures, as docs/formats/curation.md describes them. Frame k has sharpness 10 + 2 k; every seventh is dark,
/// the last third is still, neighbours 30 and 31 are near-equal, number <see cref="Missing"/> is no file, frame 9 cannot be read.
/// </summary>
internal sealed class CurationFixture(int frames = 300, string stream = "cam7")
{
    internal const int Missing = 20, Unreadable = 9;
    internal const double BlurBelow = 80;

    internal string Stream { get; } = stream;
    internal int PartSize { get; } = frames > 10_000 ? 5000 : 200;

    /// <summary>All numbers but the missing one.</summary>
    internal IReadOnlyList<int> Numbers { get; } = [.. Enumerable.Range(0, frames + 1).Where(n => n != Missing)];

    internal static double Sharpness(int number) => 10 + 2 * number;
    internal bool IsStill(int number) => number > frames * 2 / 3;
    internal static bool IsDark(int number) => number % 7 == 3;
    internal bool IsBlurry(int number) => number != Unreadable && Sharpness(number) < BlurBelow;

    /// <summary>By path in the workspace, without pictures.</summary>
    internal IReadOnlyDictionary<string, byte[]> Files()
    {
        var files = new Dictionary<string, byte[]>
        {
            [$"out/{Stream}/stream.json"] = Json(StreamFacts()),
            [$"out/{Stream}/metrics.jsonl"] = Lines(Numbers.Select(Metrics)),
            [$"out/{Stream}/frames.jsonl"] = Lines(Numbers.Select(n => new JsonObject { ["frame_idx"] = n, ["frame_path"] = Name(n), ["bytes"] = 5, ["hash"] = "sha256:" + n.ToString("x64", CultureInfo.InvariantCulture), ["width"] = 640, ["height"] = 360, ["pts_s"] = null })),
            [$"out/{Stream}/clusters.json"] = Json(Clusters()),
            [$"out/{Stream}/idle.json"] = Json(Idle()),
            [$"out/{Stream}/cuts.json"] = Json(Cuts()),
            [$"out/{Stream}/selection.json"] = Json(Selection()),
            [$"out/{Stream}/selection.jsonl"] = Lines(Numbers.Select(n => new JsonObject { ["frame_idx"] = n, ["frame_path"] = Name(n), ["keep"] = Rule(n) is null, ["rule"] = Rule(n) })),
        };
        foreach (var part in Numbers.Chunk(PartSize)) files[$"thumbs/{Stream}~{part[0]}/thumbs.json"] = Json(new JsonObject { ["columns"] = 10, ["frames"] = List(part), ["tile"] = new JsonArray(128, 72) });
        return files;
    }

    private static string Name(int number) => string.Create(CultureInfo.InvariantCulture, $"image_{number}.jpg");

    private string? Rule(int number) => number == Unreadable ? "unreadable" : IsBlurry(number) ? "blurry" : IsDark(number) ? "dark" : null;

    private JsonObject StreamFacts() => new()
    {
        ["stream"] = Stream,
        ["kind"] = "pictures",
        ["path"] = ".",
        ["frames"] = Numbers.Count,
        ["first"] = 0,
        ["last"] = Numbers[^1],
        ["fps"] = null,
        ["duration_s"] = null,
        ["numbering"] = "image_<index>",
        ["missing"] = new JsonArray(new JsonArray(Missing, Missing)),
        ["duplicate_indices"] = new JsonArray(new JsonObject { ["frame_idx"] = 7, ["path"] = "image_07.jpg" }),
        ["not_frames"] = new JsonArray(new JsonObject { ["path"] = "image_3.jpg", ["why"] = "is a folder" }),
        ["sizes"] = new JsonArray(new JsonObject { ["frames"] = Numbers.Count - 1, ["width"] = 640, ["height"] = 360 }),
        ["unreadable"] = new JsonArray(new JsonObject { ["error"] = "is cut off: </script><b>", ["frame_idx"] = Unreadable, ["frame_path"] = Name(Unreadable) }),
    };

    private JsonObject Metrics(int number)
    {
        if (number == Unreadable) return new JsonObject { ["frame_idx"] = number, ["frame_path"] = Name(number), ["error"] = "is cut off" };
        return new JsonObject
        {
            ["frame_idx"] = number,
            ["frame_path"] = Name(number),
            ["pts_s"] = null,
            ["width"] = 640,
            ["height"] = 360,
            ["laplacian_variance"] = Sharpness(number),
            ["luma_mean"] = 100,
            ["luma_percentile"] = IsDark(number) ? 12 : 60,
            ["percentile"] = 0.1,
            ["overexposed"] = 0,
            ["underexposed"] = 0,
            ["phash"] = "0123456789abcdef",
            ["motion"] = number is 0 or Missing + 1 or Unreadable + 1 ? null : IsStill(number) ? 0.001 : 0.05,
            ["cut_content"] = number is 0 or Missing + 1 or Unreadable + 1 ? null : number == 150 ? 60 : 3,
            ["is_blurry"] = IsBlurry(number),
            ["is_dark"] = IsDark(number),
            ["thresholds"] = new JsonObject
            {
                ["is_blurry"] = new JsonObject { ["method"] = "laplacian_variance", ["below"] = BlurBelow, ["size"] = new JsonArray(640, 360) },
                ["is_dark"] = new JsonObject { ["method"] = "luma_percentile", ["below"] = 25 },
            },
        };
    }

    private static JsonObject Clusters() => new()
    {
        ["clusters"] = new JsonArray(new JsonObject
        {
            ["confidence"] = new JsonArray(1, 0.953125),
            ["distances"] = new JsonArray(3, 0),
            ["id"] = new string('a', 64),
            ["members"] = new JsonArray(50, 51),
            ["reason"] = "sharpest member (Laplacian variance 112)",
            ["representative"] = 51,
        }),
        ["distance"] = 6,
        ["linkage"] = "representative",
        ["masked"] = 36,
        ["merged"] = new JsonObject { [new string('b', 64)] = new string('a', 64) },
        ["window"] = null,
    };

    private JsonObject Idle()
    {
        var still = Numbers.Where(IsStill).ToList();
        return new JsonObject
        {
            ["rule"] = new JsonObject { ["enter"] = 0.02, ["leave"] = 0.02, ["window"] = 5, ["min_frames"] = 8, ["min_s"] = 0 },
            ["stretches"] = new JsonArray(new JsonObject { ["start_frame"] = still[0] - 1, ["end_frame"] = still[^1], ["start_s"] = null, ["end_s"] = null, ["frames"] = still.Count + 1, ["mean_motion"] = 0.001 }),
        };
    }

    private JsonObject Cuts() => new()
    {
        ["detector"] = "content",
        ["threshold"] = 27,
        ["fps"] = 10,
        ["frames"] = Numbers.Count,
        ["cuts"] = new JsonArray(150),
        ["scenes"] = new JsonArray(Scene(0, 150), Scene(150, Numbers[^1] + 1)),
    };

    private static JsonObject Scene(int from, int to) => new() { ["start"] = new JsonObject { ["frame"] = from, ["s"] = from / 10.0 }, ["end"] = new JsonObject { ["frame"] = to, ["s"] = to / 10.0 } };

    private JsonObject Selection()
    {
        var (blurry, dark) = (Numbers.Where(IsBlurry).ToList(), Numbers.Where(n => n != Unreadable && IsDark(n)).ToList());
        var dropped = Numbers.Count(n => Rule(n) is not null);
        return new JsonObject
        {
            ["dropped"] = dropped,
            ["frames"] = Numbers.Count,
            ["kept"] = Numbers.Count - dropped,
            ["rules"] = new JsonArray(One("unreadable", 1, 1), One("blurry", blurry.Count, blurry.Count), One("dark", dark.Count, dark.Except(blurry).Count())),
        };

        static JsonObject One(string rule, int matched, int first) => new() { ["rule"] = rule, ["matched"] = matched, ["first"] = first };
    }

    private static JsonArray List(IEnumerable<int> numbers) => new([.. numbers.Select(n => (JsonNode)n)]);

    private static byte[] Json(JsonObject document) => Encoding.UTF8.GetBytes(document.ToJsonString() + "\n");

    private static byte[] Lines(IEnumerable<JsonObject> lines) => Encoding.UTF8.GetBytes(string.Concat(lines.Select(l => l.ToJsonString() + "\n")));
}
