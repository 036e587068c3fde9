using System.Globalization;
using Spool.Engine.Attempts;
using Spool.Engine.Definition;
using Spool.Engine.Graph;
using Spool.Platform;

namespace Spool.Engine.Planning;

/// <summary>
/// Makes the stand-ins that a plan needs: for an optional input whose file is missing, and in previews for every missing file and every
/// result that a preview does not make. A stand-in is a step of the kind <c>placeholder</c> that the attempt runs right before its own, so it
/// has no task, no place in the workspace and no record; its options are the content that keys see.
/// It is as large and as long as what it stands for: the size that the maker, else the reader, else most steps of the workflow have, and the
/// length that the maker expects.
/// </summary>
internal sealed class StandIns(PlannerWorld world, TaskGraph graph, KindSchema kind)
{
    internal const double UsualSeconds = 3;
    private const string UsualSize = "1920x1080";
    private static readonly string[] Pictures = [".png", ".jpg", ".jpeg", ".svg"], Sounds = [".wav", ".mp3", ".flac", ".m4a", ".ogg", ".opus"], Films = [".mp4", ".m4v", ".mov", ".mkv", ".webm"], Texts = [".txt", ".md"];
    private string? _commonSize;

    /// <summary>A written placeholder as a file of an attempt; null where it is left out. Throws <see cref="StepFailedException"/> where none can be made.</summary>
    internal AttemptFile? Of(Placeholder placeholder, TaskState reader, string role, string path)
    {
        if (placeholder.Type == PlaceholderType.Skip) return null;
        var name = TaskPaths.Name(reader.Node.Step, role, path);
        var extension = Path.GetExtension(name).ToLowerInvariant();
        var options = new Dictionary<string, string>();
        AttemptFile? image = null;
        switch (placeholder.Type)
        {
            case PlaceholderType.Color:
                options["color"] = placeholder.Values[0];
                break;
            case PlaceholderType.Gradient:
                (options["color"], options["to"]) = (placeholder.Values[0], placeholder.Values[1]);
                break;
            case PlaceholderType.Text:
                options["text"] = placeholder.Values[0];
                break;
            case PlaceholderType.Tone:
                options["tone"] = placeholder.Values.Count > 0 ? placeholder.Values[0] : "440";
                break;
            case PlaceholderType.Image:
                image = Still(placeholder.Values[0]);
                // A picture for a picture is that picture itself.
                if (Path.GetExtension(placeholder.Values[0]).Equals(extension, StringComparison.OrdinalIgnoreCase)) return image with { Name = name };
                break;
        }
        if (placeholder.Seconds is { } seconds) options["seconds"] = seconds.ToString("R", CultureInfo.InvariantCulture);
        return File(name, extension, options, placeholder.Size ?? SizeOf(null, reader), image);
    }

    /// <summary>A stand-in for something nobody wrote a placeholder for; null when none can be made of this sort.</summary>
    internal AttemptFile? Of(string what, string path, TaskState? maker, TaskState reader, string role, double? seconds)
    {
        var name = TaskPaths.Name(reader.Node.Step, role, path);
        var extension = Path.GetExtension(name).ToLowerInvariant();
        if (!Pictures.Contains(extension) && !Sounds.Contains(extension) && !Films.Contains(extension) && !Texts.Contains(extension)) return null;
        var options = new Dictionary<string, string> { ["text"] = what };
        if (Sounds.Contains(extension)) options.Clear();
        if (seconds is { } length) options["seconds"] = length.ToString("0.##", CultureInfo.InvariantCulture);
        return File(name, extension, options, SizeOf(maker, reader), null);
    }

    private AttemptFile File(string name, string extension, Dictionary<string, string> options, string size, AttemptFile? image)
    {
        if (Pictures.Contains(extension) || Films.Contains(extension)) options["size"] = size;
        if (!Sounds.Contains(extension) && !Films.Contains(extension)) options.Remove("seconds");
        var problems = new ProblemList();
        var with = new YamlMap(default, [.. options.Select(o => new YamlEntry(o.Key, default, new YamlScalar(default, o.Value, true)))]);
        var step = OptionBinder.Bind(kind, with, default, problems)
            ?? throw new StepFailedException(new Failure(FailureKind.BadOutput, $"no stand-in can be made: {problems.Problems[0].Message}") { Next = problems.Problems[0].Hint });
        var text = string.Join('\n', OptionBinder.Canonical(kind, step).Select(o => $"{o.Name}={o.Value}"));
        var digest = Digest.Of($"stand-in {kind.Version}\n{extension}\n{text}\n{image?.Digest}");
        return new AttemptFile(name, "", digest, 0) { StandIn = new StandIn(kind, step, image) };
    }

    private AttemptFile Still(string path)
    {
        var full = world.Sources.Full(path);
        if (world.Disk.Stat(full) is not { Kind: FileKind.File } stat || !world.Sources.IsInside(path))
            throw new StepFailedException(new Failure(FailureKind.BadOutput, $"the picture {path} that stands in is missing too") { Next = "add it, or choose a colour" });
        return new AttemptFile("image" + Path.GetExtension(path).ToLowerInvariant(), full, world.Stats.DigestOf(full, stat, null, CancellationToken.None), stat.Size) { Facts = stat };
    }

    private string SizeOf(TaskState? maker, TaskState reader) => Option(maker, "size") ?? Option(reader, "size") ?? (_commonSize ??= CommonSize());

    private static string? Option(TaskState? task, string name) =>
        task?.Options is { } options && OptionBinder.Canonical(task.Node.Step.Kind, options).FirstOrDefault(o => o.Name == name).Value is { } value && value != "null" && value.Contains('x', StringComparison.Ordinal) ? value : null;

    // Sizes written in the workflow; a default that nobody wrote says nothing of what the film is like.
    private string CommonSize() => graph.Steps.Select(s => s.Definition.With?["size"]).OfType<YamlScalar>()
        .Select(s => graph.Scope.FillVars(s.Text, s.At)).Where(s => s.Contains('x', StringComparison.Ordinal) && !Template.Holds(s))
        .GroupBy(s => s).OrderByDescending(g => g.Count()).Select(g => g.Key).FirstOrDefault() ?? UsualSize;
}
