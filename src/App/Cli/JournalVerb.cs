using System.CommandLine;
using Spool.Engine.Artifacts;
using Spool.Engine.Journal;
using Spool.Engine.Scheduling;
using Spool.Platform;

namespace Spool.App.Cli;

public sealed class JournalVerb : Verb
{
    private static readonly string[] Actions = ["verify", "snapshot", "compact"];

    private readonly Argument<string> _action = new("ACTION") { Description = string.Join(", ", Actions), HelpName = "ACTION" };
    private readonly Option<string?> _workspace = new("--workspace") { Description = "The workspace (default: here or above)", HelpName = "DIR" };
    private readonly Option<bool> _json = new("--json") { Description = "One JSON object" };

    public override string Name => "journal";
    public override string Summary => "Check the journal of a workspace record by record, or make it small";
    public override int Order => 22;
    public override IReadOnlyList<string> Examples => ["spool journal verify", "spool journal compact --workspace talk"];

    public override void Build(Command command)
    {
        _action.AcceptOnlyFromAmong(Actions);
        command.Add(_action);
        command.Add(_workspace);
        command.Add(_json);
        command.SetAction(parsed =>
        {
            using var composition = new Composition();
            var paths = new WorkspacePaths(WorkflowFile.FindWorkspace(composition, parsed.GetValue(_workspace)));
            if (composition.Disk.Stat(paths.Journal) is null) throw new UsageException($"nothing was run in {paths.Workspace} yet");
            var action = parsed.GetValue(_action)!;
            return action == "verify" ? Verify(composition, paths, parsed.GetValue(_json)) : Shorten(composition, paths, action, parsed.GetValue(_json));
        });
    }

    private static int Verify(Composition composition, WorkspacePaths paths, bool json)
    {
        var isOwned = PastRuns.LivingOwner(composition, paths) is not null;
        var index = WorkspaceIndex.Read(composition.Disk, paths.Index, paths.Workspace);
        var audit = JournalAudit.Of(composition.Disk, paths.Journal, isOwned ? 0 : index?.JournalSeq ?? 0);
        if (json)
        {
            JsonOut.Line(w =>
            {
                w.WriteBoolean("ok", audit.Faults.Count == 0);
                w.WriteBoolean("usable", !audit.Faults.Any(f => f.IsFatal));
                w.WriteNumber("events", audit.LastEvent);
                w.WriteStartArray("files");
                foreach (var part in audit.Parts)
                {
                    w.WriteStartObject();
                    w.WriteString("file", part.File);
                    w.WriteNumber("bytes", part.Bytes);
                    w.WriteNumber("first", part.First);
                    w.WriteNumber("last", part.Last);
                    w.WriteBoolean("sound", part.IsSound);
                    w.WriteEndObject();
                }
                w.WriteEndArray();
                w.WriteStartArray("faults");
                foreach (var fault in audit.Faults)
                {
                    w.WriteStartObject();
                    w.WriteString("file", fault.File);
                    w.WriteNumber("offset", fault.Offset);
                    w.WriteNumber("event", fault.Event);
                    w.WriteString("what", fault.What);
                    w.WriteString("lost", fault.Lost);
                    w.WriteBoolean("fatal", fault.IsFatal);
                    w.WriteEndObject();
                }
                w.WriteEndArray();
                w.WriteStartArray("notes");
                foreach (var note in audit.Notes) w.WriteStringValue(note);
                w.WriteEndArray();
            });
        }
        else
        {
            foreach (var fault in audit.Faults) Console.WriteLine($"✗ {fault.File}: {fault.What}\n  lost: {fault.Lost}");
            foreach (var note in audit.Notes) Console.WriteLine("  " + note);
            if (isOwned) Console.WriteLine("  an engine owns the workspace now; what it is writing may look unfinished");
            if (audit.Faults.Any(f => f.IsFatal)) Console.WriteLine("Runs are refused. Restore the file from a backup, or move .spool away to start anew");
            Console.WriteLine($"{audit.LastEvent} events, {audit.Parts.Count(p => !p.IsSnapshot)} segments, {audit.Parts.Count(p => p.IsSnapshot)} snapshots, {Words.Bytes(audit.Parts.Sum(p => p.Bytes))}{(audit.Faults.Count == 0 ? ": every record is sound" : "")}");
        }
        return audit.Faults.Count == 0 ? Done : Failed;
    }

    private static int Shorten(Composition composition, WorkspacePaths paths, string action, bool json)
    {
        // Two that rename and delete files of one journal would take it apart.
        if (PastRuns.LivingOwner(composition, paths) is { } owner) throw new WorkspaceBusyException(owner);
        var before = Size(composition.Disk, paths);
        var machine = composition.Machine($"spool journal {action}", null);
        var index = WorkspaceIndex.Read(composition.Disk, paths.Index, paths.Workspace);
        long last;
        using (var workspace = Workspace.Open(machine, paths, Workspace.Lock(machine, paths), index))
        {
            if (action == "compact") workspace.Journal.Compact();
            else workspace.Journal.Rotate();
            last = workspace.Journal.Seq;
            workspace.SaveIndex(null, index?.Tools ?? []);
        }
        var after = Size(composition.Disk, paths);
        if (json)
        {
            JsonOut.Line(w =>
            {
                w.WriteNumber("events", last);
                w.WriteNumber("bytes_before", before.Bytes);
                w.WriteNumber("bytes", after.Bytes);
                w.WriteNumber("files", after.Files);
            });
        }
        else Console.WriteLine($"{(action == "compact" ? "compacted" : "snapshot written")}: {Words.Bytes(before.Bytes)} in {before.Files} files before, {Words.Bytes(after.Bytes)} in {after.Files} now");
        return Done;
    }

    private static (long Bytes, int Files) Size(IDisk disk, WorkspacePaths paths)
    {
        var files = disk.List(paths.Journal).Where(e => e.Kind == FileKind.File).ToList();
        return (files.Sum(f => disk.Stat(Path.Join(paths.Journal, f.Name))?.Size ?? 0), files.Count);
    }
}
