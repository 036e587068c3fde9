
using Spool.Engine;
using Spool.Engine.Definition;

namespace Spool.Interchange.Import;

/// <summary>The workflow of a curation with values of Winnow: the template <c>curate</c> with other defaults.</summary>
public static class WinnowWorkflow
{
    public const string Template = "curate";

    /// <summary>The text of the workflow; what cannot be set is a note.</summary>
    public static string Write(string template, IReadOnlyList<(string Name, YamlScalar Value)> values, ImportNotes notes)
    {
        var text = template;
        foreach (var (name, value) in values)
        {
            var declared = ((YamlText.Read(Template, text, new ProblemList()) as YamlMap)?["vars"] as YamlMap)?[name];
            if (declared is not null && YamlEdit.Set(text, declared is YamlMap ? ["vars", name, "default"] : ["vars", name], Bound(declared, value)) is { } changed) text = changed;
            else notes.NoEqual(value.At, null, name, "the template has no such variable");
        }
        return text;
    }

    /// <summary>A variable that is a text gets one.</summary>
    private static YamlScalar Bound(YamlNode declared, YamlScalar value)
    {
        var now = declared is YamlMap map ? map["default"] : declared;
        return now is YamlScalar { Quoted: true } ? value with { Quoted = true } : value;
    }
}
