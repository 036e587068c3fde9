namespace Spool.Engine.Definition;

/// <summary>What a run may override; the order is default, file, profile, set.</summary>
public sealed record WorkflowArguments
{
    public static WorkflowArguments None { get; } = new();

    public IReadOnlyList<(string Name, string Value)> Vars { get; init; } = [];
    /// <summary>Names of variables whose text is the content of a file: lists have one item a line there.</summary>
    public IReadOnlyCollection<string> FromFiles { get; init; } = [];
    /// <summary><c>step.option</c> and value.</summary>
    public IReadOnlyList<(string Target, string Value)> Sets { get; init; } = [];
    public string? Profile { get; init; }

    /// <summary>One text for the same arguments: part of what a remembered plan depends on.</summary>
    public string Canonical =>
        string.Join('\n', Vars.Select(v => $"var{(FromFiles.Contains(v.Name) ? "-file" : "")} {v.Name}={v.Value}").Concat(Sets.Select(s => $"set {s.Target}={s.Value}")).Append("profile " + Profile));
}
