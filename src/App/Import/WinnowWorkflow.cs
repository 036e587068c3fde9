using Spool.App.Help;
using Spool.Engine;
using Spool.Engine.Definition;

namespace Spool.App.Import;

/// <summary>The workflow of a curation with values of Winnow: the template <c>curate</c> with other defaults, or its variables alone in a program without it.</summary>
public static class WinnowWorkflow
{
    public const string Template = "curate";

    private const string Variables = """
        # The variables of a curation. This version of Spool brings no template 'curate' whose steps would use them.
        version: 1
        name: curate
        vars:
          input: ""
          blur-below: 80
          percentile: 0.1
          dark-below: 25
          distance: 6
          motion: 0.02
          window: 5
          min-run: 8
          part: 512
          metrics: "blur,luma,exposure,contrast,phash,motion"
          strict-sequence: false
        roots:
          input: ""
        """;

    /// <summary>The text of the workflow; what cannot be set is a note.</summary>
    public static string Write(IReadOnlyList<(string Name, YamlScalar Value)> values, string? input, ImportNotes notes)
    {
        var template = ProjectTemplate.BuiltIn().FirstOrDefault(t => t.Name == Template);
        var text = template is null ? Variables + "\n" : template.Text;
        if (template is null) notes.Do(default, null, "spool.yaml", "this version has no template 'curate': the file holds the variables without steps");
        foreach (var (name, value) in values)
        {
            var declared = ((YamlText.Read(Template, text, new ProblemList()) as YamlMap)?["vars"] as YamlMap)?[name];
            if (declared is not null && YamlEdit.Set(text, declared is YamlMap ? ["vars", name, "default"] : ["vars", name], Bound(declared, value)) is { } changed) text = changed;
            else notes.NoEqual(value.At, null, name, "the template has no such variable");
        }
        if (input is not null && ((YamlText.Read(Template, text, new ProblemList()) as YamlMap)?["roots"] as YamlMap)?["input"] is YamlScalar root && !root.Text.Contains("${{", StringComparison.Ordinal)
            && YamlEdit.Set(text, ["roots", "input"], new YamlScalar(default, input, true)) is { } rooted) text = rooted;
        return text;
    }

    /// <summary>A variable that is a text gets one.</summary>
    private static YamlScalar Bound(YamlNode declared, YamlScalar value)
    {
        var now = declared is YamlMap map ? map["default"] : declared;
        return now is YamlScalar { Quoted: true } ? value with { Quoted = true } : value;
    }

}
