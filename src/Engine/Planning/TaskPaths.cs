using Spool.Engine.Attempts;
using Spool.Engine.Definition;
using Spool.Engine.Graph;

namespace Spool.Engine.Planning;

/// <summary>The names that a task's files have in its attempt folder: known before any of them exists.</summary>
public static class TaskPaths
{
    /// <summary>Role + extension (<c>images</c> gives <c>image.png</c>), or the base name for kinds to whom names matter.</summary>
    public static string Name(StepNode step, string role, string path)
    {
        var name = path[(path.LastIndexOf('/') + 1)..];
        if (step.Kind.Traits.NamesMatter) return name;
        var singular = role.EndsWith('s') && role is not ("subtitles" or "sections") ? role[..^1] : role;
        return singular + Path.GetExtension(name);
    }

    public static IReadOnlyList<AttemptOutput> Outputs(TaskNode task) =>
        [.. task.Outputs.Select(o => new AttemptOutput(o.Role, o.IsFolder ? RoleShape.Folder : RoleShape.File, o.IsFolder ? "" : Name(task.Step, o.Role, o.Path)))];

    /// <summary>What <c>in.role</c> and <c>out.role</c> stand for in options: paths relative to the attempt folder; a list for lists.</summary>
    /// <param name="resolved">The inputs as they were found; empty before that, when the references stand for them.</param>
    public static IReadOnlyDictionary<string, YamlNode> InAttempt(TaskNode task, IReadOnlyList<AttemptInput> resolved)
    {
        var names = new Dictionary<string, YamlNode>();
        foreach (var input in task.Inputs)
        {
            var at = input.Definition.At;
            if (input.Shape == RoleShape.Folder) names[$"in.{input.Role}"] = new YamlScalar(at, $"in/{input.Role}", true);
            else if (input.Shape == RoleShape.List && resolved.FirstOrDefault(r => r.Role == input.Role) is { } found)
                names[$"in.{input.Role}"] = new YamlList(at, [.. found.Files.Select((f, i) => new YamlScalar(at, $"in/{input.Role}/{i + 1:0000}/{f.Name}", true))]);
            else if (input.Shape == RoleShape.List)
                names[$"in.{input.Role}"] = new YamlList(at, [.. input.Refs.Select((r, i) => new YamlScalar(at, $"in/{input.Role}/{i + 1:0000}/{Name(task.Step, input.Role, r.Path)}", true))]);
            else names[$"in.{input.Role}"] = new YamlScalar(at, $"in/{input.Role}/{Name(task.Step, input.Role, input.Refs[0].Path)}", true);
        }
        foreach (var output in task.Outputs)
            names[$"out.{output.Role}"] = new YamlScalar(task.Step.Definition.At, output.IsFolder ? $"out/{output.Role}" : $"out/{output.Role}/{Name(task.Step, output.Role, output.Path)}", true);
        return names;
    }
}
