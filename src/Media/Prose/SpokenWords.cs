using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Spool.Media.Prose;

/// <summary>How numbers of four digits are said: 1999 as a year in pairs, or as a count.</summary>
public enum NumberReading { Years, Counts }

/// <summary>
/// The bare words of an English text, so that what should be said can be compared with what a recogniser heard: small letters, no marks and no
/// accents, numbers, sums, times and common signs in words, hyphenated words apart, letters said one by one ("U.S.A.", "u. s. a.") together.
/// Both sides go through the same rules, so a rule that is not right for a text does no harm as long as it is the same for both.
/// </summary>
public static partial class SpokenWords
{
    private static readonly Dictionary<string, string> Written = new()
    {
        ["mr"] = "mister",
        ["mrs"] = "missus",
        ["ms"] = "miss",
        ["dr"] = "doctor",
        ["vs"] = "versus",
        ["etc"] = "etcetera",
        ["ok"] = "okay",
        ["%"] = "percent",
        ["&"] = "and",
        ["+"] = "plus",
        ["="] = "equals",
        ["@"] = "at",
        ["°"] = "degrees",
    };

    private static readonly Dictionary<char, string> Money = new() { ['$'] = "dollar", ['€'] = "euro", ['£'] = "pound" };

    public static IReadOnlyList<string> Of(string text, NumberReading reading) => Of([text], reading).Words;

    /// <summary>The bare words of several texts in a row, and for each the text it begins in.</summary>
    public static (IReadOnlyList<string> Words, IReadOnlyList<int> Sources) Of(IReadOnlyList<string> texts, NumberReading reading)
    {
        var words = new List<(string Word, int Source)>();
        for (var i = 0; i < texts.Count; i++)
            foreach (var word in Bare(texts[i], reading)) words.Add((word, i));
        var joined = new List<(string Word, int Source)>(words.Count);
        // Runs of single letters are one word, because some write "USA" and others "u. s. a."; a lone "a" or "i" stays.
        for (var i = 0; i < words.Count;)
        {
            var end = i;
            while (end < words.Count && words[end].Word.Length == 1 && char.IsAsciiLetter(words[end].Word[0])) end++;
            if (end - i < 2) end = i + 1;
            joined.Add((string.Concat(words[i..end].Select(w => w.Word)), words[i].Source));
            i = end;
        }
        return ([.. joined.Select(w => w.Word)], [.. joined.Select(w => w.Source)]);
    }

    private static IEnumerable<string> Bare(string text, NumberReading reading)
    {
        var plain = LatinText.Fold(text.Normalize(NormalizationForm.FormC).Replace('’', '\'').Replace('‘', '\'')).ToLowerInvariant();
        plain = Sums().Replace(plain, Sum);
        plain = Times().Replace(plain, Time);
        plain = Ordinals().Replace(plain, m => " " + EnglishNumber.Ordinal(long.Parse(m.Groups[1].ValueSpan, CultureInfo.InvariantCulture)) + " ");
        plain = Numbers().Replace(plain, m => Number(m, reading));
        foreach (Match match in Words().Matches(plain))
        {
            var word = match.Value.Replace("'", "", StringComparison.Ordinal);
            if (word.Length > 0) yield return Written.GetValueOrDefault(word, word);
        }
    }

    private static string Number(Match match, NumberReading reading)
    {
        var digits = match.Groups["n"].Value;
        var before = match.Groups["minus"].Success ? " minus " : " ";
        // 1250 in a text may be a year; 1,250 never is.
        if (reading == NumberReading.Years && digits.Length == 4 && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var year) && year is >= 1100 and < 2100)
            return before + EnglishNumber.Year(year) + (match.Groups["s"].Success ? "s " : " ");
        return before + EnglishNumber.Said(digits.Replace(",", "", StringComparison.Ordinal)) + (match.Groups["s"].Success ? "s " : " ");
    }

    private static string Sum(Match match)
    {
        var unit = Money[match.Value[0]];
        var number = match.Groups["n"].Value.Replace(",", "", StringComparison.Ordinal);
        var point = number.IndexOf('.', StringComparison.Ordinal);
        var whole = point < 0 ? number : number[..point];
        var scale = match.Groups["scale"].Value;
        if (scale.Length > 0) return $" {EnglishNumber.Said(number)} {scale} {unit}s ";
        var cents = point < 0 || number.Length - point != 3 ? "" : number[(point + 1)..];
        if (point >= 0 && cents.Length == 0) return $" {EnglishNumber.Said(number)} {unit}s ";
        return $" {EnglishNumber.Said(whole)} {unit}{(whole == "1" ? "" : "s")} {(cents is "" or "00" ? "" : EnglishNumber.Cardinal(int.Parse(cents, CultureInfo.InvariantCulture)))} ";
    }

    private static string Time(Match match)
    {
        var minutes = int.Parse(match.Groups[2].ValueSpan, CultureInfo.InvariantCulture);
        return $" {EnglishNumber.Cardinal(int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture))} {(minutes == 0 ? "" : minutes < 10 ? "oh " + EnglishNumber.Cardinal(minutes) : EnglishNumber.Cardinal(minutes))} ";
    }

    [GeneratedRegex(@"[$€£]\s?(?<n>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)(?:\s(?<scale>thousand|million|billion|trillion))?", RegexOptions.None, 1000)]
    private static partial Regex Sums();

    [GeneratedRegex(@"(?<!\d)([01]?\d|2[0-3]):([0-5]\d)(?!\d)", RegexOptions.None, 1000)]
    private static partial Regex Times();

    [GeneratedRegex(@"(?<![\d.,])(\d{1,9})(?:st|nd|rd|th)\b", RegexOptions.None, 1000)]
    private static partial Regex Ordinals();

    [GeneratedRegex(@"(?<minus>(?<![\w\d])[-−](?=\d))?(?<n>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)(?<s>s\b)?", RegexOptions.None, 1000)]
    private static partial Regex Numbers();

    [GeneratedRegex(@"[\p{L}\p{M}\p{N}']+|[%&+=@°]", RegexOptions.None, 1000)]
    private static partial Regex Words();
}
