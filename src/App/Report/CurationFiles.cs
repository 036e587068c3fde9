using System.Globalization;
using System.Text.RegularExpressions;

namespace Spool.App.Report;

/// <summary>The files of one stream of a curation, by name, each with the places where its bytes may lie.</summary>
/// <param name="Parts">The folders with pictures for looking, by the number they begin with.</param>
internal sealed record StreamFiles(string Name, IReadOnlyDictionary<string, IReadOnlyList<string>> Files, IReadOnlyList<SheetFiles> Parts);

/// <summary>A folder with sheets of tiles.</summary>
/// <param name="Path">Relative to the workspace.</param>
/// <param name="Places">Of its <c>thumbs.json</c>.</param>
internal sealed record SheetFiles(string Path, long First, IReadOnlyList<string> Places);

/// <summary>Finds the streams of a curation among the artifacts of a run by their paths, see docs/formats/curation.md.</summary>
internal static partial class CurationFiles
{
    /// <summary>True for paths of outputs that may hold files of a curation.</summary>
    internal static bool MayHold(string path) => path is "out" or "thumbs" || path.StartsWith("out/", StringComparison.Ordinal) || path.StartsWith("thumbs/", StringComparison.Ordinal);

    /// <summary>True for a sheet of tiles.</summary>
    internal static bool IsSheet(string path) => Sheet().IsMatch(path);

    /// <summary>What was curated: the folder, or the one film in it.</summary>
    internal static string? InputOf(IReadOnlyDictionary<string, string> vars) =>
        vars.GetValueOrDefault("input") is not { Length: > 0 } input ? null : vars.GetValueOrDefault("film") is { Length: > 0 } film ? Path.Join(input, film) : input;

    /// <summary>The streams in natural order of their names.</summary>
    internal static IReadOnlyList<StreamFiles> Find(IEnumerable<(string Path, IReadOnlyList<string> Places)> artifacts)
    {
        var files = new Dictionary<string, Dictionary<string, IReadOnlyList<string>>>();
        var parts = new Dictionary<string, List<SheetFiles>>();
        foreach (var (path, places) in artifacts)
        {
            if (StreamFile().Match(path) is { Success: true } file)
            {
                if (!files.TryGetValue(file.Groups[1].Value, out var known)) files.Add(file.Groups[1].Value, known = []);
                known.TryAdd(file.Groups[2].Value, places);
            }
            else if (Tiles().Match(path) is { Success: true } tiles && long.TryParse(tiles.Groups[2].Value, CultureInfo.InvariantCulture, out var first))
            {
                if (!parts.TryGetValue(tiles.Groups[1].Value, out var known)) parts.Add(tiles.Groups[1].Value, known = []);
                known.Add(new SheetFiles(path[..path.LastIndexOf('/')], first, places));
            }
        }
        return [.. files.Where(f => f.Value.ContainsKey("stream.json")).OrderBy(f => f.Key, Comparer<string>.Create(Engine.Definition.Paths.CompareNatural))
            .Select(f => new StreamFiles(f.Key, f.Value, [.. parts.GetValueOrDefault(f.Key, []).DistinctBy(p => p.Path).OrderBy(p => p.First)]))];
    }

    [GeneratedRegex(@"^out/(.+)/(stream\.json|frames\.jsonl|metrics\.jsonl|clusters\.json|idle\.json|cuts\.json|selection\.jsonl?)$", RegexOptions.Singleline, 1000)]
    private static partial Regex StreamFile();

    [GeneratedRegex(@"^thumbs/(.+)~([0-9]{1,18})/thumbs\.json$", RegexOptions.Singleline, 1000)]
    private static partial Regex Tiles();

    [GeneratedRegex(@"^thumbs/.+~[0-9]{1,18}/sheet-[0-9]{3,}\.jpg$", RegexOptions.Singleline, 1000)]
    private static partial Regex Sheet();
}
