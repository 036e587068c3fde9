using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Spool.Platform;

namespace Spool.Tests.Support;

/// <summary>The files that a curation leaves behind (docs/formats/curation.md), small and made up: pictures of a few bytes, figures by their number.</summary>
internal sealed class FixtureStreams(IDisk disk, string workspace, string input)
{
    internal string Workspace => workspace;
    internal string Input => input;
    internal IDisk Disk => disk;

    /// <summary>
    /// A stream of pictures image_0.jpg, image_1.jpg, ... of 100 x 50 pixels, in a folder of the input called as the stream (or in the input itself). Every fifth is
    /// blurry, every seventh dark, 2 is a duplicate of 1, 10 to 14 are idle; number 6 is missing.
    /// </summary>
    internal void Pictures(string stream, int count, bool atRoot = false, Func<int, bool>? keep = null)
    {
        var prefix = atRoot ? "" : stream + "/";
        var frames = Enumerable.Range(0, count).Where(i => i != 6).ToList();
        foreach (var i in frames) Original($"{prefix}image_{i}.jpg", $"picture {i} of {stream}");
        Text($"out/{stream}/stream.json", Json(new JsonObject
        {
            ["duplicate_indices"] = new JsonArray(),
            ["duration_s"] = null,
            ["first"] = 0,
            ["fps"] = null,
            ["frames"] = frames.Count,
            ["kind"] = "pictures",
            ["last"] = frames[^1],
            ["missing"] = count > 6 ? JsonNode.Parse("[[6,6]]") : new JsonArray(),
            ["not_frames"] = new JsonArray(),
            ["numbering"] = "image_<index>",
            ["path"] = atRoot ? "." : stream,
            ["sizes"] = JsonNode.Parse($$"""[{"frames":{{frames.Count}},"height":50,"width":100}]"""),
            ["stream"] = stream,
            ["unreadable"] = new JsonArray(),
        }));
        Lines($"out/{stream}/frames.jsonl", frames, i => new JsonObject
        {
            ["frame_idx"] = i,
            ["frame_path"] = $"{prefix}image_{i}.jpg",
            ["bytes"] = Content(i, stream).Length,
            ["hash"] = "sha256:" + Digest.Of(Content(i, stream)),
            ["width"] = 100,
            ["height"] = 50,
            ["pts_s"] = null,
        });
        Lines($"out/{stream}/metrics.jsonl", frames, i => Metrics(i, $"{prefix}image_{i}.jpg", null));
        Lines($"out/{stream}/selection.jsonl", frames, i =>
        {
            var rule = i % 5 == 4 ? "blurry" : i % 7 == 6 ? "dark" : i == 2 ? "duplicate" : null;
            var kept = keep?.Invoke(i) ?? rule is null;
            return new JsonObject { ["frame_idx"] = i, ["frame_path"] = $"{prefix}image_{i}.jpg", ["keep"] = kept, ["rule"] = kept ? null : rule ?? "not every 2th" };
        });
        Text($"out/{stream}/clusters.json", """{"clusters":[{"confidence":[1,0.953125],"distances":[0,3],"id":"0a1b","members":[1,2],"reason":"sharpest member (Laplacian variance 310.2)","representative":1}],"distance":6,"linkage":"representative","masked":3,"merged":{"99":"0a1b"},"window":null}""" + "\n");
        Text($"out/{stream}/idle.json", """{"rule":{"enter":0.02,"leave":0.03,"min_frames":4,"min_s":0,"window":5},"stretches":[{"end_frame":14,"end_s":null,"frames":5,"mean_motion":0.0004,"start_frame":10,"start_s":null}]}""" + "\n");
        Text($"out/{stream}/cuts.json", """{"cuts":[9],"detector":"content","fps":25,"frames":19,"scenes":[{"end":{"frame":9,"s":0.36},"start":{"frame":0,"s":0}},{"end":{"frame":20,"s":0.8},"start":{"frame":9,"s":0.36}}],"threshold":27}""" + "\n");
    }

    /// <summary>A film at 10 frames a second; every third frame is dropped. Its own bytes are made by the caller.</summary>
    internal void Film(string stream, string path, int count, (int Width, int Height) size)
    {
        var frames = Enumerable.Range(0, count).ToList();
        Text($"out/{stream}/stream.json", Json(new JsonObject
        {
            ["duplicate_indices"] = new JsonArray(),
            ["duration_s"] = count / 10.0,
            ["first"] = 0,
            ["fps"] = 10,
            ["frames"] = count,
            ["kind"] = "film",
            ["last"] = count - 1,
            ["missing"] = new JsonArray(),
            ["not_frames"] = new JsonArray(),
            ["numbering"] = null,
            ["path"] = path,
            ["sizes"] = JsonNode.Parse($$"""[{"frames":{{count}},"height":{{size.Height}},"width":{{size.Width}}}]"""),
            ["stream"] = stream,
            ["unreadable"] = new JsonArray(),
        }));
        Lines($"out/{stream}/frames.jsonl", frames, i => new JsonObject { ["frame_idx"] = i, ["frame_path"] = path, ["hash"] = null, ["width"] = size.Width, ["height"] = size.Height, ["pts_s"] = i / 10m });
        Lines($"out/{stream}/metrics.jsonl", frames, i => Metrics(i, path, i / 10m));
        Lines($"out/{stream}/selection.jsonl", frames, i => new JsonObject { ["frame_idx"] = i, ["frame_path"] = path, ["keep"] = i % 3 != 2, ["rule"] = i % 3 != 2 ? null : "blurry" });
    }

    /// <summary>Objects by frame number: label and box.</summary>
    internal void Annotate(string stream, string prefix, params (int Frame, string Annotations)[] frames) =>
        Lines($"annotations/{stream}.jsonl", frames, f => new JsonObject
        {
            ["frame_idx"] = f.Frame,
            ["frame_path"] = prefix.EndsWith(".mp4", StringComparison.Ordinal) ? prefix : $"{prefix}image_{f.Frame}.jpg",
            ["width"] = 100,
            ["height"] = 50,
            ["annotations"] = JsonNode.Parse(f.Annotations),
        });

    internal static byte[] Content(int index, string stream) => Encoding.UTF8.GetBytes($"picture {index} of {stream}");

    private static JsonObject Metrics(int i, string path, decimal? seconds) => new()
    {
        ["frame_idx"] = i,
        ["frame_path"] = path,
        ["pts_s"] = seconds,
        ["width"] = 100,
        ["height"] = 50,
        ["laplacian_variance"] = i % 5 == 4 ? 10.25m : 100.5m + i,
        ["luma_mean"] = 90.125m,
        ["luma_percentile"] = i % 7 == 6 ? 12 : 60,
        ["percentile"] = 0.1m,
        ["overexposed"] = 0,
        ["contrast"] = 30.5m,
        ["phash"] = i.ToString("x16", CultureInfo.InvariantCulture),
        ["motion"] = i is 0 or 7 ? null : i is > 10 and <= 14 ? 0.0004m : 0.25m,
        ["is_blurry"] = i % 5 == 4,
        ["is_dark"] = i % 7 == 6,
        ["thresholds"] = JsonNode.Parse("""{"is_blurry":{"method":"laplacian_variance","below":80,"size":[100,50]},"is_dark":{"method":"luma_percentile","below":25}}"""),
    };

    internal void Original(string path, string text) => Put(Path.Join(input, path), text);

    /// <summary>A file of the workspace.</summary>
    internal void Text(string path, string text) => Put(Path.Join(workspace, path), text);

    internal string Read(string path) => DurableFile.ReadText(disk, Path.Join(workspace, path));

    private void Put(string path, string text)
    {
        DurableFile.CreateFolders(disk, Path.GetDirectoryName(path)!);
        DurableFile.WritePlain(disk, path, Encoding.UTF8.GetBytes(text));
    }

    private void Lines<T>(string path, IEnumerable<T> items, Func<T, JsonObject> line) => Text(path, string.Concat(items.Select(i => Json(line(i)))));

    private static string Json(JsonObject value) => value.ToJsonString(new JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }) + "\n";
}
