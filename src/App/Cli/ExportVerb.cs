using System.CommandLine;
using Spool.Interchange.Export;
using Spool.Engine;
using Spool.Engine.Definition;
using Spool.Platform;

namespace Spool.App.Cli;

public sealed class ExportVerb : Verb
{
    private readonly Argument<string?> _run = new("RUN") { Description = "The folder of a curation, or inside it the id of its last run (default: here)", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string?> _format = new("--format", "-f") { Description = string.Join(", ", Exporter.All().Select(e => e.Name)), HelpName = "FORMAT" };
    private readonly Option<string?> _out = new("--out", "-o") { Description = "The folder to make; an older export there is replaced", HelpName = "DIR" };
    private readonly Option<string[]> _streams = new("--stream") { Description = "Only this stream, may be repeated (default: all)", HelpName = "NAME" };
    private readonly Option<bool> _all = new("--all") { Description = "All readable frames, not only the kept ones" };
    private readonly Option<bool> _copy = new("--copy") { Description = "Copy the pictures" };
    private readonly Option<bool> _link = new("--link") { Description = "Link the pictures: hard links on the same disk, else symbolic ones (default)" };
    private readonly Option<bool> _dry = new("--dry-run", "-n") { Description = "Say what would be exported; write nothing" };
    private readonly Option<bool> _json = new("--json") { Description = "One JSON object" };

    public override string Name => "export";
    public override string Summary => "Hand on the kept frames of a curation: COCO, YOLO, tables, pictures, Winnow";
    public override int Order => 36;
    public override IReadOnlyList<string> Examples =>
    [
        "spool export cam7-curation --format yolo --out dataset",
        "spool export --format csv --out table --all     in the workspace; dropped frames too",
        "spool export --format folder --out kept --stream cam7 --copy",
    ];

    public override void Build(Command command)
    {
        command.Add(_run);
        foreach (var option in (Option[])[_format, _out, _streams, _all, _copy, _link, _dry, _json]) command.Add(option);
        command.SetAction(async (parsed, cancel) =>
        {
            using var composition = new Composition();
            var formats = Exporter.All();
            var names = string.Join(", ", formats.Select(f => f.Name));
            var format = parsed.GetValue(_format) ?? throw new UsageException($"--format says what to make: {names}");
            var exporter = formats.FirstOrDefault(f => f.Name == format) ?? throw new UsageException($"there is no format '{format}'; {NearestName.Hint(format, formats.Select(f => f.Name)) ?? "formats: " + names}");
            var target = parsed.GetValue(_out) ?? throw new UsageException("--out names the folder to make");
            var (copy, link, dry) = (parsed.GetValue(_copy), parsed.GetValue(_link), parsed.GetValue(_dry));
            if (copy && link) throw new UsageException("--copy and --link exclude each other");
            if ((copy || link) && !exporter.HasPictures) throw new UsageException($"--{(copy ? "copy" : "link")} is about pictures, and {format} holds none; the formats with pictures: {string.Join(", ", formats.Where(f => f.HasPictures).Select(f => f.Name))}");
            var workspace = WorkspaceOf(composition, parsed.GetValue(_run));
            try
            {
                return await ExportAsync(new Wanted(composition, workspace, exporter, Path.GetFullPath(target, composition.CurrentFolder).TrimEnd('/'))
                {
                    Streams = parsed.GetValue(_streams) ?? [],
                    All = parsed.GetValue(_all),
                    Placing = copy ? Placing.Copy : Placing.Link,
                    Dry = dry,
                    Json = parsed.GetValue(_json),
                }, cancel);
            }
            catch (CurationException e)
            {
                await Console.Error.WriteLineAsync("error: " + TerminalText.Plain(e.Message));
                return Failed;
            }
        });
    }

    private sealed record Wanted(Composition Composition, string Workspace, Exporter Exporter, string Target)
    {
        public IReadOnlyList<string> Streams { get; init; } = [];
        public bool All { get; init; }
        public Placing Placing { get; init; }
        public bool Dry { get; init; }
        public bool Json { get; init; }
    }

    private static async Task<int> ExportAsync(Wanted wanted, CancellationToken cancel)
    {
        var disk = wanted.Composition.Disk;
        var curation = new CurationFolder(disk, wanted.Workspace);
        var streams = curation.Streams(wanted.Streams);
        var (root, isFilm) = InputOf(wanted.Composition, wanted.Workspace);
        var originals = new Originals(disk, root);
        MustBeApart(wanted.Target, wanted.Workspace, isFilm ? null : root);
        if ((wanted.Exporter.HasPictures || wanted.Exporter is WinnowExporter) && !originals.IsThere)
            throw new CurationException($"the originals are not there: {originals.Root}; mount or move them back, or name their folder in the workflow: roots: {{ input: … }}");
        var tools = new MediaTools(wanted.Composition);
        using var folder = wanted.Dry ? null : new ExportFolder(disk, wanted.Target);
        var job = new ExportJob(curation, streams, originals, folder)
        {
            // A state tells of every frame; what was dropped is marked in it.
            All = wanted.All || wanted.Exporter is WinnowExporter,
            Placing = wanted.Placing,
            Films = new FilmFrames(disk, tools.RunAsync, tools.ProbeAsync),
            Progress = (what, total) => new Ticker(wanted.Composition.Time, what, total).Advance,
        };
        await job.MakeAsync(wanted.Exporter, cancel);
        Show(wanted, job, folder?.Files);
        return job.Lost ? Failed : Done;
    }

    private static void Show(Wanted wanted, ExportJob job, int? files)
    {
        if (wanted.Json)
        {
            JsonOut.Line(json =>
            {
                json.WriteString("folder", wanted.Target);
                json.WriteBoolean("dry_run", wanted.Dry);
                json.WriteBoolean("complete", !job.Lost);
                if (files is { } count) json.WriteNumber("files", count + 1);
                else json.WriteNull("files");
                job.Tell(json, wanted.Exporter.Name);
            });
            return;
        }
        var counts = string.Concat(job.Counts.Select(c => $", {Words.Count((int)c.Value)} {c.Key.Replace('_', ' ')}"));
        var frames = job.Exported.Values.Sum();
        Console.WriteLine($"{(wanted.Dry ? "would export" : "exported")} {Words.Count(frames)} frame{(frames == 1 ? "" : "s")} of {Words.Count(job.Exported.Count)} stream{(job.Exported.Count == 1 ? "" : "s")}{counts}: {wanted.Exporter.Summary}");
        foreach (var left in job.LeftOut.OrderByDescending(l => l.Frames).Take(12))
            Console.WriteLine($"  left out of {TerminalText.Plain(left.Stream)}: {Words.Count(left.Frames)}, {TerminalText.Plain(left.Why)} ({Shown(left)})");
        foreach (var note in job.Notes.Take(12)) Console.WriteLine("  " + TerminalText.Plain(note));
        if (job.Lost) Console.Error.WriteLine("warning: frames are missing that should be there, see above");
        if (!wanted.Dry) Console.WriteLine($"  {wanted.Target}   what is in it and where it came from: {ExportFolder.Manifest}");
    }

    private static string Shown(LeftOut left) =>
        string.Join(", ", left.Ranges.Take(3).Select(r => r.From == r.To ? $"{r.From}" : $"{r.From}-{r.To}")) + (left.Ranges.Count > 3 ? ", …" : "");

    private static string WorkspaceOf(Composition composition, string? given)
    {
        var here = composition.CurrentFolder;
        if (given is null) return composition.Disk.Stat(Path.Join(here, "out")) is { Kind: FileKind.Folder } ? here : WorkflowFile.FindWorkspace(composition, null);
        var full = Path.GetFullPath(given, here).TrimEnd('/');
        if (composition.Disk.Stat(full) is { Kind: FileKind.Folder }) return full;
        if (given.Contains('/', StringComparison.Ordinal)) throw new UsageException($"there is no folder {given}");
        var past = PastRuns.Read(composition, null);
        var run = past.State.Run(given) ?? throw new UsageException($"there is neither a folder nor a run {given} here; see: spool list");
        var last = past.State.Runs.Last();
        return run.Run == last.Run ? past.Paths.Workspace : throw new UsageException($"run {given} is not the last one here, and run {last.Run} has written over its files; export that one, or run with the older options again");
    }

    /// <summary>Where the originals lie, as the workflow says.</summary>
    internal static (string Root, bool IsFilm) InputOf(Composition composition, string workspace)
    {
        var file = Path.Join(workspace, WorkflowReader.DefaultName);
        if (composition.Disk.Stat(file) is null) throw new CurationException($"{file} is not there, so nobody knows where the originals lie; name their folder in it: roots: {{ input: /path }}");
        var problems = new ProblemList();
        // Other problems of the text do not matter here: the results are there already.
        var located = new WorkflowFile(file, workspace, false);
        var workflow = located.Read(composition, LastArguments.Of(composition, located), problems);
        if (workflow is null) throw new CurationException($"{file} cannot be read: {problems.Problems[0].Message}; see: spool check {workspace}");
        return workflow.Roots.TryGetValue("input", out var root) ? (root, workflow.Vars.GetValueOrDefault("film") is YamlScalar { Text.Length: > 0 }) : throw new CurationException($"{file} does not say where the originals lie; add: roots: {{ input: /path }}");
    }

    private static void MustBeApart(string target, string workspace, string? root)
    {
        if (root is not null && (Within(target, root) || Within(root, target))) throw new CurationException($"{target} and the folder of the originals ({root}) lie within each other; originals are only read, so choose another --out");
        if (Within(workspace, target)) throw new CurationException($"{target} holds the workspace; choose another --out");
        foreach (var own in (string[])["out", "annotations", "thumbs", ".spool"])
            if (Within(target, Path.Join(workspace, own))) throw new CurationException($"{target} lies in '{own}' of the workspace, which is written by its steps; choose another --out");

        static bool Within(string path, string folder) => path == folder || path.StartsWith(folder.TrimEnd('/') + "/", StringComparison.Ordinal);
    }
}
