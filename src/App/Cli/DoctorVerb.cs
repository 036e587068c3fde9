using System.CommandLine;
using Spool.Engine.Scheduling;

namespace Spool.App.Cli;

public sealed class DoctorVerb : Verb
{
    private readonly Option<string?> _workspace = new("--workspace") { Description = "The workspace (default: here or above)", HelpName = "DIR" };
    private readonly Option<bool> _deep = new("--deep") { Description = "Read every object again and compare its digest" };
    private readonly Option<bool> _json = new("--json") { Description = "One JSON object" };

    public override string Name => "doctor";
    public override string Summary => "Check everything that Spool keeps of a workspace; changes nothing";
    public override int Order => 21;
    public override IReadOnlyList<string> Examples => ["spool doctor", "spool doctor --deep --json"];

    public override void Build(Command command)
    {
        foreach (var option in (Option[])[_workspace, _deep, _json]) command.Add(option);
        command.SetAction((parsed, cancel) =>
        {
            using var composition = new Composition();
            var paths = new WorkspacePaths(WorkflowFile.FindWorkspace(composition, parsed.GetValue(_workspace)));
            var owner = PastRuns.LivingOwner(composition, paths);
            var report = Examination.Of(composition.Disk, paths, owner is not null, parsed.GetValue(_deep), Platform.DeathWatch.Marked, cancel);
            if (parsed.GetValue(_json))
            {
                JsonOut.Line(w =>
                {
                    w.WriteBoolean("ok", report.Findings.Count == 0);
                    w.WriteStartArray("findings");
                    foreach (var finding in report.Findings) w.WriteStringValue(finding);
                    w.WriteEndArray();
                    w.WriteStartArray("notes");
                    foreach (var note in report.Notes) w.WriteStringValue(note);
                    w.WriteEndArray();
                });
            }
            else
            {
                foreach (var finding in report.Findings) Console.WriteLine("✗ " + finding);
                foreach (var note in report.Notes) Console.WriteLine("  " + note);
                Console.WriteLine(report.Findings.Count == 0 ? "everything is sound" : $"{report.Findings.Count} finding{(report.Findings.Count == 1 ? "" : "s")}");
            }
            return Task.FromResult(report.Findings.Count == 0 ? Done : Failed);
        });
    }
}
