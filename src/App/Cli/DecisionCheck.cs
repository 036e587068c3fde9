using System.Text.Json;
using Spool.Media.Streams;
using Spool.Platform;

namespace Spool.App.Cli;

/// <summary>
/// Finds decisions of people that concern nothing: a name that is mistyped, a picture that is gone, a moment behind the end. A step sees one
/// stream and cannot tell them from decisions about another; so this looks at all streams when a curation is over.
/// </summary>
internal static class DecisionCheck
{
    /// <summary>One sentence for each line without effect; empty without a file or with one that the steps refused.</summary>
    internal static IReadOnlyList<string> Idle(IDisk disk, string workspace, IReadOnlyList<string> streams)
    {
        var file = Path.Join(workspace, "overrides.jsonl");
        if (disk.Stat(file) is not { Kind: FileKind.File }) return [];
        IReadOnlyList<Media.Streams.Decision> all;
        try { all = Decisions.Read(DurableFile.Read(disk, file)).All; }
        catch (DecisionFault) { return []; }
        var hashes = all.Where(d => d.Hash is not null).Select(d => d.Hash!).ToHashSet();
        var ends = new Dictionary<string, double>();
        foreach (var name in streams)
        {
            var folder = Path.Join(workspace, "out", name);
            using var about = JsonDocument.Parse(DurableFile.Read(disk, Path.Join(folder, "stream.json")));
            var isFilm = about.RootElement.GetProperty("kind").GetString() == "film";
            // Pictures have the times of cuts.json, at most a frame a second; how long that is, their numbers bound.
            var end = isFilm && about.RootElement.GetProperty("duration_s").ValueKind == JsonValueKind.Number
                ? about.RootElement.GetProperty("duration_s").GetDouble() + (about.RootElement.TryGetProperty("start_s", out var start) ? start.GetDouble() : 0) : double.MaxValue;
            ends[name] = end;
            if (isFilm) ends[about.RootElement.GetProperty("path").GetString()!] = end;
            if (hashes.Count == 0) continue;
            foreach (var (_, hash) in StreamLines.Hashes(disk, Path.Join(folder, "frames.jsonl")))
                if (hash is not null) hashes.Remove(hash);
        }
        var said = new List<string>();
        for (var i = 0; i < all.Count; i++)
        {
            var decision = all[i];
            if (decision.Hash is { } hash && hashes.Contains(hash)) said.Add($"decision {i + 1} is about a picture that is not there (sha256:{hash[..12]}…)");
            else if (decision.Hash is null && !ends.TryGetValue(decision.Stream!, out var end)) said.Add($"decision {i + 1} is about a stream '{decision.Stream}' that is not there; {Engine.NearestName.Hint(decision.Stream!, ends.Keys) ?? $"streams: {string.Join(", ", ends.Keys.Take(10))}"}");
            else if (decision.Hash is null && decision.Seconds > ends[decision.Stream!] + Decisions.Reach) said.Add($"decision {i + 1} is about a moment behind the end of '{decision.Stream}'");
        }
        return said;
    }
}
