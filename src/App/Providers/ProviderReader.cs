using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Spool.Engine;
using Spool.Engine.Definition;
using Spool.Models.Providers;
using Spool.Platform;

namespace Spool.App.Providers;

/// <summary>Reads the mapping <c>providers:</c> of a file, strictly: every unknown key, wrong type and unusable address is a Problem at its place.</summary>
/// <param name="fromWorkspace">True for the file beside a workflow, which may have come from somewhere else with it.</param>
/// <param name="users">The user's own providers; a workspace may send a key only where these send it.</param>
internal sealed partial class ProviderReader(ProblemList problems, bool fromWorkspace, IReadOnlyList<ProviderSettings> users)
{
    private static readonly string[] Keys = ["kind", "url", "model", "key-env", "for", "capacity", "free", "timeout", "extra", "start", "max-retries", "run"];
    private static readonly string[] SecretWords = ["key", "api-key", "apikey", "api_key", "token", "secret", "password", "authorization"];

    [GeneratedRegex("^[a-z][a-z0-9-]{0,39}$")]
    private static partial Regex ProviderName { get; }

    [GeneratedRegex("^[A-Z_][A-Z0-9_]*$")]
    private static partial Regex VariableName { get; }

    public IReadOnlyList<ProviderSettings> Read(YamlNode? node)
    {
        if (node is null or YamlScalar { IsNull: true }) return [];
        if (node is not YamlMap map)
        {
            problems.Add("SPL0404", node.At, $"providers must be a mapping of names, not {node.Noun}");
            return [];
        }
        return [.. map.Entries.Select(One).OfType<ProviderSettings>()];
    }

    private ProviderSettings? One(YamlEntry entry)
    {
        var name = entry.Key;
        if (!ProviderName.IsMatch(name) || ProviderWords.Purposes.Contains(name))
        {
            problems.Add("SPL0401", entry.KeyAt, ProviderWords.Purposes.Contains(name) ? $"'{name}' is a purpose, so no provider can be called that" : $"'{name}' cannot be the name of a provider",
                ProviderWords.Purposes.Contains(name) ? $"give it another name, and say for: [{name}]" : "small letters, digits and hyphens, beginning with a letter");
            return null;
        }
        if (entry.Value is not YamlMap map)
        {
            problems.Add("SPL0404", entry.Value.At, $"the provider {name} must be a mapping, not {entry.Value.Noun}", "at least: { kind: openai, url: http://127.0.0.1:11434/v1 }");
            return null;
        }
        var before = problems.Problems.Count;
        foreach (var one in map.Entries)
        {
            if (SecretWords.Contains(one.Key.ToLowerInvariant()))
                problems.Add("SPL0406", one.KeyAt, $"{name}: a key does not belong into a file", "put it into an environment variable, and its name here: key-env: NAME");
            else if (!Keys.Contains(one.Key)) problems.Add("SPL0403", one.KeyAt, $"a provider has no key '{one.Key}'", NearestName.Hint(one.Key, Keys) ?? $"its keys: {string.Join(", ", Keys)}");
        }
        if (Kind(map, name, entry.Value.At) is not { } kind) return null;
        var settings = new ProviderSettings
        {
            Name = name,
            Kind = kind,
            Url = Text(map, name, "url")?.TrimEnd('/'),
            Model = Text(map, name, "model"),
            KeyEnv = Text(map, name, "key-env"),
            For = For(map, name, kind),
            Capacity = Number(map, name, "capacity", 0.001, 100_000),
            Free = Flag(map, name, "free"),
            Timeout = Seconds(map, name) ?? 300,
            MaxRetries = (int)(Number(map, name, "max-retries", 0, 10) ?? 3),
            Extra = map["extra"] is { } extra ? Extra(extra, name) : null,
            Run = Words(map, name, "run") ?? [],
            Start = Text(map, name, "start"),
        };
        CheckKind(settings, map);
        if (settings.Url is not null) CheckAddress(settings, map["url"]!.At);
        if (settings.KeyEnv is not null) CheckKey(settings, map["key-env"]!.At);
        return problems.Problems.Count > before ? null : settings;
    }

    private ProviderKind? Kind(YamlMap map, string name, Mark at)
    {
        var words = ProviderWords.Kinds.Select(k => k.Word).ToList();
        if (map["kind"] is YamlScalar { IsNull: false } scalar)
        {
            foreach (var (word, kind) in ProviderWords.Kinds) if (word == scalar.Text) return kind;
            problems.Add("SPL0402", scalar.At, $"{name}: there is no kind of provider '{scalar.Text}'", NearestName.Hint(scalar.Text, words) ?? $"kinds: {string.Join(", ", words)}");
        }
        else problems.Add("SPL0402", map["kind"]?.At ?? at, $"{name}: the provider needs a kind", $"kinds: {string.Join(", ", words)}");
        return null;
    }

    private void CheckKind(ProviderSettings provider, YamlMap map)
    {
        var at = map["kind"]!.At;
        var needsUrl = provider.Kind is ProviderKind.Openai or ProviderKind.Gradio or ProviderKind.Comfyui;
        if (needsUrl && provider.Url is null) problems.Add("SPL0405", at, $"{provider.Name}: a provider of kind {ProviderWords.Of(provider.Kind)} needs an address", "add url: http://…");
        if (provider.Kind == ProviderKind.Command)
        {
            if (provider.Run.Count == 0) problems.Add("SPL0404", at, $"{provider.Name}: a provider of kind command needs the program and its arguments", "run: [piper, --output_file, \"{out}\", --input-file, \"{text_file}\"]");
            else if (provider.Run[0].Contains('/', StringComparison.Ordinal)) problems.Add("SPL0404", map["run"]!.At, $"{provider.Name}: the program must be a bare name found on PATH, not '{provider.Run[0]}'");
            foreach (var (argument, hole) in provider.Run.SelectMany(a => CommandTemplate.Holes(a).Select(h => (a, h))))
                if (!CommandTemplate.Known.Contains(hole)) problems.Add("SPL0404", map["run"]!.At, $"{provider.Name}: nothing is known to put in place of {{{hole}}} in '{argument}'", NearestName.Hint(hole, CommandTemplate.Known) ?? $"known: {string.Join(", ", CommandTemplate.Known)}");
        }
        else if (provider.Run.Count > 0) problems.Add("SPL0403", map["run"]!.At, $"{provider.Name}: run: is for providers of kind command");
    }

    private void CheckAddress(ProviderSettings provider, Mark at)
    {
        if (!Uri.TryCreate(provider.Url, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https") || address.Host.Length == 0)
            problems.Add("SPL0405", at, $"{provider.Name}: '{provider.Url}' is no address of a server", "write it whole: http://127.0.0.1:11434/v1");
        else if (address.UserInfo.Length > 0) problems.Add("SPL0406", at, $"{provider.Name}: the address holds a name or password", "put the key into an environment variable, and its name here: key-env: NAME");
        else if (address.Query.Length > 0 || address.Fragment.Length > 0) problems.Add("SPL0405", at, $"{provider.Name}: the address ends in '{address.Query}{address.Fragment}'", "leave out what follows the path");
        else if (System.Net.IPAddress.TryParse(address.Host.Trim('[', ']'), out var number) && LocalAddress.IsRefused(number))
            problems.Add("SPL0405", at, $"{provider.Name}: {address.Host} is an address that is never called", "machines of clouds keep their credentials there");
        else if (address.Scheme == "http" && provider.KeyEnv is not null && !LocalAddress.IsLocal(address))
            problems.Add("SPL0405", at, $"{provider.Name}: the key would go to {address.Host} unencrypted", "use https");
    }

    private void CheckKey(ProviderSettings provider, Mark at)
    {
        if (!VariableName.IsMatch(provider.KeyEnv!))
        {
            // What was written may be the key itself, so it is not repeated.
            problems.Add("SPL0406", at, $"{provider.Name}: key-env takes the name of an environment variable, such as OPENAI_API_KEY, and never the key itself");
            return;
        }
        if (!fromWorkspace || provider.IsLocal || users.Any(u => u.KeyEnv == provider.KeyEnv && Origin(u.Url) == Origin(provider.Url))) return;
        problems.Add("SPL0407", at, $"{provider.Name}: a workspace may not send {provider.KeyEnv} to {Origin(provider.Url)}, because your own settings do not",
            "move this provider into the settings.yaml of your state root");
    }

    private static string Origin(string? url) => Uri.TryCreate(url, UriKind.Absolute, out var address) ? address.GetLeftPart(UriPartial.Authority) : "";

    private IReadOnlyList<string>? For(YamlMap map, string name, ProviderKind kind)
    {
        if (Words(map, name, "for") is not { } words) return null;
        foreach (var word in words)
            if (!ProviderWords.PurposesOf(kind).Contains(word))
                problems.Add("SPL0404", map["for"]!.At, ProviderWords.Purposes.Contains(word) ? $"{name}: a provider of kind {ProviderWords.Of(kind)} is not for {word}" : $"{name}: there is no purpose '{word}'",
                    NearestName.Hint(word, ProviderWords.PurposesOf(kind)) ?? $"it can be for: {string.Join(", ", ProviderWords.PurposesOf(kind))}");
        return words;
    }

    private string? Text(YamlMap map, string name, string key)
    {
        if (map[key] is null or YamlScalar { IsNull: true }) return null;
        if (map[key] is YamlScalar scalar && !string.IsNullOrWhiteSpace(scalar.Text)) return scalar.Text.Trim();
        problems.Add("SPL0404", map[key]!.At, $"{name}: {key} must be text, not {map[key]!.Noun}");
        return null;
    }

    private double? Number(YamlMap map, string name, string key, double least, double most)
    {
        if (map[key] is null) return null;
        if (map[key] is YamlScalar scalar && double.TryParse(scalar.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most) return number;
        problems.Add("SPL0404", map[key]!.At, string.Create(CultureInfo.InvariantCulture, $"{name}: {key} must be a number from {least} to {most}"));
        return null;
    }

    private bool? Flag(YamlMap map, string name, string key)
    {
        if (map[key] is null) return null;
        if (map[key] is YamlScalar { Text: "true" or "false" } scalar) return scalar.Text == "true";
        problems.Add("SPL0404", map[key]!.At, $"{name}: {key} must be true or false");
        return null;
    }

    private double? Seconds(YamlMap map, string name)
    {
        if (map["timeout"] is not { } node) return null;
        if (node is YamlScalar scalar)
        {
            var text = scalar.Text;
            var unit = text.EndsWith("ms", StringComparison.Ordinal) ? 0.001 : text.EndsWith('h') ? 3600 : text.EndsWith('m') ? 60 : 1;
            if (double.TryParse(text.TrimEnd('s', 'm', 'h', ' '), NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value * unit is >= 0.01 and <= 86_400) return value * unit;
        }
        problems.Add("SPL0404", node.At, $"{name}: timeout must be a time such as 90, 90s, 5m or 1h");
        return null;
    }

    private IReadOnlyList<string>? Words(YamlMap map, string name, string key)
    {
        if (map[key] is null) return null;
        if (map[key] is YamlList list && list.Items.All(i => i is YamlScalar)) return [.. list.Items.Cast<YamlScalar>().Select(s => s.Text)];
        problems.Add("SPL0404", map[key]!.At, $"{name}: {key} must be a list of words, not {map[key]!.Noun}");
        return null;
    }

    private JsonObject? Extra(YamlNode node, string name)
    {
        if (node is YamlMap map) return (JsonObject)Json(map)!;
        problems.Add("SPL0404", node.At, $"{name}: extra must be a mapping, not {node.Noun}");
        return null;
    }

    private static JsonNode? Json(YamlNode node) => node switch
    {
        YamlMap map => new JsonObject(map.Entries.Select(e => KeyValuePair.Create(e.Key, Json(e.Value)))),
        YamlList list => new JsonArray([.. list.Items.Select(Json)]),
        YamlScalar { IsNull: true } => null,
        YamlScalar { Quoted: false, Text: "true" } => JsonValue.Create(true),
        YamlScalar { Quoted: false, Text: "false" } => JsonValue.Create(false),
        YamlScalar { Quoted: false } plain when long.TryParse(plain.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) => JsonValue.Create(whole),
        YamlScalar { Quoted: false } plain when decimal.TryParse(plain.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => JsonValue.Create(number),
        YamlScalar scalar => JsonValue.Create(scalar.Text),
        _ => null,
    };
}
