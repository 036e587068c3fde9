using System.Text;
using Spool.Engine;
using Spool.Engine.Definition;

namespace Spool.Interchange.Import;

/// <summary>A step as it will be written; <see cref="Left"/> says why it is only a comment.</summary>
public sealed record SpoolStep(string Id, Mark At, string Kind)
{
    public IReadOnlyList<(string Role, YamlNode Value)> Inputs { get; init; } = [];
    public IReadOnlyList<(string Role, YamlNode Value)> Outputs { get; init; } = [];
    public IReadOnlyList<(string Name, YamlNode Value)> Options { get; init; } = [];
    /// <summary>Other keys of the step: needs, group, resources, segment, timeout, when, label.</summary>
    public IReadOnlyList<(string Key, YamlNode Value)> Keys { get; init; } = [];
    /// <summary>Why the step could not be made; null: it could.</summary>
    public string? Left { get; init; }
    /// <summary>The step as VWF had it, for the comment.</summary>
    public VwfStep? Source { get; init; }

    public IEnumerable<string> OutputPaths => Outputs.Select(o => (o.Value as YamlScalar)?.Text).OfType<string>();
}

/// <summary>A whole workflow as text, with the lines at which its steps begin.</summary>
public sealed record WorkflowText(string Text, IReadOnlyList<(int Line, SpoolStep Step)> Places)
{
    public static WorkflowText Of(VwfFile source, string origin, IReadOnlyList<(string Name, YamlNode Value)> vars, IReadOnlyList<(string Name, int Capacity)> pools, IReadOnlyList<SpoolStep> steps)
    {
        var text = new StringBuilder();
        var line = 1;
        Line($"# Made by spool import from {OneLine(origin)}, a VWF workflow. What has no equal stands in import-report.md.");
        Line("version: 1");
        Line("name: " + Value(new YamlScalar(default, source.Name, true)));
        if (source.Description is { } description) Entry(0, "description", new YamlScalar(default, description, true));
        if (vars.Count > 0) Line("vars:");
        foreach (var (name, value) in vars) Entry(2, name, value);
        if (pools.Count > 0) Line($"resources: {{ {string.Join(", ", pools.Select(p => $"{p.Name}: {p.Capacity}"))} }}");
        Line(steps.Any(s => s.Left is null) ? "steps:" : "steps: []");
        string? segment = null;
        var places = new List<(int, SpoolStep)>();
        foreach (var step in steps)
        {
            if (step.Source?.Segment is { } now && now != segment)
            {
                segment = now;
                if (places.Count > 0) Line("");
                Line($"  # Segment {OneLine(now)}{(source.Segments.GetValueOrDefault(now) is { Length: > 0 } told ? ": " + OneLine(told) : "")}");
            }
            else if (places.Count > 0) Line("");
            places.Add((line, step));
            if (step.Left is null) Step(step);
            else Comment(step);
        }
        return new WorkflowText(text.ToString(), places);

        void Step(SpoolStep step)
        {
            Line($"  - id: {step.Id}");
            Line($"    kind: {step.Kind}");
            foreach (var (key, value) in step.Keys) Entry(4, key, value);
            Roles("in", step.Inputs);
            if (step.Options.Count > 0) Line("    with:");
            foreach (var (name, value) in step.Options) Entry(6, name, value);
            Roles("out", step.Outputs);
        }

        void Roles(string key, IReadOnlyList<(string Role, YamlNode Value)> roles)
        {
            if (roles.Count == 0) return;
            var flow = $"    {key}: {{ {string.Join(", ", roles.Select(r => $"{r.Role}: {Value(r.Value)}"))} }}";
            if (flow.Length <= 150) Line(flow);
            else
            {
                Line($"    {key}:");
                foreach (var (role, value) in roles) Entry(6, role, value);
            }
        }

        void Comment(SpoolStep step)
        {
            Line($"  # Not made: {OneLine(step.Left!)}");
            if (step.Source is not { } old) return;
            Line($"  # - id: {OneLine(old.Id)}");
            Line($"  #   kind: {OneLine(old.Kind)}");
            if (old.DependsOn.Count > 0) Line($"  #   depends_on: [{string.Join(", ", old.DependsOn.Select(d => OneLine(d.Text)))}]");
            if (old.Inputs.Count > 0) Line($"  #   inputs: [{string.Join(", ", old.Inputs.Select(d => OneLine(d.Path)))}]");
            if (old.Outputs.Count > 0) Line($"  #   outputs: [{string.Join(", ", old.Outputs.Select(d => OneLine(d.Path)))}]");
            foreach (var field in old.Fields) Line($"  #   {OneLine(field.Key)}: {FlowText.ForFile(field.Value)}");
        }

        void Entry(int column, string key, YamlNode value)
        {
            var (header, body) = FlowText.Block(value, column, "\n");
            Line(new string(' ', column) + key + ": " + (body.Length > 0 ? header + body : Value(value)));
        }

        void Line(string content)
        {
            text.Append(content).Append('\n');
            line += content.Count(c => c == '\n') + 1;
        }
    }

    /// <summary>Text plain where that is the same text anywhere in a file, else between quotes.</summary>
    private static string Value(YamlNode node) => node switch
    {
        YamlScalar { Quoted: true } text when FlowText.IsPlain(text.Text) && char.IsLetter(text.Text[0]) && text.Text is not ("true" or "false") && !text.Text.Contains(": ", StringComparison.Ordinal) => text.Text,
        YamlList list => "[" + string.Join(", ", list.Items.Select(Value)) + "]",
        YamlMap map => "{ " + string.Join(", ", map.Entries.Select(e => $"{e.Key}: {Value(e.Value)}")) + " }",
        _ => FlowText.ForFile(node),
    };

    private static string OneLine(string text)
    {
        var plain = new string([.. text.Select(c => char.IsControl(c) || c is '\u2028' or '\u2029' or '\u0085' or '\uFEFF' || char.IsSurrogate(c) ? ' ' : c)]);
        return plain.Length > 200 ? plain[..200] + "…" : plain;
    }
}
