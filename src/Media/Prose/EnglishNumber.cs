using System.Globalization;

namespace Spool.Media.Prose;

/// <summary>English numbers as they are said: 25 is "twenty five", 1,250 "one thousand two hundred fifty", 3.14 "three point one four", 21st "twenty first".</summary>
public static class EnglishNumber
{
    private static readonly string[] Small =
        ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"];

    private static readonly string[] Tens = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];

    private static readonly (long Size, string Name)[] Large = [(1_000_000_000_000, "trillion"), (1_000_000_000, "billion"), (1_000_000, "million"), (1000, "thousand"), (100, "hundred")];

    private static readonly Dictionary<string, string> Ordinals = new()
    {
        ["one"] = "first",
        ["two"] = "second",
        ["three"] = "third",
        ["five"] = "fifth",
        ["eight"] = "eighth",
        ["nine"] = "ninth",
        ["twelve"] = "twelfth",
    };

    /// <summary>A whole number from 0 up to less than 10^15, in words without "and" and without hyphens.</summary>
    public static string Cardinal(long number)
    {
        if (number < 20) return Small[number];
        if (number < 100) return Tens[number / 10] + (number % 10 == 0 ? "" : " " + Small[number % 10]);
        foreach (var (size, name) in Large)
            if (number >= size) return $"{Cardinal(number / size)} {name}{(number % size == 0 ? "" : " " + Cardinal(number % size))}";
        return "";
    }

    /// <summary>A year in pairs: 1999 is "nineteen ninety nine", 1905 "nineteen oh five", 2000 "two thousand", 2005 "two thousand five".</summary>
    public static string Year(int year)
    {
        var (century, rest) = (year / 100, year % 100);
        if (year is >= 2000 and < 2010 || year % 1000 == 0) return Cardinal(year);
        return Cardinal(century) + (rest == 0 ? " hundred" : rest < 10 ? " oh " + Small[rest] : " " + Cardinal(rest));
    }

    public static string Ordinal(long number)
    {
        var words = Cardinal(number).Split(' ');
        var last = words[^1];
        words[^1] = Ordinals.TryGetValue(last, out var known) ? known : last.EndsWith('y') ? last[..^1] + "ieth" : last.EndsWith('t') ? last + "h" : last + "th";
        return string.Join(' ', words);
    }

    /// <summary>Digits one by one.</summary>
    public static string Digits(string digits) => string.Join(' ', digits.Select(d => Small[d - '0']));

    /// <summary>Digits with an optional fraction, thousands marks already removed; numbers too long for a name are said digit by digit.</summary>
    public static string Said(string number)
    {
        var point = number.IndexOf('.', StringComparison.Ordinal);
        var whole = point < 0 ? number : number[..point];
        var said = whole.Length is > 0 and <= 15 && !(whole.Length > 1 && whole[0] == '0') ? Cardinal(long.Parse(whole, CultureInfo.InvariantCulture)) : Digits(whole);
        return point < 0 ? said : $"{said} point {Digits(number[(point + 1)..])}".Trim();
    }
}
