using Spool.Engine;
using Spool.Platform;

namespace Spool.Steps.Files;

/// <summary>
/// Runs a program with a list of arguments, no shell between. It runs in a folder of its own, sees its inputs as <c>${{ in.role }}</c> and must
/// write its outputs to <c>${{ out.role }}</c>; the program must be allowed (--allow PROGRAM, or allow: in your settings).
/// </summary>
[StepKind("command", version: 1, AnyRoles = true, NamesMatter = true)]
public sealed record RunCommand : Step
{
    /// <summary>The program and its arguments, each an item of the list.</summary>
    public required IReadOnlyList<string> Run { get; init; }

    /// <summary>The output that takes what the program prints: ${{ out.role }}.</summary>
    public string? Stdout { get; init; }

    /// <summary>The folder to run in, relative to the attempt folder; by default the attempt folder itself.</summary>
    public string? Cwd { get; init; }

    public override IReadOnlyList<string> ToolsUsed() => Run.Count > 0 ? [Run[0]] : [];

    public override IEnumerable<(string Option, string Message)> Check()
    {
        if (Run.Count == 0) yield return ("run", "run: needs at least the program");
        if (Cwd is not null && !IsWithin(Cwd)) yield return ("cwd", $"cwd: '{Cwd}' leads out of the attempt folder");
        if (Stdout is not null && !Stdout.StartsWith("out/", StringComparison.Ordinal)) yield return ("stdout", "stdout: must be one of the outputs, written ${{ out.role }}");
    }

    public override async Task<StepResult> RunAsync(StepContext context, CancellationToken cancel)
    {
        // Arguments were filled with paths relative to the attempt folder; from another folder they would point nowhere.
        var arguments = Run.Skip(1).Select(a => Cwd is null || !IsOwnPath(a) ? a : context.Full(a)).ToList();
        await context.RunAsync(new ToolCommand(Run[0], arguments) { OutputFile = Stdout, WorkingFolder = Cwd }, cancel);
        return StepResult.Done;
    }

    private static bool IsOwnPath(string argument) => argument.StartsWith("in/", StringComparison.Ordinal) || argument.StartsWith("out/", StringComparison.Ordinal);

    private static bool IsWithin(string path) => !path.StartsWith('/') && !path.Split('/').Contains("..");
}
