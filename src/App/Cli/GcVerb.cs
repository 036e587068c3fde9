using System.CommandLine;
using Spool.Engine.Artifacts;
using Spool.Engine.Journal;
using Spool.Engine.Scheduling;
using Spool.Platform;

namespace Spool.App.Cli;

public sealed class GcVerb : Verb
{
    private const int RunsKept = 5;
    private readonly Option<string?> _workspace = new("--workspace") { Description = "The workspace (default: here or above)", HelpName = "DIR" };
    private readonly Option<bool> _apply = new("--apply") { Description = "Really delete; without it only shown" };
    private readonly Option<bool> _outputs = new("--outputs") { Description = "Also delete finals of items and steps that are gone from the last run" };
    private readonly Option<bool> _json = new("--json") { Description = "One JSON object" };

    public override string Name => "gc";
    public override string Summary => "Free the store of results that nothing needs any more";
    public override int Order => 20;
    public override IReadOnlyList<string> Examples => ["spool gc                what could go, and how much it frees", "spool gc --apply"];

    public override void Build(Command command)
    {
        foreach (var option in (Option[])[_workspace, _apply, _outputs, _json]) command.Add(option);
        command.SetAction(Run);
    }

    private int Run(ParseResult parsed)
    {
        using var composition = new Composition();
        var paths = new WorkspacePaths(WorkflowFile.FindWorkspace(composition, parsed.GetValue(_workspace)));
        var machine = composition.Machine("spool gc", null);
        using var workspace = Workspace.Open(machine, paths, Workspace.Lock(machine, paths), WorkspaceIndex.Read(composition.Disk, paths.Index, paths.Workspace));
        var kept = Kept(workspace);
        var going = workspace.Store.All().Where(o => !kept.Contains(o.Digest)).ToList();
        var finals = parsed.GetValue(_outputs) ? OldFinals(workspace) : [];
        var bytes = going.Sum(o => o.Bytes);
        var apply = parsed.GetValue(_apply);
        if (apply)
        {
            foreach (var final in finals) composition.Disk.DeleteFile(Path.Join(paths.Workspace, final));
            if (finals.Count > 0) workspace.Journal.Append(new PathsReleased(finals));
            // The journal says that they are gone before they go: the other way round a crash would leave records that promise lost bytes.
            foreach (var part in going.Chunk(10_000)) workspace.Journal.Append(new ObjectsGone([.. part.Select(o => o.Digest.ToString())], "gc"));
            workspace.Journal.Commit();
            foreach (var (digest, _) in going) workspace.Store.Drop(digest);
        }
        if (parsed.GetValue(_json)) JsonOut.Line(w => { w.WriteBoolean("applied", apply); w.WriteNumber("objects", going.Count); w.WriteNumber("bytes", bytes); w.WriteNumber("kept", kept.Count); w.WriteStartArray("outputs"); foreach (var f in finals) w.WriteStringValue(f); w.WriteEndArray(); });
        else
        {
            Console.WriteLine($"{Words.Count(going.Count)} objects, {Words.Bytes(bytes)} {(apply ? "freed" : "could be freed")}; kept: what the last {RunsKept} runs, present files, edits and approvals need");
            foreach (var final in finals) Console.WriteLine($"  {(apply ? "deleted" : "would delete")} {final}");
            if (!apply && going.Count + finals.Count > 0) Console.WriteLine("next  spool gc --apply");
        }
        return Done;
    }

    /// <summary>What stays: results of the last runs, of present paths, of edits; and all that cannot be made again as it was.</summary>
    private static HashSet<Digest> Kept(Workspace workspace)
    {
        var state = workspace.State;
        var kept = new HashSet<Digest>();
        var keys = state.Paths.Values.Select(p => p.Key).ToHashSet();
        foreach (var run in state.Runs.TakeLast(RunsKept))
        {
            if (run.Plan is null || !Digest.TryParse(run.Plan, out var plan) || !kept.Add(plan) || !workspace.Store.Has(plan)) continue;
            foreach (var task in RunExport.ReadPlan(DurableFile.Read(workspace.Machine.Disk, workspace.Store.PathOf(plan))))
                if (task.TryGetProperty("key", out var key)) keys.Add(key.GetString()!);
        }
        foreach (var record in state.Records.Values)
        {
            if (!keys.Contains(record.Record.Key) && !record.Record.Parts.Any(p => p[0] == "item")) continue;
            foreach (var output in record.Record.Outputs) Keep(output.Digest, output.Folder);
        }
        foreach (var path in state.Paths.Values) Keep(path.Digest, false);
        foreach (var edit in state.Edits.Values)
        {
            Keep(edit.Edit, false);
            Keep(edit.Was, false);
        }
        return kept;

        void Keep(string text, bool folder)
        {
            var digest = Digest.Parse(text);
            if (!kept.Add(digest) || !folder || !workspace.Store.Has(digest)) return;
            foreach (var entry in workspace.Store.ReadManifest(digest)) kept.Add(entry.Digest);
        }
    }

    private static List<string> OldFinals(Workspace workspace)
    {
        var last = workspace.State.Runs.LastOrDefault(r => r is { Status: "succeeded", Full: true });
        if (last is null) return [];
        var current = last.Outputs.ToHashSet();
        return [.. workspace.State.Runs.Where(r => r.Workflow == last.Workflow).SelectMany(r => r.Outputs).Distinct()
            .Where(o => !current.Contains(o) && workspace.State.Paths.TryGetValue(o, out var owned)
                && workspace.Machine.Disk.Stat(Path.Join(workspace.Paths.Workspace, o), followLinks: false) is { Kind: FileKind.File }
                && ContentHash.OfFile(workspace.Machine.Disk, Path.Join(workspace.Paths.Workspace, o), null, CancellationToken.None).ToString() == owned.Digest)];
    }
}
