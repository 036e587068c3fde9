using System.Text.RegularExpressions;
using Spool.Engine;
using Spool.Engine.Definition;

namespace Spool.Interchange.Import;

/// <summary>
/// A VWF workflow as steps of Spool. Paths and texts keep their places; <c>{{ name }}</c> becomes <c>${{ vars.name }}</c>; an order that paths do not give
/// becomes <c>needs</c>; a clip that a step changes in place becomes a new file that later steps read. Whatever cannot be said is told, and a step
/// that cannot be made stays as a comment.
/// </summary>
public sealed partial class VwfConversion(VwfFile source, Catalogue catalogue, ImportNotes notes, Func<string, bool> exists)
{
    private readonly HashSet<string> _extra = [];
    private readonly Dictionary<string, SpoolStep> _made = [];
    private readonly HashSet<string> _written = [];
    private readonly Dictionary<string, string> _ids = [];
    private readonly Dictionary<string, string> _renamed = [];
    private readonly SortedDictionary<string, int> _pools = new(StringComparer.Ordinal);
    private readonly VwfVariables _variables = new(source, notes);

    public IReadOnlyList<(string Name, YamlNode Value)> Variables => _variables.All;
    public IReadOnlyList<(string Name, int Capacity)> Pools => [.. _pools.Select(p => (p.Key, p.Value))];

    public IReadOnlyList<SpoolStep> Steps()
    {
        foreach (var step in source.Steps)
        {
            var id = Free(Name(step.Id), _ids.ContainsValue);
            _ids[step.Id] = id;
            if (id != step.Id) notes.Changed(step.At, step.Id, "id", $"ids of Spool are letters, digits, - and _: it is {id} now");
        }
        var steps = new List<SpoolStep>();
        foreach (var step in source.Steps) steps.AddRange(Convert(step));
        return WithOrder(steps);
    }

    private IEnumerable<SpoolStep> Convert(VwfStep step)
    {
        var draft = new StepDraft(step, _ids[step.Id], catalogue, notes, this);
        var made = draft.Make();
        foreach (var one in made.SkipLast(1)) yield return one;
        var main = made[^1];
        _made[step.Id] = main;
        _written.UnionWith(made.SelectMany(m => m.OutputPaths));
        if (main.Left is not null && step.Kind == "ensure_dirs") notes.Changed(step.At, step.Id, "kind", main.Left);
        else if (main.Left is not null) notes.NoEqual(step.At, step.Id, "kind", main.Left);
        yield return main;
    }

    /// <summary>Text with its templates as Spool writes them.</summary>
    internal string Text(string text, Mark at)
    {
        if (text.Contains("{{", StringComparison.Ordinal)) text = Template().Replace(text, m => $"${{{{ vars.{_variables.Use(m.Groups[1].Value, at)} }}}}");
        return text;
    }

    /// <summary>A path of the workspace; null when it is none.</summary>
    internal string? PathOf(string path, Mark at)
    {
        var filled = Text(path.Trim().Replace("${stem}", "{stem}", StringComparison.Ordinal), at);
        return filled.Contains('\\', StringComparison.Ordinal) || filled.Any(char.IsControl) ? null : Paths.Normalise(filled);
    }

    /// <summary>What a path is called now, after steps that changed it in place.</summary>
    internal string Current(string path) => _renamed.GetValueOrDefault(path, path);

    internal void Rename(string path, string to) => _renamed[path] = to;

    internal void Pool(string name, int capacity) => _pools[name] = Math.Max(capacity, _pools.GetValueOrDefault(name));

    /// <summary>An id for a step beside one of the file.</summary>
    internal string Extra(string name)
    {
        var free = Free(Name(name), n => _ids.ContainsValue(n) || _extra.Contains(n));
        _extra.Add(free);
        return free;
    }

    /// <summary>What a step before this one writes.</summary>
    internal IEnumerable<string> OutputsOf(string id) => _made.TryGetValue(id, out var step) && step.Left is null ? step.OutputPaths.Where(p => !p.EndsWith('/')).Select(Current) : [];

    /// <summary>True when a step before this one writes the path, or it is a file beside the workflow.</summary>
    internal bool IsThere(string path) => _written.Contains(path) || _renamed.ContainsKey(path) || exists(path);

    /// <summary>A condition in the words of Spool; null when it says more than one name and one value.</summary>
    internal string? Condition(string text, Mark at)
    {
        var plain = text.Replace("{{", "", StringComparison.Ordinal).Replace("}}", "", StringComparison.Ordinal).Trim();
        var match = Compared().Match(plain);
        if (!match.Success) return null;
        var name = _variables.Use(match.Groups[1].Value, at);
        return match.Groups[2].Success ? $"{name} {match.Groups[2].Value} {match.Groups[3].Value.Trim()}" : name;
    }

    /// <summary>True when the input may be missing.</summary>
    internal bool IsOptional(string path) => source.Inputs.Any(i => !i.Required && i.Name == path);

    internal YamlNode? PlaceholderOf(string path) => source.Inputs.FirstOrDefault(i => i.Name == path)?.Spec?["placeholder"];

    private List<SpoolStep> WithOrder(List<SpoolStep> steps)
    {
        var made = steps.Where(s => s.Left is null).ToDictionary(s => s.Id);
        return steps.ConvertAll(step =>
        {
            if (step.Left is not null || step.Source is not { DependsOn.Count: > 0 } old || step.Id != _ids[old.Id]) return step;
            var reads = step.Inputs.SelectMany(i => PathsIn(i.Value)).ToList();
            var needs = new List<string>();
            foreach (var name in old.DependsOn)
            {
                var id = _ids[name.Text];
                if (!made.TryGetValue(id, out var other))
                {
                    if (source.Steps.First(s => s.Id == name.Text).Kind != "ensure_dirs") notes.NoEqual(name.At, old.Id, "depends_on", $"{name.Text} was not made, so nothing waits for it");
                }
                else if (!other.OutputPaths.Any(o => reads.Exists(r => Reads(r, o))) && !needs.Contains(id)) needs.Add(id);
            }
            return needs.Count == 0 ? step : step with { Keys = [.. step.Keys, ("needs", new YamlList(default, [.. needs.Select(n => new YamlScalar(default, n, true))]))] };
        });
    }

    private static bool Reads(string input, string output) =>
        input == output || (output.EndsWith('/') && input.StartsWith(output, StringComparison.Ordinal)) || (input.Contains('*', StringComparison.Ordinal) && Paths.Matcher(input).IsMatch(output));

    internal static IEnumerable<string> PathsIn(YamlNode value) => value switch
    {
        YamlScalar scalar => [scalar.Text],
        YamlList list => list.Items.SelectMany(PathsIn),
        YamlMap map => map["path"] is { } path ? PathsIn(path) : [],
        _ => [],
    };

    /// <summary>A name made of letters, digits, - and _.</summary>
    internal static string Name(string text)
    {
        var name = new string([.. text.Trim().Take(80).Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' ? c : '-')]);
        return name.Length > 0 && char.IsAsciiLetterOrDigit(name[0]) ? name : ("x" + name)[..Math.Min(80, name.Length + 1)];
    }

    internal static string Free(string name, Func<string, bool> taken)
    {
        if (!taken(name)) return name;
        for (var n = 2; ; n++)
            if ($"{name[..Math.Min(name.Length, 70)]}-{n}" is var other && !taken(other)) return other;
    }

    [GeneratedRegex(@"^([a-zA-Z0-9_.-]+)(?:\s*(==|!=)\s*([^=!<>&|]+))?$", RegexOptions.CultureInvariant)]
    private static partial Regex Compared();

    [GeneratedRegex(@"\$?\{\{\s*([a-zA-Z0-9_.-]+)\s*\}\}", RegexOptions.CultureInvariant)]
    private static partial Regex Template();
}
