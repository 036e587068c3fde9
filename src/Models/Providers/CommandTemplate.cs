using System.Text.RegularExpressions;

namespace Spool.Models.Providers;

/// <summary>
/// The argument list of a provider of kind command, with holes such as <c>{text_file}</c>. A value fills its hole inside one argument and is
/// never read again, so nothing in it becomes another argument or another hole; there is no shell.
/// </summary>
public static partial class CommandTemplate
{
    public static IReadOnlyList<string> Known { get; } = ["text_file", "out", "voice", "lang", "rate", "reference", "reference_text_file", "width", "height", "seed", "audio"];

    [GeneratedRegex(@"\{([a-z_]+)\}")]
    private static partial Regex Hole { get; }

    public static IEnumerable<string> Holes(string argument) => Hole.Matches(argument).Select(m => m.Groups[1].Value);

    /// <summary>The arguments after the program; an argument that is one hole without a value is left out together with the switch before it.</summary>
    public static IReadOnlyList<string> Fill(IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> values)
    {
        var filled = new List<string>();
        var afterSwitch = false;
        foreach (var argument in arguments)
        {
            if (Holes(argument).Any(h => !values.ContainsKey(h)))
            {
                if (afterSwitch) filled.RemoveAt(filled.Count - 1);
                afterSwitch = false;
                continue;
            }
            afterSwitch = argument.StartsWith('-') && !argument.Contains('=', StringComparison.Ordinal) && !Holes(argument).Any();
            filled.Add(Hole.Replace(argument, m => values[m.Groups[1].Value]));
        }
        return filled;
    }
}
