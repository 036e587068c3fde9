using System.CommandLine;
using Spool.Engine.Artifacts;
using Spool.Engine.Journal;
using Spool.Engine.Scheduling;
using Spool.Platform;

namespace Spool.App.Cli;

public sealed class ShowVerb : Verb
{
    private readonly Argument<string> _file = new("FILE") { Description = "Any file, also a copy elsewhere: it is recognised by its content; or a run of the server" };
    private readonly Option<string?> _workspace = new("--workspace") { Description = "The workspace (default: that of the file, else here or above)", HelpName = "DIR" };
    private readonly Option<bool> _json = new("--json") { Description = "One JSON object" };

    public override string Name => "show";
    public override string Summary => "Tell where a file comes from: step, options, tools, ancestry; or look into a run of the server";
    public override int Order => 12;
    public override IReadOnlyList<string> Examples => ["spool show out/talk.mp4", "spool show ~/Downloads/copy.mp4 --workspace talk", "spool show 41"];

    public override void Build(Command command)
    {
        command.Add(_file);
        command.Add(_workspace);
        command.Add(_json);
        command.SetAction((parsed, cancel) => Task.FromResult(Run(parsed, cancel)));
    }

    private int Run(ParseResult parsed, CancellationToken cancel)
    {
        using var composition = new Composition();
        var path = Path.GetFullPath(parsed.GetValue(_file)!, composition.CurrentFolder);
        var runs = new ServerRuns(composition);
        if (composition.Disk.Stat(path) is null && runs.Find(parsed.GetValue(_file)) is { } served) return ServedShow.Run(composition, runs, served, parsed.GetValue(_json));
        if (composition.Disk.Stat(path) is not { Kind: FileKind.File }) throw new UsageException($"{parsed.GetValue(_file)} is no file");
        var workspace = parsed.GetValue(_workspace);
        for (var folder = Path.GetDirectoryName(path); workspace is null && folder is not null; folder = Path.GetDirectoryName(folder))
            if (composition.Disk.Stat(Path.Join(folder, ".spool")) is not null) workspace = folder;
        var digest = ContentHash.OfFile(composition.Disk, path, null, cancel).ToString();
        workspace ??= ServedShow.WorkspaceOf(runs, digest);
        var past = PastRuns.Read(composition, workspace);
        var store = new ObjectStore(composition.Disk, past.Paths.Store);
        var origin = Origin.Find(past.State, store, digest);
        if (parsed.GetValue(_json))
        {
            JsonOut.Line(w =>
            {
                w.WriteString("digest", digest);
                if (origin is null) { w.WriteNull("task"); return; }
                w.WriteString("workflow", origin.Workflow);
                w.WriteString("task", origin.Task);
                w.WriteString("step", origin.Step);
                w.WriteString("kind", origin.Record.Kind);
                w.WriteString("run", origin.Run);
                w.WriteString("made_at", RunExport.Time(origin.At));
                w.WriteStartObject("parts");
                foreach (var part in origin.Record.Parts) w.WriteString(part[0], part[1]);
                w.WriteEndObject();
                w.WriteStartArray("ancestors");
                foreach (var (ancestor, _) in Origin.Ancestry(past.State, store, origin)) w.WriteStringValue(ancestor.Task);
                w.WriteEndArray();
            });
            return origin is null ? Failed : Done;
        }
        Console.WriteLine($"sha256 {digest}   {Words.Bytes(composition.Disk.Stat(path)!.Value.Size)}");
        if (origin is null)
        {
            var edit = past.State.Edits.Values.FirstOrDefault(e => e.Edit == digest);
            Console.WriteLine(edit is not null ? $"an edit by hand of {edit.Path}" : $"no task of {past.Paths.Workspace} made this file");
            return edit is null ? Failed : Done;
        }
        Console.WriteLine($"made by {origin.Task} ({origin.Record.Kind}) of {origin.Workflow}, run {origin.Run}, {RunExport.Time(origin.At)}{(origin.Record.AcceptedBy is { } who ? $", accepted by {who}" : "")}");
        foreach (var part in origin.Record.Parts.Where(p => !p[0].StartsWith("output", StringComparison.Ordinal) && p[0] != "kind")) Console.WriteLine($"  {part[0]} = {(part[1].Length > 90 ? part[1][..90] + "…" : part[1]).ReplaceLineEndings("⏎")}");
        foreach (var (name, value) in origin.Record.Facts ?? new Dictionary<string, string>()) Console.WriteLine($"  {name}: {value}");
        var ancestors = Origin.Ancestry(past.State, store, origin).ToList();
        if (ancestors.Count > 0) Console.WriteLine("from");
        foreach (var (ancestor, depth) in ancestors.Take(60)) Console.WriteLine($"  {new string(' ', Math.Min(depth, 20) * 2)}{ancestor.Task} ({ancestor.Record.Kind})");
        return Done;
    }
}

/// <summary>Follows digests back through the remembered results.</summary>
public static class Origin
{
    public static Recorded? Find(WorkspaceState state, ObjectStore store, string digest) =>
        state.Records.Values.Where(r => r.Record.Outputs.Any(o => o.Digest == digest || (o.Folder && Holds(store, o.Digest, digest)))).MaxBy(r => r.At);

    public static IEnumerable<(Recorded Record, int Depth)> Ancestry(WorkspaceState state, ObjectStore store, Recorded of)
    {
        var makers = new Dictionary<string, Recorded>();
        foreach (var record in state.Records.Values.OrderBy(r => r.At))
            foreach (var output in record.Record.Outputs)
            {
                makers[output.Digest] = record;
                if (!output.Folder || !store.Has(Digest.Parse(output.Digest))) continue;
                foreach (var entry in store.ReadManifest(Digest.Parse(output.Digest))) makers[entry.Digest.ToString()] = record;
            }
        var seen = new HashSet<string> { of.Record.Key };
        var stack = new Stack<(Recorded, int)>();
        Push(of, 1);
        while (stack.TryPop(out var top))
        {
            yield return top;
            Push(top.Item1, top.Item2 + 1);
        }

        void Push(Recorded record, int depth)
        {
            foreach (var part in record.Record.Parts.Where(p => p[0].StartsWith("input ", StringComparison.Ordinal)).Reverse())
                if (makers.TryGetValue(part[1][(part[1].LastIndexOf(' ') + 1)..], out var maker) && seen.Add(maker.Record.Key)) stack.Push((maker, depth));
        }
    }

    private static bool Holds(ObjectStore store, string folder, string digest) =>
        store.Has(Digest.Parse(folder)) && store.ReadManifest(Digest.Parse(folder)).Any(e => e.Digest.ToString() == digest);
}
