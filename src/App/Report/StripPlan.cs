using Spool.Engine.Definition;
using Spool.Engine.Graph;
using Spool.Engine.Planning;
using TaskStatus = Spool.Engine.Planning.TaskStatus;

namespace Spool.App.Report;

/// <summary>One part of the result: a file, and the task that makes it (none for a source file).</summary>
public sealed record StripPart(string Label, string Path, TaskState? Task);

/// <summary>
/// The result in its own order. Of a film: what the list was made of that became the film (the scenes that were joined), found by walking
/// up from the film to the nearest list. Of anything else: the results themselves.
/// </summary>
/// <param name="Film">The path of the film; null when the run makes none.</param>
public sealed record StripPlan(string? Film, IReadOnlyList<StripPart> Parts)
{
    /// <summary>Finds the film and what it is made of.</summary>
    /// <param name="finals">Paths of the finals that were made, in their order.</param>
    /// <param name="wanted">Whether the workflow calls a path a result; null when it does not say, then it is what no task reads.</param>
    /// <param name="members">The names in an output folder, as far as it is known.</param>
    /// <param name="stems">The stems of an order file, as far as it is known.</param>
    public static StripPlan Of(IReadOnlyList<TaskState> tasks, IReadOnlyList<string> finals, Func<string, bool>? wanted, Func<TaskState, int, IReadOnlyList<string>> members, Func<InputRef, IReadOnlyList<string>?> stems)
    {
        var states = tasks.ToDictionary(t => t.Node);
        var makers = new Dictionary<string, TaskState>();
        foreach (var task in tasks)
            foreach (var output in task.Node.Outputs) makers.TryAdd(Shown(output), task);
        // What failed on the way to a final has no final yet, but it is what a person looks for.
        var unmade = tasks.Where(t => !t.HasOutputs && t.Status != TaskStatus.Skipped)
            .SelectMany(t => t.Node.Outputs.Where(o => wanted is null ? o.Keep && t.Node.Readers.Count == 0 : wanted(Shown(o)))).Select(Shown);
        var results = finals.Concat(unmade).Where(makers.ContainsKey).Distinct().ToList();
        var parts = new Listing(states, members, stems);
        string? film = null;
        foreach (var path in results.Where(p => ArtifactTypes.Of(p) == "video"))
        {
            film ??= path;
            if (parts.Nearest(makers[path]) is { Count: > 1 } found) return new StripPlan(path, found);
        }
        return new StripPlan(film, [.. results.Select(p => new StripPart(p[(p.TrimEnd('/').LastIndexOf('/') + 1)..], p, makers[p]))]);
    }

    /// <summary>The path of an output as the page has it: folders end in a slash.</summary>
    public static string Shown(OutputBinding output) => output.IsFolder ? output.Path + "/" : output.Path;

    /// <summary>Finds lists above a task and puts them in order.</summary>
    private sealed class Listing(Dictionary<TaskNode, TaskState> states, Func<TaskState, int, IReadOnlyList<string>> members, Func<InputRef, IReadOnlyList<string>?> stems)
    {
        /// <summary>The list nearest to a task on the way up: of films, else of pictures, else of sounds, that tasks made.</summary>
        internal IReadOnlyList<StripPart>? Nearest(TaskState from)
        {
            var seen = new HashSet<TaskNode> { from.Node };
            var open = new Queue<TaskNode>([from.Node]);
            var best = new Dictionary<string, IReadOnlyList<StripPart>>();
            while (open.TryDequeue(out var node))
            {
                foreach (var binding in node.Inputs.Where(b => b.Refs.Count > 1 || b.Refs.Any(IsFolder)))
                {
                    var parts = Parts(binding);
                    if (parts.Count < 2 || parts.All(p => p.Task is null)) continue;
                    best.TryAdd(ArtifactTypes.Of(parts[0].Path), parts);
                }
                foreach (var producer in node.Producers)
                    if (seen.Add(producer)) open.Enqueue(producer);
            }
            return best.GetValueOrDefault("video") ?? best.GetValueOrDefault("image") ?? best.GetValueOrDefault("audio");
        }

        private List<StripPart> Parts(InputBinding binding)
        {
            var parts = binding.Refs.SelectMany(Files).Where(p => p.Task?.Status != TaskStatus.Skipped).ToList();
            if (binding.Order is { } order && stems(order) is { } known)
            {
                var places = new Dictionary<string, int>();
                foreach (var stem in known) places.TryAdd(stem, places.Count);
                return [.. parts.OrderBy(p => places.GetValueOrDefault(Paths.Stem(p.Path), int.MaxValue))];
            }
            return parts;
        }

        /// <summary>All that lies in an output folder.</summary>
        private static bool IsFolder(InputRef reference) => reference is InputRef.Members || (reference is InputRef.Output o && o.Task.Outputs[o.Index].IsFolder);

        private IEnumerable<StripPart> Files(InputRef reference)
        {
            if (reference is InputRef.NoMatch) return [];
            if (reference.Producer is not { } producer) return [new StripPart(Paths.Stem(reference.Path), reference.Path, null)];
            var made = states.GetValueOrDefault(producer);
            if (!IsFolder(reference)) return [new StripPart(producer.Item?.Id ?? Paths.Stem(reference.Path), reference.Path, made)];
            if (made is null) return [];
            var (index, matcher) = reference is InputRef.Members all ? (all.Index, all.Matcher) : (((InputRef.Output)reference).Index, null);
            var folder = producer.Outputs[index].Path;
            return members(made, index).Where(n => matcher is null || matcher.IsMatch(n)).Order(Comparer<string>.Create(Paths.CompareNatural))
                .Select(n => new StripPart(Paths.Stem(n), folder + "/" + n, made));
        }
    }
}
