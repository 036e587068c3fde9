using System.Text.RegularExpressions;
using Xunit;

namespace Spool.Tests.Architecture;

/// <summary>
/// Folders of the Engine, each may use only those before it; the files beside the folders hold the words that everybody uses. The way of a
/// value is Definition, Graph, Planning, Scheduling; what is kept of it (Journal, Artifacts) and one try (Attempts) know nothing of that way.
/// </summary>
public sealed class EngineOrderTests
{
    private static readonly string[] Order = ["Definition", "Journal", "Artifacts", "Attempts", "Graph", "Planning", "Scheduling"];

    private static string FolderOf(SourceText file) => file.Path.Split('/') is [_, _, var folder, _] ? folder : "";

    private static List<SourceText> Engine => [.. SourceText.Product.Where(f => f.Path.StartsWith("src/Engine/", StringComparison.Ordinal))];

    /// <summary>The folders that a file uses: by using, or by naming a type with its namespace.</summary>
    private static IEnumerable<string> Uses(SourceText file, Dictionary<string, HashSet<string>> types)
    {
        foreach (Match match in Regex.Matches(file.Code, @"\bSpool\.Engine\.(\w+)")) if (types.ContainsKey(match.Groups[1].Value)) yield return match.Groups[1].Value;
        foreach (Match match in Regex.Matches(file.Code, @"(?<![.\w])(?:Engine\.)?(\w+)\.(\w+)"))
            if (types.TryGetValue(match.Groups[1].Value, out var known) && known.Contains(match.Groups[2].Value)) yield return match.Groups[1].Value;
    }

    [Fact]
    public void Every_folder_of_the_engine_has_its_place_in_the_order() =>
        Assert.Equal(Order.Order(StringComparer.Ordinal), Engine.Select(FolderOf).Where(f => f.Length > 0).Distinct().Order(StringComparer.Ordinal));

    [Fact]
    public void A_folder_of_the_engine_uses_only_those_before_it()
    {
        var types = Engine.Where(f => FolderOf(f).Length > 0).GroupBy(FolderOf).ToDictionary(g => g.Key, g => g.SelectMany(f => f.Types).ToHashSet());
        var found = new List<string>();
        foreach (var file in Engine)
        {
            var mine = Array.IndexOf(Order, FolderOf(file));
            found.AddRange(Uses(file, types).Where(other => other != FolderOf(file) && Array.IndexOf(Order, other) > mine).Select(other => $"{file.Path} -> {other}"));
        }
        KnownExceptions.Hold("folder order", found);
    }

    [Fact]
    public void Definition_and_journal_know_no_other_folder()
    {
        var types = Engine.Where(f => FolderOf(f).Length > 0).GroupBy(FolderOf).ToDictionary(g => g.Key, g => g.SelectMany(f => f.Types).ToHashSet());
        foreach (var file in Engine.Where(f => FolderOf(f) is "Definition" or "Journal"))
            Assert.Empty(Uses(file, types).Where(other => other != FolderOf(file)).Select(other => $"{file.Path} -> {other}"));
    }
}
