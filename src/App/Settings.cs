using Spool.Engine;
using Spool.Engine.Definition;
using Spool.Platform;

namespace Spool.App;

/// <summary>The user's own settings: <c>settings.yaml</c> under the state root. Keys: <c>allow:</c> programs of command steps, <c>resources:</c> host-wide capacities, <c>providers:</c> services, <c>templates:</c> folders of templates, <c>budget:</c> US dollars a run and a day, <c>roots:</c> folders from which jobs may bring files, <c>notify:</c> notices on the desktop, <c>retention:</c> which runs the server keeps.</summary>
public sealed record Settings(IReadOnlyList<string> Allow, IReadOnlyDictionary<string, double> Resources)
{
    /// <summary>The services of the user as they are written; read by <see cref="Providers.ProviderSetup"/>.</summary>
    public YamlNode? Providers { get; init; }

    /// <summary>What the user lets runs spend.</summary>
    public Budget Budget { get; init; } = Budget.None;

    /// <summary>Folders, absolute, from which a job of the queue may bring files into its workspace.</summary>
    public IReadOnlyList<string> Roots { get; init; } = [];

    /// <summary>A notice on the desktop when a run is done, failed or waits.</summary>
    public bool Notify { get; init; }

    /// <summary>Which runs the server keeps.</summary>
    public Queue.Retention Retention { get; init; } = Queue.Retention.All;

    /// <summary>Folders of templates, with the place that names each.</summary>
    public IReadOnlyList<(string Folder, Mark At)> Templates { get; init; } = [];

    public static Settings Read(Composition composition, ProblemList problems)
    {
        var path = Path.Join(composition.StateRoot, "settings.yaml");
        if (composition.Disk.Stat(path) is null) return new Settings([], new Dictionary<string, double>());
        var node = YamlText.Read(path, DurableFile.ReadText(composition.Disk, path), problems);
        if (node is null) return new Settings([], new Dictionary<string, double>());
        if (node is not YamlMap map)
        {
            problems.Add("SPL0111", node.At, "settings must be a mapping");
            return new Settings([], new Dictionary<string, double>());
        }
        string[] known = ["allow", "resources", "providers", "budget", "templates", "roots", "notify", "retention"];
        foreach (var entry in map.Entries)
            if (!known.Contains(entry.Key)) problems.Add("SPL0110", entry.KeyAt, $"settings have no key '{entry.Key}'", NearestName.Hint(entry.Key, known));
        var allow = (map["allow"] as YamlList)?.Items.OfType<YamlScalar>().Select(s => s.Text).ToList() ?? [];
        var resources = (map["resources"] as YamlMap)?.Entries.Where(e => e.Value is YamlScalar)
            .Select(e => (e.Key, Good: double.TryParse(((YamlScalar)e.Value).Text, System.Globalization.CultureInfo.InvariantCulture, out var n), Value: n))
            .Where(e => e.Good).ToDictionary(e => e.Key, e => e.Value) ?? [];
        var templates = (map["templates"] is YamlScalar { IsNull: false } one ? [one] : (map["templates"] as YamlList)?.Items.OfType<YamlScalar>() ?? []).Select(t => (t.Text, t.At));
        var roots = ((map["roots"] as YamlList)?.Items ?? (map["roots"] is YamlScalar { IsNull: false } single ? [single] : [])).OfType<YamlScalar>()
            .Select(r => r.Text.StartsWith("~/", StringComparison.Ordinal) ? Path.Join(composition.Environment("HOME"), r.Text[2..]) : r.Text).Where(Path.IsPathRooted);
        var notify = map["notify"] as YamlScalar;
        if (map["notify"] is { } wish && notify?.Text is not ("true" or "false")) problems.Add("SPL0111", wish.At, "'notify' must be true or false");
        return new Settings(allow, resources) { Notify = notify?.Text == "true", Retention = Queue.Retention.Read(map["retention"], problems), Roots = [.. roots], Providers = map["providers"], Templates = [.. templates], Budget = Budget.Read(map["budget"], null, problems) };
    }
}
