using Spool.Engine.Definition;

namespace Spool.Engine.Graph;

/// <summary>What templates may name, and what they stand for at each place. A missing name is a Problem with the nearest one.</summary>
public sealed class Scope(Workflow workflow, ProblemList problems)
{
    internal ProblemList Problems => problems;

    private static readonly string[] Scopes = ["vars", "item", "in", "out", "review"];

    /// <summary>Looks up <c>vars</c> only, leaving what else is there in place; used for paths before the items are known.</summary>
    public string FillVars(string text, Mark at)
    {
        if (!Template.Holds(text)) return text;
        var result = new System.Text.StringBuilder();
        var from = 0;
        for (var start = text.IndexOf(Template.Open, StringComparison.Ordinal); start >= 0; start = text.IndexOf(Template.Open, from, StringComparison.Ordinal))
        {
            var end = text.IndexOf(Template.Close, start, StringComparison.Ordinal);
            if (end < 0) break;
            var expression = text[(start + 3)..end].Trim();
            result.Append(text, from, start - from);
            if (expression.StartsWith("vars.", StringComparison.Ordinal)) result.Append((Lookup(expression, at, null, null) as YamlScalar)?.Text);
            else result.Append("${{ ").Append(expression).Append(" }}");
            from = end + 2;
        }
        return result.Append(text, from, text.Length - from).ToString();
    }

    /// <summary>The value of an expression, or null after reporting.</summary>
    /// <param name="files">Looks up <c>in.role</c> and <c>out.role</c>; null where they may not stand.</param>
    public YamlNode? Lookup(string expression, Mark at, Item? item, Func<string, string?>? files)
    {
        var dot = expression.IndexOf('.', StringComparison.Ordinal);
        var scope = dot < 0 ? expression : expression[..dot];
        var name = dot < 0 ? "" : expression[(dot + 1)..];
        switch (scope)
        {
            case "vars":
                if (workflow.Secrets.ContainsKey(name)) return Missing(at, $"the secret {name} cannot be put into text", "name it under env: of the step");
                return workflow.Vars.TryGetValue(name, out var value) ? value : Missing(at, $"there is no variable '{name}'", NearestName.Hint(name, workflow.Vars.Keys));
            case "item":
                if (item is null) return Missing(at, "'item' has no meaning here: the step has no foreach and no {stem}", null);
                if (name.Length == 0) return item.Value ?? Missing(at, "the item has fields; name one", $"fields: {string.Join(", ", item.Fields.Keys)}");
                YamlNode? node = item.Fields.GetValueOrDefault(name.Split('.')[0]);
                foreach (var part in name.Split('.').Skip(1)) node = (node as YamlMap)?[part];
                return node ?? Missing(at, $"the item has no field '{name}'", NearestName.Hint(name, item.Fields.Keys));
            case "in" or "out":
                if (files is null) return Missing(at, $"'{scope}' cannot stand in a path", "paths may use vars and item");
                return files(expression) is { } path ? new YamlScalar(at, path, true) : Missing(at, $"the step has no {(scope == "in" ? "input" : "output")} '{name}'", null);
            case "review":
                return new YamlScalar(at, "", true);
            default:
                return Missing(at, $"'{expression}' is no name that a template knows", NearestName.Hint(scope, Scopes) ?? (workflow.Vars.ContainsKey(expression) ? $"write vars.{expression}" : "templates know vars, item, in, out, review"));
        }
    }

    private YamlNode? Missing(Mark at, string message, string? hint)
    {
        problems.Add("SPL0201", at, message, hint);
        return null;
    }
}
