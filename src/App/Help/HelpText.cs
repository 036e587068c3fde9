using System.CommandLine;

namespace Spool.App.Help;

/// <summary>
/// The help of a command, written straight from its symbols. The library's own builder looks up each word in translated resources, which
/// takes longer than all else that the program does before it prints.
/// </summary>
public static class HelpText
{
    private const int Widest = 100;

    public static void Write(TextWriter output, Command command, IReadOnlyList<string> examples)
    {
        var root = command is RootCommand;
        var arguments = command.Arguments.Where(a => !a.Hidden).ToList();
        var options = command.Options.Concat(root ? [] : command.Parents.OfType<RootCommand>().SelectMany(r => r.Options).Where(o => o.Recursive)).Where(o => !o.Hidden).ToList();
        var commands = command.Subcommands.Where(c => !c.Hidden).ToList();
        foreach (var line in TextLayout.Wrap(command.Description ?? "", Widest)) output.WriteLine(line);
        output.WriteLine();
        output.WriteLine($"Usage: spool {(root ? "VERB" : command.Name)}{string.Concat(arguments.Select(a => " " + Usage(a)))} [options]");
        var table = new List<(string Title, string Left, string Right)>();
        table.AddRange(commands.Select(c => ("Verbs", c.Name, c.Description ?? "")));
        table.AddRange(arguments.Select(a => ("Arguments", a.HelpName ?? a.Name, a.Description ?? "")));
        table.AddRange(options.Select(o => ("Options", Label(o), o.Description ?? "")));
        var column = table.Max(r => r.Left.Length) + 4;
        foreach (var group in table.GroupBy(r => r.Title))
        {
            output.WriteLine();
            output.WriteLine(group.Key + ":");
            foreach (var (_, left, right) in group) Row(output, left, right, column);
        }
        if (examples.Count == 0) return;
        output.WriteLine();
        output.WriteLine("Examples:");
        foreach (var example in examples) output.WriteLine("  " + example);
    }

    private static void Row(TextWriter output, string left, string right, int column)
    {
        var start = "  " + left;
        foreach (var line in TextLayout.Wrap(right, Widest - column).DefaultIfEmpty(""))
        {
            output.WriteLine((start.PadRight(column) + line).TrimEnd());
            start = "";
        }
    }

    private static string Usage(Argument argument)
    {
        var name = argument.HelpName ?? argument.Name;
        var many = argument.Arity.MaximumNumberOfValues > 1 ? "..." : "";
        return argument.Arity.MinimumNumberOfValues == 0 ? $"[{name}{many}]" : name + many;
    }

    /// <summary><c>-j, --jobs N</c>: short names first, those with a question mark left out.</summary>
    private static string Label(Option option)
    {
        var names = option.Aliases.Append(option.Name).Where(n => n.StartsWith('-') && !n.Contains('?', StringComparison.Ordinal)).Distinct().OrderBy(n => n.Length);
        return string.Join(", ", names) + (option.HelpName is { } value ? " " + value : "");
    }
}
