using System.Collections;
using System.Globalization;
using Spool.Engine;

namespace Spool.App.Help;

public sealed record RoleText(string Name, string Shape, bool Required, string? Summary);

public sealed record OptionText(string Name, string Type, bool Required, string? Default, WithinAttribute? Range, string? Summary, OptionSchema Schema)
{
    /// <summary>"from 0.5 to 2", or nothing.</summary>
    public string? RangeText => Range is { } range ? string.Create(CultureInfo.InvariantCulture, $"from {range.Least} to {range.Most}") : null;
}

public sealed record ToolText(string Name, string? Package);

/// <summary>All that the help says of one kind; text, Markdown, JSON and the schema for editors are made of it.</summary>
public sealed record KindPage(KindSchema Kind, string Summary, IReadOnlyList<RoleText> Inputs, IReadOnlyList<RoleText> Outputs, IReadOnlyList<OptionText> Options, IReadOnlyList<ToolText> Tools, string Example)
{
    public string Name => Kind.Name;

    public static IReadOnlyList<KindPage> All(Catalogue catalogue)
    {
        var summaries = new Dictionary<System.Reflection.Assembly, XmlSummaries>();
        return [.. catalogue.Names.Select(name => Of(catalogue, catalogue.Find(name)!, summaries))];
    }

    public static KindPage Of(Catalogue catalogue, KindSchema kind) => Of(catalogue, kind, []);

    private static KindPage Of(Catalogue catalogue, KindSchema kind, Dictionary<System.Reflection.Assembly, XmlSummaries> read)
    {
        if (!read.TryGetValue(kind.Type.Assembly, out var summaries)) read[kind.Type.Assembly] = summaries = XmlSummaries.Beside(kind.Type.Assembly);
        var defaults = OptionBinder.Canonical(kind, kind.Create()).ToDictionary(o => o.Name, o => o.Value);
        return new KindPage(kind, summaries.OfType(kind.Type) ?? "",
            [.. kind.Inputs.Select(Role)], [.. kind.Outputs.Select(Role)],
            [.. kind.Options.OrderByDescending(o => o.Required).Select(o => new OptionText(o.Name, OptionBinder.Describe(o.Type), o.Required,
                o.Required || o.Default is null ? null : defaults[o.Name], o.Range, summaries.OfProperty(kind.Type, o.Property.Name), o))],
            [.. ToolsOf(kind).Select(t => new ToolText(t, catalogue.Tools.GetValueOrDefault(t)?.Package))],
            KindExamples.Of(kind));

        RoleText Role(RoleSchema role) => new(role.Name, role.Shape.ToString().ToLowerInvariant(), role.Required, summaries.OfProperty(kind.Type, role.Property.Name));
    }

    /// <summary>
    /// The tools that a kind may start. They may depend on an option, so each value of each switch and choice is asked once. A kind
    /// that runs what the workflow names (command) has none of its own.
    /// </summary>
    private static IEnumerable<string> ToolsOf(KindSchema kind)
    {
        if (kind.Traits.AnyRoles) return [];
        var tools = new SortedSet<string>(Sample(kind).ToolsUsed(), StringComparer.Ordinal);
        foreach (var option in kind.Options)
        {
            var type = Nullable.GetUnderlyingType(option.Type) ?? option.Type;
            foreach (var value in type.IsEnum ? type.GetEnumValues() : type == typeof(bool) ? new[] { false, true } : Array.Empty<object>())
            {
                var step = Sample(kind);
                option.Property.SetValue(step, value);
                tools.UnionWith(step.ToolsUsed());
            }
        }
        return tools;
    }

    /// <summary>A step with its defaults, and something plain where an option has none.</summary>
    private static Step Sample(KindSchema kind)
    {
        var step = kind.Create();
        foreach (var option in kind.Options.Where(o => o.Required && o.Property.GetValue(step) is null))
        {
            if (option.Type == typeof(string)) option.Property.SetValue(step, "");
            else if (option.Type.IsGenericType && option.Type.GetGenericArguments() is [var item] && typeof(IEnumerable).IsAssignableFrom(option.Type))
                option.Property.SetValue(step, Array.CreateInstance(item, 0));
        }
        return step;
    }
}
