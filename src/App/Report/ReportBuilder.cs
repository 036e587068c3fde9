using Spool.Engine.Definition;
using System.Text.Json;
using Spool.Engine.Graph;
using Spool.Engine.Planning;
using Spool.Engine.Scheduling;
using Spool.Media.Ffmpeg;
using Spool.Platform;
using TaskStatus = Spool.Engine.Planning.TaskStatus;

namespace Spool.App.Report;

/// <summary>Puts together what the page of a run says. Only looks; the one thing it makes is previews.</summary>
internal sealed class ReportBuilder(Composition composition, Workspace workspace, TaskGraph graph, PlannerWorld world, RunResult result, ReportLimits limits)
{
    private const int ExcerptBytes = 4096, LargestDrawing = 200_000;
    private readonly ArtifactList _artifacts = new(workspace, world, limits);
    private readonly Previews _previews = new(composition, workspace.Paths);
    private readonly Allowance _pictures = new(limits.PictureBytes);
    private readonly Dictionary<string, string> _texts = [];
    private readonly Dictionary<TaskNode, TaskState> _states = result.All.ToDictionary(t => t.Node);

    internal async Task<RunReport> BuildAsync(EarlierRuns earlier, CancellationToken cancel)
    {
        var outline = Arrange();
        // What was made just now comes before what was looked at in earlier runs.
        var wanted = outline.ByImportance.Where(a => ArtifactTypes.IsMedia(a.Path) && !a.Digest.IsEmpty && !CurationFiles.IsSheet(a.Path)).Select(a => new Wanted(a.Digest, ArtifactTypes.Of(a.Path), a.Path == outline.Strip.Film, _artifacts.Places(a)));
        return Build(outline, earlier, await _previews.MakeAsync([.. wanted], cancel));
    }

    /// <summary>The page without previews: nothing is made and no tool is called.</summary>
    internal RunReport Build(EarlierRuns earlier) => Build(Arrange(), earlier, []);

    private Outline Arrange()
    {
        var strip = StripPlan.Of(result.All, result.Outputs, Wanted(), (task, i) => [.. _artifacts.Members(task, i).Select(e => e.Name)], Stems);
        var critical = LanePlan.CriticalPath(result.All);
        var makers = result.All.SelectMany(t => t.Node.Outputs.Select(o => (Path: StripPlan.Shown(o), t.Node))).ToLookup(o => o.Path, o => o.Node);
        var preferred = strip.Parts.Select(p => p.Task?.Node).Concat(result.Outputs.Take(limits.Finals).SelectMany(o => makers[o])).OfType<TaskNode>().Take(limits.Tasks / 2).Concat(critical.Take(limits.Tasks / 4)).ToHashSet();
        var tasks = TaskEntries.Choose(result.All, preferred, limits.Tasks);
        foreach (var task in tasks) _artifacts.AddOutputs(task);
        foreach (var task in tasks) _artifacts.AddSources(task);
        var first = result.Outputs.Take(limits.Finals).Concat(strip.Film is null ? [] : [strip.Film]).Concat(strip.Parts.Select(p => p.Path)).Select(_artifacts.Find).OfType<ListedArtifact>().ToList();
        return new Outline(strip, critical, tasks, [.. first.Concat(_artifacts.All.OrderBy(a => a.Producer?.Status == TaskStatus.Succeeded ? 0 : 1)).Distinct()]);
    }

    private RunReport Build(Outline outline, EarlierRuns earlier, IReadOnlyList<string> notMade)
    {
        var (strip, critical, tasks, byImportance) = outline;
        var texts = byImportance.Where(a => ArtifactTypes.IsWords(a.Path) && a.Bytes > 0).ToList();
        foreach (var artifact in texts.Take(limits.Texts)) ReadText(artifact);

        var cells = Cells(strip, earlier);
        var entries = new TaskEntries(world, result, earlier, limits);
        var reportedTasks = tasks.Select(entries.Of).Concat(result.OpenSteps.Select(entries.Of)).ToList();
        var steps = Steps();
        var shown = byImportance.Select(Reported).ToList();
        var unread = new List<string>();
        var curated = CurationFiles.Find(_artifacts.Curated(result.All));
        var curation = limits.CurationBytes > 0 ? new CurationReader(world.Disk, new Allowance(limits.CurationBytes)).Read(curated, CurationFiles.InputOf(graph.Workflow.ShownVars), unread) : null;
        return new RunReport
        {
            Run = new ReportedRun(result.Id, graph.Workflow.Name, result.Status, RunExport.Time(result.StartedAt), result.Status == "running" ? null : RunExport.Time(result.FinishedAt), Math.Round(result.Elapsed.TotalSeconds, 3), Composition.Version, result.Tasks),
            Headline = Headline.Of(result),
            Next = Headline.Next(result, Path.GetRelativePath(workspace.Paths.Workspace, graph.Workflow.File)),
            Finals = [.. result.Outputs.Take(limits.Finals)],
            Strip = cells,
            Steps = steps,
            Tasks = reportedTasks,
            Artifacts = shown,
            Lanes = LanePlan.Of(tasks, critical, result.StartedAt, pool => graph.Workflow.Pools.GetValueOrDefault(pool, 1)),
            Chapters = ChaptersOf(strip),
            Curation = curation,
            HasCuration = limits.CurationBytes == 0 && curated.Count > 0 ? true : null,
            LeftOut = limits.HoldsPreviews ? LeftOut(strip, tasks.Count, texts.Count, entries.Shortened, [.. notMade, .. unread]) : [],
        };
    }

    private sealed record Outline(StripPlan Strip, IReadOnlySet<TaskNode> Critical, IReadOnlyList<TaskState> Tasks, IReadOnlyList<ListedArtifact> ByImportance);

    /// <summary>What the workflow calls a result; variables in its paths stand for anything here.</summary>
    private Func<string, bool>? Wanted()
    {
        if (graph.Workflow.Outputs is not { } outputs) return null;
        var patterns = outputs.Select(o => new PathPattern(o.Path, o.At)).ToList();
        return path => patterns.Exists(p => p.MayMeet(new PathPattern(path, default)));
    }

    private List<StripCell> Cells(StripPlan strip, EarlierRuns earlier)
    {
        var cells = new List<StripCell>();
        var chapters = ChaptersOf(strip);
        var exact = chapters is not null && chapters.Count == strip.Parts.Count;
        var at = 0.0;
        if (!limits.HoldsPreviews && strip.Parts.Count > limits.Cells) return Merged(strip.Parts);
        foreach (var part in strip.Parts.Take(limits.Cells))
        {
            var preview = PreviewOf(part.Path);
            // The film's own chapters know of transitions; lengths of its parts do not.
            var chapter = exact ? chapters![cells.Count] : null;
            var seconds = chapter is null ? preview?.Seconds ?? 0 : Math.Round(chapter.End - chapter.Start, 3);
            // A title that only counts ("Part 2") says less than what the item is called.
            var title = chapter is null || chapter.Title.EndsWith($" {cells.Count + 1}", StringComparison.Ordinal) ? part.Label : chapter.Title;
            cells.Add(new StripCell(title, seconds, chapter?.Start ?? Math.Round(at, 3), part.Task is null ? "reused" : RunExport.Word(part.Task.Status))
            {
                Task = part.Task?.Node.Address,
                Path = part.Path,
                Thumbnail = Picture(part.Path),
                Quality = part.Task is { HasOutputs: true } made ? made.Quality.ToString().ToLowerInvariant() : null,
                Changed = part.Task is not null && earlier.Changed(part.Task) ? true : null,
            });
            at += seconds;
        }
        return cells;
    }

    /// <summary>More parts than cells: each cell stands for as many parts, as bad as the worst of them.</summary>
    private List<StripCell> Merged(IReadOnlyList<StripPart> parts)
    {
        var cells = new List<StripCell>(limits.Cells);
        foreach (var group in parts.Chunk((parts.Count + limits.Cells - 1) / limits.Cells))
        {
            var worst = group.MinBy(p => p.Task is null ? int.MaxValue : TaskEntries.Rank(p.Task.Status))!;
            cells.Add(new StripCell(group.Length == 1 ? group[0].Label : $"{group[0].Label} to {group[^1].Label}", 0, 0, worst.Task is null ? "reused" : RunExport.Word(worst.Task.Status)) { Task = worst.Task?.Node.Address, Path = worst.Path, Count = group.Length });
        }
        return cells;
    }

    private IReadOnlyList<Chapter>? ChaptersOf(StripPlan strip) => strip.Film is null ? null : PreviewOf(strip.Film)?.Chapters;

    private List<ReportedStep> Steps()
    {
        var tasksOf = result.All.ToLookup(t => t.Node.Step);
        var open = result.OpenSteps.ToDictionary(s => s.Step);
        // Steps that a run with targets is not about are not on its page.
        var shown = graph.Steps.Where(s => tasksOf.Contains(s) || open.ContainsKey(s)).ToHashSet();
        var steps = new List<ReportedStep>(shown.Count);
        foreach (var step in graph.Steps.Where(shown.Contains))
        {
            var tasks = tasksOf[step].ToList();
            var counts = tasks.Select(t => t.Status).Concat(open.TryGetValue(step, out var state) ? [state.Status] : []).CountBy(RunExport.Word).ToDictionary(c => c.Key, c => c.Value);
            var latest = tasks.Where(t => t.HasOutputs).OrderByDescending(t => t.FinishedAt).Take(20).SelectMany(t => t.Node.Outputs).Select(o => Picture(StripPlan.Shown(o))).FirstOrDefault(p => p is not null);
            steps.Add(new ReportedStep(step.Id, step.Kind.Name, step.Definition.Label, step.Definition.Segment, [.. step.Producers.Union(step.Needs).Where(shown.Contains).Select(s => s.Id)],
                counts, counts.Values.Sum(), Math.Round(tasks.Where(t => t.StartedAt > 0).Sum(LanePlan.Length), 3), latest));
        }
        return steps;
    }

    private ReportedArtifact Reported(ListedArtifact artifact)
    {
        var preview = PreviewOf(artifact.Path);
        return new ReportedArtifact(artifact.Path, preview?.Type ?? ArtifactTypes.Of(artifact.Path), artifact.Bytes, artifact.Digest.IsEmpty ? "" : artifact.Digest.ToString())
        {
            Producer = artifact.Producer?.Node.Address,
            Width = preview?.Width,
            Height = preview?.Height,
            Seconds = preview?.Seconds,
            Fps = preview?.Fps,
            Codecs = preview?.Codecs,
            Thumbnail = Picture(artifact.Path),
            Url = limits.HoldsPreviews ? _artifacts.Address(artifact) : null,
            Text = _texts.GetValueOrDefault(artifact.Path),
            Peaks = preview?.Peaks,
            Children = artifact.Children,
        };
    }

    private Preview? PreviewOf(string path) => !limits.HoldsPreviews ? null : _artifacts.Find(path) is { Digest.IsEmpty: false } artifact && ArtifactTypes.IsMedia(path) ? _previews.Of(artifact.Digest) : null;

    /// <summary>The picture of a file while there is room; a small drawing and a sheet of tiles are their own pictures.</summary>
    private string? Picture(string path)
    {
        if (!limits.HoldsPreviews) return null;
        if (CurationFiles.IsSheet(path)) return _artifacts.Find(path) is { } sheet ? _artifacts.Address(sheet) : null;
        if (ArtifactTypes.IsDrawing(path)) return _artifacts.Find(path) is { Bytes: < LargestDrawing } drawing ? _artifacts.Address(drawing) : null;
        return PreviewOf(path)?.Thumbnail is { } picture && _pictures.Take(picture.Length) ? picture : null;
    }

    private void ReadText(ListedArtifact artifact)
    {
        if (_artifacts.Places(artifact).FirstOrDefault(p => world.Disk.Stat(p) is { Kind: FileKind.File }) is not { } place) return;
        using var file = world.Disk.OpenRead(place);
        var buffer = new byte[Math.Min(ExcerptBytes + 8, artifact.Bytes)];
        var count = file.Read(0, buffer);
        if (ArtifactTypes.Excerpt(buffer.AsSpan(0, count), ExcerptBytes) is { } text) _texts[artifact.Path] = text;
    }

    /// <summary>The stems of the file that orders a list; null when it is not there or is none.</summary>
    private IReadOnlyList<string>? Stems(InputRef reference)
    {
        string? path = null;
        if (reference is InputRef.Source) path = world.Sources.Full(reference.Path);
        else if (reference is InputRef.Output o && _states.TryGetValue(o.Task, out var made) && made.HasOutputs) path = world.Store.PathOf(made.Outputs[o.Index].Digest);
        if (path is null || world.Disk.Stat(path) is not { Kind: FileKind.File }) return null;
        try
        {
            using var document = JsonDocument.Parse(DurableFile.Read(world.Disk, path));
            return [.. document.RootElement.EnumerateArray().Select(e => (e.ValueKind == JsonValueKind.Object ? e.GetProperty("stem").GetString() : e.GetString()) ?? "")];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException) { return null; }
    }

    private List<string> LeftOut(StripPlan strip, int listed, int texts, int shortened, IReadOnlyList<string> notMade)
    {
        var sentences = new List<string>(notMade);
        var asked = result.All.Select(t => t.Node.Step).Concat(result.OpenSteps.Select(s => s.Step)).ToHashSet();
        var other = graph.Steps.Where(s => !asked.Contains(s)).Select(s => s.Id).ToList();
        if (other.Count > 0) sentences.Add($"Steps that this run was not asked for: {string.Join(", ", other.Take(8))}{(other.Count > 8 ? $" and {other.Count - 8} more" : "")}");
        Say(result.All.Count - listed, $"of {Cli.Words.Count(result.All.Count)} tasks; the counts of their steps hold all of them");
        Say(result.Outputs.Count - limits.Finals, "results; they are in the list of their step");
        Say(strip.Parts.Count - limits.Cells, "parts of the strip");
        Say(_artifacts.LeftOut, "files; their tasks name them");
        Say(_artifacts.MembersLeftOut, "files of large folders");
        Say(texts - limits.Texts, "excerpts of texts");
        Say(_pictures.Refused, "small pictures, to keep the page small");
        Say(shortened, "logs, commands and inputs of tasks, to keep the page small");
        return sentences;

        void Say(int count, string what)
        {
            if (count > 0) sentences.Add($"{Cli.Words.Count(count)} {what}");
        }
    }
}
