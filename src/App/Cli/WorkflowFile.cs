using Spool.Engine;
using Spool.Engine.Definition;
using Spool.Platform;

namespace Spool.App.Cli;

/// <summary>Finds the workflow file and its workspace as people name them, and reads it.</summary>
public sealed record WorkflowFile(string File, string Workspace, bool WasSearched)
{
    /// <summary>A file, a folder (its spool.yaml), or nothing: spool.yaml here or in the nearest parent.</summary>
    public static WorkflowFile Locate(Composition composition, string? given, string? workspace)
    {
        var disk = composition.Disk;
        string? file = null;
        if (given is not null)
        {
            var full = Path.GetFullPath(given, composition.CurrentFolder);
            file = disk.Stat(full) is { Kind: FileKind.Folder } ? Path.Join(full, WorkflowReader.DefaultName) : full;
        }
        else
        {
            for (var folder = composition.CurrentFolder; folder is not null; folder = Path.GetDirectoryName(folder))
            {
                if (disk.Stat(Path.Join(folder, WorkflowReader.DefaultName)) is not { Kind: FileKind.File }) continue;
                file = Path.Join(folder, WorkflowReader.DefaultName);
                break;
            }
            if (file is null) throw new UsageException($"there is no {WorkflowReader.DefaultName} here or above; name a workflow file, or make a project: spool new explainer");
        }
        var home = workspace is null ? Path.GetDirectoryName(file)! : Path.GetFullPath(workspace, composition.CurrentFolder);
        return new WorkflowFile(file, home.Length > 1 ? home.TrimEnd('/') : home, given is null);
    }

    /// <summary>The workspace that a command about past runs means: given, or that of the workflow file here or above, or any folder above with .spool.</summary>
    public static string FindWorkspace(Composition composition, string? given)
    {
        if (given is not null) return Path.GetFullPath(given, composition.CurrentFolder).TrimEnd('/');
        for (var folder = composition.CurrentFolder; folder is not null; folder = Path.GetDirectoryName(folder))
            if (composition.Disk.Stat(Path.Join(folder, ".spool")) is { Kind: FileKind.Folder }) return folder;
        throw new UsageException("there is no workspace here or above (no .spool folder); name one: --workspace DIR");
    }

    public Workflow? Read(Composition composition, WorkflowArguments arguments, ProblemList problems) =>
        new WorkflowReader(composition.Disk, composition.Catalogue, composition.Environment) { Workspace = Workspace }.Read(File, arguments, problems);

    /// <summary>Reads the text and connects its steps, so that the problems of both are told at once; null when there are any.</summary>
    public Engine.Graph.TaskGraph? Graph(Composition composition, WorkflowArguments arguments, ProblemList problems)
    {
        var workflow = Read(composition, arguments, problems);
        if (workflow is null) return null;
        if (!problems.Any)
        {
            var graph = Engine.Graph.GraphBuilder.Build(workflow, problems);
            return problems.Any ? null : graph;
        }
        // Steps and variables that could not be read are missing by now; what only follows from that is not told.
        var noVariables = problems.Problems.Any(p => p.Code is "SPL0112" or "SPL0122" or "SPL0123" or "SPL0124" or "SPL0128");
        var more = new ProblemList();
        Engine.Graph.GraphBuilder.Build(workflow, more);
        foreach (var problem in more.Problems.Where(p => p.Code != "SPL0146" && !(noVariables && p.Code == "SPL0201"))) problems.Add(problem.Code, problem.At, problem.Message, problem.Hint);
        return null;
    }
}
