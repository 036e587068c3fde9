using System.Collections;
using System.Text;
using Spool.Engine;

namespace Spool.App.Help;

/// <summary>
/// A small workflow for each kind, made from its schema: required roles and options, nothing else. Where that says too little, a file of
/// the kind's name in the folder Examples takes its place.
/// </summary>
public static class KindExamples
{
    /// <summary>Endings of files by the nouns that roles are called.</summary>
    private static readonly Dictionary<string, string> Endings = new()
    {
        ["video"] = ".mp4",
        ["audio"] = ".wav",
        ["music"] = ".wav",
        ["speech"] = ".wav",
        ["image"] = ".png",
        ["text"] = ".md",
        ["subtitles"] = ".srt",
        ["data"] = ".json",
        ["svg"] = ".svg",
        ["order"] = ".json",
        ["report"] = ".json",
        ["file"] = ".txt",
    };

    public static string Of(KindSchema kind) => EmbeddedText.Text($"examples/{kind.Name}.yaml")?.TrimEnd() ?? Made(kind);

    private static string Made(KindSchema kind)
    {
        var verb = kind.Name[(kind.Name.LastIndexOf('.') + 1)..];
        var text = new StringBuilder($"version: 1\nsteps:\n  - id: {verb}\n    kind: {kind.Name}\n");
        var inputs = kind.Inputs.Where(r => r.Required).ToList();
        var outputs = kind.Outputs.Where(r => r.Required).ToList();
        // A kind whose outputs are all optional needs at least one of them.
        if (outputs.Count == 0) outputs.AddRange(kind.Outputs.Take(1));
        if (inputs.Count > 0) text.Append($"    in: {{ {string.Join(", ", inputs.Select(r => $"{r.Name}: {Input(r)}"))} }}\n");
        var options = kind.Options.Where(o => o.Required).ToList();
        if (options.Count > 0) text.Append("    with:\n");
        foreach (var option in options) text.Append($"      {option.Name}: {Value(option.Type, option)}\n");
        if (outputs.Count > 0) text.Append($"    out: {{ {string.Join(", ", outputs.Select(r => $"{r.Name}: {Output(r, verb)}"))} }}\n");
        return text.ToString().TrimEnd();
    }

    private static string Input(RoleSchema role) => role.Shape switch
    {
        RoleShape.Folder => $"{role.Name}/",
        RoleShape.List => $"\"{role.Name}/*{Ending(role.Name)}\"",
        _ => role.Name + Ending(role.Name),
    };

    private static string Output(RoleSchema role, string verb) => role.Shape == RoleShape.Folder ? $"out/{role.Name}/" : $"out/{verb}{Ending(role.Name)}";

    private static string Ending(string role) =>
        Endings.GetValueOrDefault(role) ?? (role.EndsWith('s') ? Endings.GetValueOrDefault(role[..^1]) : null) ?? ".json";

    private static string Value(Type type, OptionSchema option)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(string)) return $"\"a {option.Name.Replace('-', ' ')}\"";
        if (type == typeof(bool)) return "true";
        if (type.IsEnum) return KindSchema.Kebab(Enum.GetNames(type)[0]);
        if (type == typeof(int) || type == typeof(long) || type == typeof(double)) return (option.Range is { } range ? Math.Clamp(1, Math.Ceiling(range.Least), range.Most) : 1).ToString(System.Globalization.CultureInfo.InvariantCulture);
        if (type.IsGenericType && type.GetGenericArguments() is [var item] && typeof(IEnumerable).IsAssignableFrom(type)) return $"[{Value(item, option)}]";
        return type.IsGenericType ? "{}" : "\"\"";
    }
}
