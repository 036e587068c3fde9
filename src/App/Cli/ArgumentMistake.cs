using System.Text.RegularExpressions;

namespace Spool.App.Cli;

/// <summary>What the parser of arguments complains about, without its names of types: the same for all verbs.</summary>
internal static partial class ArgumentMistake
{
    internal static string Plain(string message)
    {
        if (Value().Match(message) is { Success: true } value) return $"{(value.Groups["option"].Success ? value.Groups["option"].Value + ": " : "")}'{value.Groups["text"].Value}' {Kind(value.Groups["text"].Value, value.Groups["type"].Value)}";
        if (Choice().Match(message) is { Success: true } choice) return $"'{choice.Groups["text"].Value}' is none of {string.Join(", ", Quoted().Matches(choice.Groups["words"].Value).Select(w => w.Groups[1].Value))}";
        return message;
    }

    private static string Kind(string text, string type)
    {
        if (type.Contains("Int32", StringComparison.Ordinal) || type.Contains("Int64", StringComparison.Ordinal)) return Digits().IsMatch(text) ? "is too large" : "is no whole number";
        if (type.Contains("Decimal", StringComparison.Ordinal) || type.Contains("Double", StringComparison.Ordinal)) return "is no number";
        return type.Contains("Boolean", StringComparison.Ordinal) ? "is neither true nor false" : "is not understood";
    }

    [GeneratedRegex("^Cannot parse argument '(?<text>.*?)' (for option '(?<option>[^']*)' |for [a-z]+ '[^']*' )?as expected type '(?<type>[^']*)'", RegexOptions.CultureInvariant | RegexOptions.Singleline, 1000)]
    private static partial Regex Value();

    [GeneratedRegex("^Argument '(?<text>.*)' not recognized\\. Must be one of:(?<words>.*)$", RegexOptions.CultureInvariant | RegexOptions.Singleline, 1000)]
    private static partial Regex Choice();

    [GeneratedRegex("'([^']*)'", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Quoted();

    [GeneratedRegex("^[+-]?[0-9]+$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Digits();
}
