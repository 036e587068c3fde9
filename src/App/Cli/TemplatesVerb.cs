using System.CommandLine;
using System.Text.Json;
using Spool.App.Help;
using Spool.Engine;
using Spool.Engine.Definition;

namespace Spool.App.Cli;

public sealed class TemplatesVerb : Verb
{
    private readonly Argument<string?> _name = new("NAME") { Description = "A template to show whole: a name, another name of it, or the path of a folder", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<bool> _json = new("--json") { Description = "One JSON object a line, one for each template" };

    public override string Name => "templates";
    public override string Summary => "Show what projects can begin with, and what each needs to know";
    public override int Order => 4;
    public override IReadOnlyList<string> Examples => ["spool templates", "spool templates explainer", "spool templates --json | jq -r .name"];

    public override void Build(Command command)
    {
        command.Add(_name);
        command.Add(_json);
        command.SetAction(parsed =>
        {
            using var composition = new Composition();
            return Show(composition, parsed.GetValue(_name), parsed.GetValue(_json));
        });
    }

    private static int Show(Composition composition, string? name, bool json)
    {
        var problems = new ProblemList();
        var all = TemplateShelf.All(composition, problems);
        if (!json || problems.Any) ProblemPrinter.Print(composition, Console.Error, [], problems.Problems);
        var one = name is null ? null : TemplateShelf.Find(composition, all, name, problems)
            ?? throw new UsageException($"there is no template '{name}'; {NearestName.Hint(name, all.SelectMany(t => t.Aliases.Prepend(t.Name))) ?? "see them all with: spool templates"}");
        if (json) foreach (var template in one is null ? all : [one]) JsonOut.Line(w => Json(w, template));
        else if (one is not null) Page(composition, one);
        else
        {
            Columns.Print(Console.Out, [.. all.Select(t => new[] { t.Name + (t.Aliases.Count > 0 ? $" ({string.Join(", ", t.Aliases)})" : ""), Problems(t).Any ? "cannot be used: its workflow has problems" : t.Description, t.From ?? "" })]);
            Console.WriteLine("next  spool templates NAME, then: spool new NAME DIR");
        }
        return Done;
    }

    private static ProblemList Problems(ProjectTemplate template)
    {
        var problems = new ProblemList();
        template.Variables(problems);
        return problems;
    }

    private static void Page(Composition composition, ProjectTemplate template)
    {
        var problems = new ProblemList();
        var variables = template.Variables(problems);
        Console.WriteLine($"{template.Name}{(template.Aliases.Count > 0 ? $" ({string.Join(", ", template.Aliases)})" : "")}: {template.Description}");
        Console.WriteLine($"from   {template.From ?? "the program"}");
        Console.WriteLine($"files  {string.Join(", ", template.Files.Take(20))}{(template.Files.Count > 20 ? $" and {template.Files.Count - 20} more" : "")}");
        if (variables.Count > 0) Console.WriteLine("inputs");
        Columns.Print(Console.Out, [.. variables.Select(v => new[] { "  " + v.Name, Variable.Word(v.Type), Default(v), string.Join("; ", new[] { v.Description ?? v.Prompt ?? "", NewWizard.Allowed(v) }.Where(t => t.Length > 0)) })]);
        ProblemPrinter.Print(composition, Console.Error, problems.Problems, []);
        Console.WriteLine($"next   spool new {template.Name} DIR{string.Concat(variables.Where(v => v is { Default: null, Type: not VariableType.Secret }).Select(v => $" --var {v.Name}=…"))}");
    }

    private static string Default(Variable variable) => variable.Type == VariableType.Secret ? $"${variable.Environment}" : variable.Default is null ? "needed" : Shortened(FlowText.Of(variable.Default).ReplaceLineEndings(" "));

    private static string Shortened(string text) => text.Length > 40 ? text[..39] + "…" : text;

    private static void Json(Utf8JsonWriter write, ProjectTemplate template)
    {
        var problems = new ProblemList();
        var variables = template.Variables(problems);
        write.WriteString("name", template.Name);
        Strings("alias", template.Aliases);
        write.WriteString("description", template.Description);
        write.WriteString("from", template.From);
        Strings("files", template.Files);
        write.WriteStartArray("inputs");
        foreach (var variable in variables)
        {
            write.WriteStartObject();
            write.WriteString("name", variable.Name);
            write.WriteString("type", Variable.Word(variable.Type));
            write.WriteBoolean("needed", variable is { Default: null, Type: not VariableType.Secret });
            write.WritePropertyName("default");
            Value(write, variable.Type, variable.Default);
            write.WriteString("description", variable.Description);
            if (variable.Prompt is not null) write.WriteString("prompt", variable.Prompt);
            if (variable.Choices.Count > 0) Strings("choices", variable.Choices);
            if (variable.Extensions.Count > 0) Strings("extensions", variable.Extensions);
            if (variable.Items is { } items) write.WriteString("items", Variable.Word(items));
            if (variable.Least is { } least) write.WriteNumber("least", least);
            if (variable.Most is { } most) write.WriteNumber("most", most);
            if (variable.Environment is not null) write.WriteString("env", variable.Environment);
            write.WriteEndObject();
        }
        write.WriteEndArray();
        JsonOut.Problems(write, "problems", problems.Problems);

        void Strings(string name, IReadOnlyList<string> texts)
        {
            write.WriteStartArray(name);
            foreach (var text in texts) write.WriteStringValue(text);
            write.WriteEndArray();
        }
    }

    private static void Value(Utf8JsonWriter write, VariableType? type, YamlNode? value)
    {
        if (value is YamlList list)
        {
            write.WriteStartArray();
            foreach (var item in list.Items) Value(write, null, item);
            write.WriteEndArray();
        }
        else if (value is YamlMap map)
        {
            write.WriteStartObject();
            foreach (var entry in map.Entries)
            {
                write.WritePropertyName(entry.Key);
                Value(write, null, entry.Value);
            }
            write.WriteEndObject();
        }
        else if (value is not YamlScalar { IsNull: false } scalar) write.WriteNullValue();
        else if (type == VariableType.Boolean && scalar.Text is "true" or "false") write.WriteBooleanValue(scalar.Text == "true");
        else if (type is VariableType.Integer && long.TryParse(scalar.Text, System.Globalization.CultureInfo.InvariantCulture, out var whole)) write.WriteNumberValue(whole);
        else if (type is VariableType.Number && double.TryParse(scalar.Text, System.Globalization.CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)) write.WriteNumberValue(number);
        else write.WriteStringValue(scalar.Text);
    }
}
