using Spool.Engine.Definition;

namespace Spool.App.Cli;

/// <summary>
/// Asks for the variables of a template, one question each, at a terminal: an answer that does not fit says why and is asked for again, an
/// empty one takes the default in brackets. Ends with a summary and a last question; nothing is written before it.
/// </summary>
public sealed class NewWizard(TextReader input, TextWriter output, Func<string, string> readFile)
{
    private const int MostTries = 100;

    /// <summary>The values that differ from the defaults, those given before included; null when the person gave up.</summary>
    /// <param name="given">What <c>--var</c> said already; not asked again.</param>
    /// <param name="exists">Whether a file of the template is there.</param>
    public IReadOnlyList<(Variable Variable, YamlNode Value)>? Ask(IReadOnlyList<Variable> variables, IReadOnlyList<(Variable Variable, YamlNode Value)> given, string folder, Func<string, bool> exists)
    {
        var values = given.ToDictionary(g => g.Variable.Name, g => g.Value);
        var open = variables.Where(v => v.Type != VariableType.Secret && !values.ContainsKey(v.Name)).ToList();
        if (open.Count > 0) output.WriteLine("An empty answer takes what stands in brackets; @FILE takes the text of a file; Ctrl+D gives up.");
        foreach (var variable in open)
        {
            if (!TryAsk(variable, exists, out var value)) return null;
            if (value is not null) values[variable.Name] = value;
        }
        output.WriteLine();
        output.WriteLine($"A project in {folder} with");
        var width = Math.Max(8, variables.Select(v => v.Name.Length).DefaultIfEmpty().Max());
        foreach (var variable in variables)
            output.WriteLine($"  {variable.Name.PadRight(width)}  {(variable.Type == VariableType.Secret ? $"from the environment variable {variable.Environment}" : values.TryGetValue(variable.Name, out var value) ? Shown(value) : Shown(variable.Default!) + "  (default)")}");
        output.Write("Make it? [Y/n] ");
        output.Flush();
        if (input.ReadLine() is not { } answer || answer.Trim() is not ("" or "y" or "Y" or "yes" or "Yes"))
        {
            output.WriteLine("nothing was made");
            return null;
        }
        return [.. variables.Where(v => values.ContainsKey(v.Name)).Select(v => (v, values[v.Name]))];
    }

    /// <summary>False when the input ended; a null value is the default.</summary>
    private bool TryAsk(Variable variable, Func<string, bool> exists, out YamlNode? value)
    {
        value = null;
        var question = variable.Prompt ?? variable.Description ?? variable.Name;
        output.WriteLine();
        output.WriteLine($"{variable.Name}: {question}{(variable.Prompt is not null && variable.Description is not null ? $" ({variable.Description})" : "")}");
        if (Allowed(variable) is { Length: > 0 } allowed) output.WriteLine($"  {allowed}");
        for (var tries = 0; tries < MostTries; tries++)
        {
            output.Write(variable.Default is { } standing ? $"  [{Shown(standing)}] " : "  > ");
            output.Flush();
            if (input.ReadLine() is not { } line)
            {
                output.WriteLine();
                output.WriteLine("nothing was made");
                return false;
            }
            var text = line.Trim();
            if (text.Length == 0)
            {
                // A default may itself be wrong: then it is told and asked for.
                if (variable.Default is not null && variable.Check(variable.Default, exists) is null) return true;
                output.WriteLine(variable.Default is null ? "  a value is needed" : "  " + variable.Check(variable.Default, exists)!.Message);
                continue;
            }
            if (Read(variable, text) is not { } read) continue;
            if (variable.Check(read, exists) is not { } wrong)
            {
                value = read;
                return true;
            }
            output.WriteLine($"  {wrong.Message}{(wrong.Hint is null ? "" : "; " + wrong.Hint)}");
        }
        output.WriteLine("nothing was made");
        return false;
    }

    private YamlNode? Read(Variable variable, string text)
    {
        if (text is "\"\"" or "''") return variable.Parse("", fromFile: false);
        if (!text.StartsWith('@')) return variable.Parse(text, fromFile: false);
        try { return variable.Parse(readFile(text[1..].Trim()), fromFile: true); }
        catch (UsageException e)
        {
            output.WriteLine($"  {e.Message}");
            return null;
        }
    }

    /// <summary>What a value may be, in a few words; empty where anything goes.</summary>
    public static string Allowed(Variable variable)
    {
        var unit = variable.Type switch { VariableType.List => " items", VariableType.String => " characters", _ => "" };
        var range = (variable.Least, variable.Most) switch
        {
            (null, null) => null,
            ({ } least, null) => $"at least {Figure(least)}{unit}",
            (null, { } most) => $"at most {Figure(most)}{unit}",
            ({ } least, { } most) => least == most ? $"exactly {Figure(least)}{unit}" : $"{Figure(least)} to {Figure(most)}{unit}",
        };
        var type = variable.Type switch
        {
            VariableType.Integer => "a whole number",
            VariableType.Number => "a number",
            VariableType.Boolean => "true or false",
            VariableType.List => $"a list{(variable.Items is VariableType.Integer or VariableType.Number ? " of numbers" : "")}, with commas between",
            VariableType.File => variable.Extensions.Count == 0 ? "a file of the project" : $"a file of the project, {string.Join(" or ", variable.Extensions)}",
            _ => null,
        };
        var choices = variable.Choices.Count == 0 ? null : $"{(variable.Type == VariableType.List ? "of" : "one of")} {string.Join(", ", variable.Choices)}";
        return string.Join(", ", new[] { type, range, choices }.Where(p => p is not null));
    }

    private static string Figure(double value) => value.ToString("0.######", System.Globalization.CultureInfo.InvariantCulture);

    private static string Shown(YamlNode value)
    {
        var text = FlowText.Of(value);
        var line = text.ReplaceLineEndings(" ");
        return line.Length > 60 ? line[..59] + "…" : line;
    }
}
