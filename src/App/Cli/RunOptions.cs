using System.CommandLine;
using Spool.Engine.Definition;

namespace Spool.App.Cli;

/// <summary>The options that run, plan, check and diff have in common.</summary>
public sealed class RunOptions
{
    public Argument<string[]> Files { get; } = new("FILE") { Description = "Workflow file or folder, then paths to make (default: spool.yaml here or above, everything)", Arity = ArgumentArity.ZeroOrMore };
    public Option<string?> Workspace { get; } = new("--workspace") { Description = "Folder of all inputs and outputs (default: the file's folder)", HelpName = "DIR" };
    public Option<string[]> Vars { get; } = new("--var") { Description = "Give a variable a value; @FILE reads it from a file", HelpName = "NAME=VALUE" };
    public Option<string[]> Sets { get; } = new("--set") { Description = "Set an option of a step", HelpName = "STEP.OPTION=VALUE" };
    public Option<string?> Profile { get; } = new("--profile") { Description = "Use a named set of overrides of the workflow", HelpName = "NAME" };
    public Option<string[]> Only { get; } = new("--only") { Description = "Only this step and what it needs", HelpName = "STEP" };
    public Option<string[]> Force { get; } = new("--force") { Description = "Run the tasks of this step even if nothing changed", HelpName = "STEP" };
    public Option<string[]> Allow { get; } = new("--allow") { Description = "Let command steps start this program", HelpName = "PROGRAM" };
    public Option<bool> Json { get; } = new("--json") { Description = "One JSON object a line" };
    public Option<bool> Verbose { get; } = new("--verbose", "-v") { Description = "Also show what was reused, and the lines of tools" };

    /// <summary>Of run and watch.</summary>
    public Option<bool> Notify { get; } = new("--notify") { Description = "A notice on the desktop when it is done, failed or waits (always: notify: true in the settings)" };

    public void AddTo(Command command)
    {
        command.Add(Files);
        foreach (var option in (Option[])[Workspace, Vars, Sets, Profile, Only, Force, Allow, Json, Verbose]) command.Add(option);
    }

    public (WorkflowFile File, WorkflowArguments Arguments, IReadOnlyList<string> Targets) Read(ParseResult parsed, Composition composition)
    {
        var files = parsed.GetValue(Files) ?? [];
        var file = WorkflowFile.Locate(composition, files.FirstOrDefault(), parsed.GetValue(Workspace));
        var vars = GivenVariables.Read(composition, parsed.GetValue(Vars) ?? []);
        var arguments = new WorkflowArguments
        {
            Vars = vars.Values,
            FromFiles = vars.FromFiles,
            Sets = [.. (parsed.GetValue(Sets) ?? []).Select(v => Pair(v, "--set STEP.OPTION=VALUE"))],
            Profile = parsed.GetValue(Profile),
        };
        return (file, arguments, [.. files.Skip(1).Select(t => Relative(file, composition, t))]);
    }

    private static string Relative(WorkflowFile file, Composition composition, string target)
    {
        var full = Path.GetFullPath(target, composition.CurrentFolder);
        return full.StartsWith(file.Workspace + "/", StringComparison.Ordinal) && composition.Disk.Stat(full) is not null ? full[(file.Workspace.Length + 1)..] : target;
    }

    internal static (string Left, string Right) Pair(string text, string form)
    {
        var at = text.IndexOf('=', StringComparison.Ordinal);
        return at > 0 ? (text[..at], text[(at + 1)..]) : throw new UsageException($"'{text}' is not of the form {form}");
    }
}
