namespace Spool.Engine.Definition;

/// <summary>Brings together default, profile and <c>--var</c> of the variables, each checked against its declaration.</summary>
internal sealed class VariableReader(ProblemList problems, Func<string, string?> environment, Func<string, bool> exists)
{
    internal sealed record Variables(IReadOnlyList<Variable> Declared, IReadOnlyDictionary<string, YamlNode> Values, IReadOnlyDictionary<string, string> Shown, IReadOnlyDictionary<string, string> Secrets);

    internal Variables Read(IReadOnlyList<YamlEntry> entries, IReadOnlyList<YamlEntry> profile, WorkflowArguments arguments)
    {
        var declared = new VariableDeclarations(problems).Read(entries);
        var values = new Dictionary<string, YamlNode>();
        var given = profile.Select(p => p.Key).Concat(arguments.Vars.Select(v => v.Name)).ToHashSet();
        var secrets = declared.Where(v => v is { Type: VariableType.Secret, Environment: not null }).ToDictionary(v => v.Name, v => v.Environment!);
        foreach (var variable in declared.Where(v => v.Default is not null))
        {
            // The bounds of a default that is replaced do not matter, its type does: it would be wrong in the next run.
            if (variable.Check(variable.Default!, given.Contains(variable.Name) ? _ => true : exists) is { } wrong) problems.Add(wrong.Code, variable.Default!.At, wrong.Message, wrong.Hint);
            else values[variable.Name] = variable.Default!;
        }
        foreach (var entry in profile)
            if (Find(entry.Key, entry.KeyAt) is { } variable) Set(variable, entry.Value, entry.Value.At);
        foreach (var (name, text) in arguments.Vars)
            if (new Mark($"--var {name}", 0, 0) is var at && Find(name, at) is { } variable) Set(variable, variable.Parse(text, arguments.FromFiles.Contains(name)), at);
        foreach (var variable in declared)
            if (variable is { Type: not VariableType.Secret, Default: null } && !values.ContainsKey(variable.Name) && !given.Contains(variable.Name))
                problems.Add("SPL0124", variable.At, $"the variable {variable.Name} has no value", $"give it one: --var {variable.Name}=…, or a default");
        foreach (var variable in declared)
            if (secrets.TryGetValue(variable.Name, out var name) && string.IsNullOrEmpty(environment(name)))
                problems.Warn("SPL0125", variable.At, $"the secret {variable.Name} is not set: the environment variable {name} is empty");
        return new Variables(declared, values, values.ToDictionary(v => v.Key, v => FlowText.Of(v.Value)), secrets);

        Variable? Find(string name, Mark at)
        {
            var variable = declared.FirstOrDefault(v => v.Name == name);
            if (variable is null) problems.Add("SPL0126", at, $"the workflow has no variable '{name}'", NearestName.Hint(name, declared.Select(v => v.Name)) ?? (declared.Count == 0 ? "it has none" : $"its variables: {string.Join(", ", declared.Select(v => v.Name))}"));
            else if (variable.Type == VariableType.Secret) problems.Add("SPL0127", at, $"the secret {name} must not be given on the command line", $"set the environment variable {variable.Environment}");
            else return variable;
            return null;
        }

        void Set(Variable variable, YamlNode value, Mark at)
        {
            if (variable.Type == VariableType.List && value is YamlScalar { IsNull: false } text) value = variable.Parse(text.Text, fromFile: false);
            if (variable.Check(value, exists) is { } wrong) problems.Add(wrong.Code, at, wrong.Message, wrong.Hint);
            else values[variable.Name] = value;
        }
    }
}
