using System.Text.RegularExpressions;
using Spool.Platform;

namespace Spool.Engine.Artifacts;

/// <summary>A tool as found on this machine.</summary>
/// <param name="Path">The absolute path of the program.</param>
/// <param name="Identity">What counts for the key: the version token its probe printed, or the digest of its file.</param>
public sealed record FoundTool(string Name, string Path, string Identity);

/// <summary>What a probe said, and the facts of the files it depends on: while they hold, the tool is not started again.</summary>
public sealed record ProbedTool(string Name, string Path, IReadOnlyList<(string Path, FileStat Stat)> Facts, string Identity);

/// <summary>Finds tools and their identities. An unchanged tool is never started: its identity is remembered by path and stat of the real file.</summary>
public sealed class ToolTable(IDisk disk, Catalogue catalogue, string? searchPath, Func<string, IReadOnlyList<string>, Task<string>> probe)
{
    private readonly Dictionary<string, FoundTool?> _found = [];
    private readonly Dictionary<string, ProbedTool> _probed = [];
    private readonly Dictionary<string, bool> _there = [];

    public IEnumerable<ProbedTool> Probed => _probed.Values;

    public void Load(ProbedTool tool) => _probed[tool.Name] = tool;

    /// <summary>True when the tool was looked for before; <paramref name="tool"/> is null when it is not on this machine.</summary>
    public bool TryKnown(string name, out FoundTool? tool) => _found.TryGetValue(name, out tool);

    /// <summary>The probe of a tool that the catalogue knows.</summary>
    public ToolProbe? Entry(string name) => catalogue.Tools.GetValueOrDefault(name);

    /// <summary>True when the tool is on this machine; it is not asked for its version.</summary>
    public bool IsThere(string name) => _found.TryGetValue(name, out var known) ? known is not null
        : _there.TryGetValue(name, out var there) ? there : _there[name] = ProgramFinder.Find(disk, name, searchPath) is not null;

    /// <summary>The tool, or null when it is not on this machine.</summary>
    public async Task<FoundTool?> FindAsync(string name)
    {
        if (_found.TryGetValue(name, out var known)) return known;
        var path = ProgramFinder.Find(disk, name, searchPath);
        return _found[name] = path is null ? null : new FoundTool(name, path, await IdentifyAsync(name, path));
    }

    private async Task<string> IdentifyAsync(string name, string path)
    {
        var entry = catalogue.Tools.GetValueOrDefault(name);
        var facts = new List<(string, FileStat)>();
        foreach (var watched in (entry?.Watched ?? []).Prepend(path))
            if (disk.Stat(watched) is { } stat) facts.Add((watched, stat));
        if (_probed.TryGetValue(name, out var before) && before.Path == path && before.Facts.Count == facts.Count && before.Facts.Zip(facts).All(p => p.First.Path == p.Second.Item1 && p.First.Stat.SameAs(p.Second.Item2)))
            return before.Identity;
        string identity;
        if (entry is null || entry.VersionArguments.Count == 0) identity = ContentHash.OfFile(disk, path, null, CancellationToken.None).ToString();
        else
        {
            var output = await probe(path, entry.VersionArguments);
            var match = entry.VersionPattern.Length == 0 ? null : Regex.Match(output, entry.VersionPattern, RegexOptions.CultureInvariant | RegexOptions.Multiline, TimeSpan.FromSeconds(1));
            identity = match is { Success: true } ? match.Groups[1].Value
                : Digest.Of(string.Join('\n', output.Split('\n').Order(StringComparer.Ordinal))).ToString();
        }
        _probed[name] = new ProbedTool(name, path, facts, identity);
        return identity;
    }

    /// <summary>The identity as far as the workflow wants it to count: <c>5.1.9-0+deb12u1</c> is <c>5.1</c> at minor.</summary>
    public static string Precise(string identity, Definition.ToolPrecision precision)
    {
        if (precision == Definition.ToolPrecision.Exact || identity.Length == 64) return precision == Definition.ToolPrecision.Any ? "any" : identity;
        if (precision == Definition.ToolPrecision.Any) return "any";
        var match = Regex.Match(identity, @"\d+\.\d+", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
        return match.Success ? match.Value : identity;
    }
}
