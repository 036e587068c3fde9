using System.Collections.Frozen;
using System.Reflection;

namespace Spool.Engine;

/// <summary>How a tool is found and recognised.</summary>
/// <param name="Name">The bare name that steps use.</param>
/// <param name="VersionArguments">What makes it print its version; empty: its identity is the digest of its file.</param>
/// <param name="VersionPattern">A regular expression whose first group is the version token.</param>
/// <param name="Package">The Debian package that brings it, for the message when it is missing.</param>
public sealed record ToolProbe(string Name, IReadOnlyList<string> VersionArguments, string VersionPattern, string Package)
{
    /// <summary>Paths whose change makes the probe run again, beside the program itself.</summary>
    public IReadOnlyList<string> Watched { get; init; } = [];
}

/// <summary>All step kinds and tools that this program knows, found once by reflection; no kind registers itself.</summary>
public sealed class Catalogue
{
    private readonly FrozenDictionary<string, Type> _types;
    private readonly System.Collections.Concurrent.ConcurrentDictionary<string, KindSchema> _schemas = new();

    public Catalogue(IEnumerable<Type> types, IEnumerable<ToolProbe> tools)
    {
        _types = types.Where(t => t.IsSubclassOf(typeof(Step)) && !t.IsAbstract)
            .ToFrozenDictionary(t => t.GetCustomAttribute<StepKindAttribute>()?.Name ?? throw new InvalidOperationException($"{t} has no StepKind attribute"));
        Tools = tools.ToFrozenDictionary(t => t.Name);
    }

    public static Catalogue Of(Assembly assembly, IEnumerable<ToolProbe> tools) => new(assembly.GetTypes(), tools);

    public FrozenDictionary<string, ToolProbe> Tools { get; }

    /// <summary>All names, sorted.</summary>
    public IReadOnlyList<string> Names => [.. _types.Keys.Order(StringComparer.Ordinal)];

    public KindSchema? Find(string name) => _types.TryGetValue(name, out var type) ? _schemas.GetOrAdd(name, _ => new KindSchema(type)) : null;

    /// <summary>Changes when any kind, version or option changes: part of what a remembered graph depends on.</summary>
    public string Fingerprint { get; } = typeof(Catalogue).Module.ModuleVersionId.ToString("N");
}
