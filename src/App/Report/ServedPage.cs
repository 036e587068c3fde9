using System.Text.Encodings.Web;
using System.Text.Json;
using Spool.Engine.Graph;
using Spool.Engine.Planning;
using Spool.Engine.Scheduling;
using Spool.Platform;

namespace Spool.App.Report;

/// <summary>
/// The data of a run's page in files of a server: <c>page.json</c>, of at most about 200 KB whatever the run is, and <c>curation.json</c> when
/// the run curated something. The same shape as in <c>report.html</c>; pictures and texts are left out, the server gives them one by one.
/// </summary>
internal sealed class ServedPage(Composition composition, Workspace workspace, TaskGraph graph, string folder)
{
    private const int MostBytes = 200_000;
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private EarlierRuns? _earlier;

    /// <summary>The most that the run may spend, in US dollars.</summary>
    internal decimal? Budget { get; init; }

    /// <summary>US dollars that a run has spent.</summary>
    internal decimal Spent(string run) => workspace.State.Payments.Where(p => p.Reserved.Run == run).Sum(p => p.Usd);

    /// <summary>The page as the run stands; a shorter one where it would be too large to be sent.</summary>
    internal byte[] Of(RunResult result, PlannerWorld world, double? left)
    {
        _earlier ??= EarlierRuns.Read(world, result.Id);
        for (var limits = ReportLimits.Served; ; limits = limits with { Tasks = limits.Tasks / 2, Artifacts = limits.Artifacts / 2, Members = limits.Members / 2, InputPaths = limits.InputPaths / 2, LogBytes = limits.LogBytes / 2, Cells = Math.Max(100, limits.Cells / 2) })
        {
            var report = new ReportBuilder(composition, workspace, graph, world, result, limits).Build(_earlier);
            var spent = Spent(result.Id);
            report = report with { Run = report.Run with { EtaSeconds = left, CostUsd = spent > 0 ? spent : null, BudgetUsd = spent > 0 ? Budget : null } };
            var bytes = Json(report);
            if (bytes.Length <= MostBytes || limits.Tasks < 20) return bytes;
        }
    }

    /// <summary>Puts the page in its place; gives its entity tag.</summary>
    internal string Write(byte[] page)
    {
        DurableFile.WritePlain(composition.Disk, Path.Join(folder, "page.json.new"), page);
        composition.Disk.Rename(Path.Join(folder, "page.json.new"), Path.Join(folder, "page.json"), RenameMode.Replace);
        return Digest.Of(page).Short;
    }

    /// <summary>Puts what was curated beside it; nothing where nothing was.</summary>
    internal void WriteCuration(RunResult result, PlannerWorld world)
    {
        var artifacts = new ArtifactList(workspace, world, ReportLimits.Usual);
        foreach (var task in result.All) artifacts.AddOutputs(task);
        if (CurationFiles.Find(artifacts.Curated(result.All)) is not { Count: > 0 } files) return;
        var curation = new CurationReader(world.Disk, new Allowance(ReportLimits.Usual.CurationBytes)).Read(files, CurationFiles.InputOf(graph.Workflow.ShownVars), []);
        if (curation is null) return;
        using var buffer = new MemoryStream();
        using (var write = new Utf8JsonWriter(buffer, Options)) JsonSerializer.Serialize(write, curation, ReportJson.Default.ReportedCuration);
        DurableFile.WritePlain(composition.Disk, Path.Join(folder, "curation.json.new"), buffer.ToArray());
        composition.Disk.Rename(Path.Join(folder, "curation.json.new"), Path.Join(folder, "curation.json"), RenameMode.Replace);
    }

    private static byte[] Json(RunReport report)
    {
        using var buffer = new MemoryStream();
        using (var write = new Utf8JsonWriter(buffer, Options)) JsonSerializer.Serialize(write, report, ReportJson.Default.RunReport);
        return buffer.ToArray();
    }
}
