using System.Security.Cryptography;
using Spool.App.Queue;
using Spool.Engine;
using Spool.Engine.Definition;
using Spool.Platform;

namespace Spool.App.Cli;

/// <summary>What is wrong with the text of a job, found before it is queued and not hours later: the same look as <c>spool check</c>.</summary>
internal static class JobCheck
{
    /// <summary>Its problems; none when it may be queued. A workflow that is given as text is kept in a file for as long as it is looked at.</summary>
    internal static IReadOnlyList<Problem> Of(Composition composition, ServerPlace place, Job job)
    {
        var file = job.Workflow;
        if (job.IsText)
        {
            var folder = Path.Join(place.Root, "checks");
            DurableFile.CreateFolders(place.Disk, folder);
            file = Path.Join(folder, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8)) + ".yaml");
            DurableFile.WritePlain(place.Disk, file, System.Text.Encoding.UTF8.GetBytes(job.Workflow));
        }
        var problems = new ProblemList();
        try { new WorkflowFile(file, job.Place, false).Graph(composition, new WorkflowArguments { Vars = [.. job.Vars.Select(v => (v.Key, v.Value))], Profile = job.Profile }, problems); }
        finally { if (job.IsText) place.Disk.DeleteFile(file); }
        return problems.Problems;
    }
}
