using Spool.Engine;
using Spool.Platform;

namespace Spool.App.Cli;

/// <summary>Shows Problems with their source line and a caret, like a good compiler.</summary>
public static class ProblemPrinter
{
    public static void Print(Composition composition, TextWriter to, IReadOnlyList<Problem> problems, IReadOnlyList<Problem> warnings)
    {
        var texts = new Dictionary<string, string[]>();
        foreach (var (problem, word) in problems.Select(p => (p, "problem")).Concat(warnings.Select(w => (w, "warning"))))
        {
            to.WriteLine($"{word} {problem.Code}  {Short(composition, problem.At)}  {problem.Message}");
            if (problem.At.Line > 0 && Lines(problem.At.File) is { } lines && problem.At.Line <= lines.Length)
            {
                var line = lines[problem.At.Line - 1].TrimEnd('\r');
                var from = Math.Max(0, problem.At.Column - 60);
                if (line.Length > 120) line = line[from..Math.Min(line.Length, from + 120)];
                to.WriteLine($"  {problem.At.Line,4} | {line.Replace('\t', ' ')}");
                to.WriteLine($"       | {new string(' ', Math.Max(0, problem.At.Column - 1 - (lines[problem.At.Line - 1].Length > 120 ? from : 0)))}^");
            }
            if (problem.Hint is not null) to.WriteLine($"         {problem.Hint}");
        }
        if (problems.Count > 0) to.WriteLine($"{problems.Count} problem{(problems.Count == 1 ? "" : "s")}; nothing was run. More on a code: spool explain {problems[0].Code}");

        string[]? Lines(string file)
        {
            if (texts.TryGetValue(file, out var known)) return known;
            if (!Path.IsPathRooted(file) || composition.Disk.Stat(file) is not { Kind: FileKind.File }) return null;
            return texts[file] = DurableFile.ReadText(composition.Disk, file).Split('\n');
        }
    }

    private static string Short(Composition composition, Mark at)
    {
        var prefix = composition.CurrentFolder + "/";
        return (at.File.StartsWith(prefix, StringComparison.Ordinal) ? at with { File = at.File[prefix.Length..] } : at).ToString();
    }
}
