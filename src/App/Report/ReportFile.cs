using Spool.Engine.Graph;
using Spool.Engine.Planning;
using Spool.Engine.Scheduling;
using Spool.Platform;

namespace Spool.App.Report;

/// <summary>Writes <c>report.html</c> into the workspace after a run that did something. A run never fails because of it.</summary>
public static class ReportFile
{
    public const string Name = "report.html";

    /// <summary>Tells on standard error, in one line, why there is no page when there is none. Cancelling leaves the previews out that are not made yet.</summary>
    public static async Task WriteAsync(Composition composition, Workspace workspace, TaskGraph graph, PlannerWorld world, RunResult result, CancellationToken cancel)
    {
        if (result.Quiet) return;
        var path = Path.Join(workspace.Paths.Workspace, Name);
        try
        {
            var there = IsOurs(composition.Disk, path);
            if (graph.WriterOf(Name) is not null || there == false)
            {
                await NoteAsync($"{Name} is not Spool's own here, so the page of this run was not written; name yours differently to have it");
                return;
            }
            var earlier = EarlierRuns.Read(world, result.Id);
            if (there == true && result is { Status: "succeeded", Tasks.Ran: 0, Removed.Count: 0 } && earlier.IsSame(result)) return;
            if (PageTemplate.Read() is not { } template)
            {
                await NoteAsync("this build has no page, so there is no report.html; get it: npm ci && npm run build in web/, then build again (./spool does both)");
                return;
            }
            var page = await MakeAsync(ReportLimits.Usual);
            if (page.Length > ReportLimits.PageBytes) page = await MakeAsync(ReportLimits.Small);
            // A hidden name: no glob takes the half-written page for a source.
            var temporary = Path.Join(workspace.Paths.Workspace, "." + Name + ".new");
            DurableFile.WritePlain(composition.Disk, temporary, page);
            composition.Disk.Rename(temporary, path, RenameMode.Replace);

            async Task<byte[]> MakeAsync(ReportLimits limits)
            {
                var report = await new ReportBuilder(composition, workspace, graph, world, result, limits).BuildAsync(earlier, cancel);
                return PageTemplate.Fill(template, report);
            }
        }
        catch (Exception e) when (e is DiskException or ProcessFailedException) { await NoteAsync($"{Name} was not written: {e.Message}"); }
    }

    /// <summary>True for a page that Spool wrote, false for anything else at that path, null for nothing.</summary>
    public static bool? IsOurs(IDisk disk, string path)
    {
        if (disk.Stat(path, followLinks: false) is not { } stat) return null;
        if (stat.Kind != FileKind.File) return false;
        using var file = disk.OpenRead(path);
        var head = new byte[256];
        return head.AsSpan(0, file.Read(0, head)).IndexOf(PageTemplate.Mark) >= 0;
    }

    private static Task NoteAsync(string text) => Console.Error.WriteLineAsync("note: " + text);
}
