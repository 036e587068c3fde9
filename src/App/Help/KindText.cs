using System.Text;
using System.Text.Json;
using Spool.Engine;

namespace Spool.App.Help;

/// <summary>Pages of kinds as text, Markdown, JSON, and as the plain list that shows every change of a contract in review.</summary>
public static class KindText
{
    public static IEnumerable<string> List(IReadOnlyList<KindPage> pages, int width)
    {
        var column = pages.Select(p => p.Name.Length).DefaultIfEmpty(0).Max() + 2;
        foreach (var page in pages)
        {
            var first = true;
            foreach (var line in TextLayout.Wrap(TextLayout.FirstSentence(page.Summary), Math.Max(30, width - column)))
            {
                yield return (first ? page.Name : "").PadRight(column) + line;
                first = false;
            }
            if (first) yield return page.Name;
        }
    }

    public static IEnumerable<string> Page(KindPage page, int width)
    {
        yield return $"{page.Name}  (version {page.Kind.Version}{Traits(page.Kind)})";
        foreach (var line in TextLayout.Wrap(page.Summary, width)) yield return line;
        foreach (var line in Roles("Inputs", page.Inputs)) yield return line;
        foreach (var line in Roles("Outputs", page.Outputs)) yield return line;
        if (page.Options.Count > 0) yield return "\nOptions (with:)";
        foreach (var option in page.Options)
        {
            yield return $"  {option.Name}: {Facts(option)}";
            foreach (var line in TextLayout.Wrap(option.Summary ?? "", width - 6)) yield return "      " + line;
        }
        if (page.Tools.Count > 0) yield return $"\nTools\n  {string.Join("\n  ", page.Tools.Select(t => t.Package is null ? t.Name : $"{t.Name} (package {t.Package})"))}";
        yield return "\nExample\n  " + page.Example.Replace("\n", "\n  ", StringComparison.Ordinal);
    }

    private static string Traits(KindSchema kind) => (kind.Traits.Varies ? ", differs each time" : "") + (kind.Traits.AnyRoles ? ", any inputs and outputs" : "");

    private static IEnumerable<string> Roles(string title, IReadOnlyList<RoleText> roles)
    {
        if (roles.Count == 0) yield break;
        yield return "\n" + title;
        var column = roles.Max(r => r.Name.Length) + 2;
        foreach (var role in roles) yield return $"  {role.Name.PadRight(column)}{Shape(role)}{(role.Summary is { } summary ? ": " + summary : "")}";
    }

    private static string Shape(RoleText role) => (role.Shape == "list" ? "list of files" : role.Shape) + (role.Required ? "" : ", optional");

    private static string Facts(OptionText option) =>
        option.Type + (option.RangeText is { } range ? " " + range : "") + (option.Required ? ", required" : option.Default is { } value ? $", default {(value.Length == 0 ? "empty" : value)}" : ", optional");

    public static string Markdown(IReadOnlyList<KindPage> pages)
    {
        var text = new StringBuilder("# Step kinds\n\nWhat steps can do, made by `spool kinds --markdown`. On the command line: `spool kinds NAME`.\n\n| kind | what it does |\n|---|---|\n");
        foreach (var page in pages) text.Append($"| [{page.Name}](#{page.Name.Replace(".", "", StringComparison.Ordinal)}) | {Cell(TextLayout.FirstSentence(page.Summary))} |\n");
        foreach (var page in pages)
        {
            text.Append($"\n## {page.Name}\n\n{page.Summary}\n\n");
            var roles = page.Inputs.Select(r => ("in", r)).Concat(page.Outputs.Select(r => ("out", r))).ToList();
            if (roles.Count > 0) text.Append("| role | | shape |\n|---|---|---|\n");
            foreach (var (side, role) in roles) text.Append($"| `{role.Name}` | {side} | {Cell(Shape(role) + (role.Summary is { } s ? ": " + s : ""))} |\n");
            if (page.Kind.Traits.AnyRoles) text.Append("Inputs and outputs have the names that the workflow gives them.\n");
            if (page.Options.Count > 0) text.Append("\n| option | value | meaning |\n|---|---|---|\n");
            foreach (var option in page.Options) text.Append($"| `{option.Name}` | {Cell(Facts(option))} | {Cell(option.Summary ?? "")} |\n");
            if (page.Tools.Count > 0) text.Append($"\nTools: {string.Join(", ", page.Tools.Select(t => $"`{t.Name}`{(t.Package is null ? "" : $" (package {t.Package})")}"))}.\n");
            text.Append($"\n```yaml\n{page.Example}\n```\n");
        }
        return text.ToString();
    }

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);

    /// <summary>One line per kind, role and option: the contract.</summary>
    public static string Contract(IReadOnlyList<KindPage> pages)
    {
        var text = new StringBuilder();
        foreach (var page in pages)
        {
            text.Append($"{page.Name} {page.Kind.Version}{Traits(page.Kind)}{(page.Kind.Traits.NamesMatter ? ", names matter" : "")}{(page.Kind.Traits.AllowsEmpty ? ", takes empty lists" : "")}\n");
            foreach (var role in page.Inputs) text.Append($"  in {role.Name}: {Shape(role)}\n");
            foreach (var role in page.Outputs) text.Append($"  out {role.Name}: {Shape(role)}\n");
            foreach (var option in page.Options.OrderBy(o => o.Name, StringComparer.Ordinal)) text.Append($"  with {option.Name}: {Facts(option)}\n");
            foreach (var tool in page.Tools) text.Append($"  tool {tool.Name}\n");
        }
        return text.ToString();
    }

    public static void Json(Utf8JsonWriter write, KindPage page)
    {
        write.WriteStartObject();
        write.WriteString("name", page.Name);
        write.WriteNumber("version", page.Kind.Version);
        write.WriteString("summary", page.Summary);
        write.WriteBoolean("varies", page.Kind.Traits.Varies);
        write.WriteBoolean("any_roles", page.Kind.Traits.AnyRoles);
        Roles(write, "inputs", page.Inputs);
        Roles(write, "outputs", page.Outputs);
        write.WriteStartArray("options");
        foreach (var option in page.Options)
        {
            write.WriteStartObject();
            write.WriteString("name", option.Name);
            write.WriteString("type", option.Type);
            write.WriteBoolean("required", option.Required);
            write.WriteString("default", option.Default);
            if (option.Range is { } range)
            {
                write.WriteNumber("least", range.Least);
                write.WriteNumber("most", range.Most);
            }
            write.WriteString("summary", option.Summary);
            write.WriteEndObject();
        }
        write.WriteEndArray();
        write.WriteStartArray("tools");
        foreach (var tool in page.Tools)
        {
            write.WriteStartObject();
            write.WriteString("name", tool.Name);
            write.WriteString("package", tool.Package);
            write.WriteEndObject();
        }
        write.WriteEndArray();
        write.WriteString("example", page.Example);
        write.WriteEndObject();
    }

    private static void Roles(Utf8JsonWriter write, string name, IReadOnlyList<RoleText> roles)
    {
        write.WriteStartArray(name);
        foreach (var role in roles)
        {
            write.WriteStartObject();
            write.WriteString("name", role.Name);
            write.WriteString("shape", role.Shape);
            write.WriteBoolean("required", role.Required);
            write.WriteString("summary", role.Summary);
            write.WriteEndObject();
        }
        write.WriteEndArray();
    }
}
