using System.Globalization;
using System.Text;
using Spool.Platform;

namespace Spool.Engine.Graph;

/// <summary>Makes item values into the part of a task's address behind the colon: readable, unique, safe unquoted in shells.</summary>
public static class ItemIds
{
    private const int Longest = 80;

    /// <summary>Letters and digits of any script and <c>- _ . , = + @ ~ /</c> stay; all else becomes <c>%XX</c>; long ones are cut with a digest.</summary>
    public static string Escape(string value)
    {
        var text = new StringBuilder(value.Length);
        foreach (var rune in value.EnumerateRunes())
        {
            if (Rune.IsLetterOrDigit(rune) || (rune.IsAscii && "-_.,=+@~/".Contains((char)rune.Value, StringComparison.Ordinal))) text.Append(rune);
            else
                foreach (var unit in Encoding.UTF8.GetBytes(rune.ToString())) text.Append(CultureInfo.InvariantCulture, $"%{unit:X2}");
        }
        // No escaped text looks like this: a percent sign is always followed by two hexadecimal digits.
        if (text.Length == 0) return "%empty";
        if (text[0] is '-' or '=' or '~') text.Insert(0, "%" + ((int)text[0]).ToString("X2", CultureInfo.InvariantCulture)).Remove(3, 1);
        if (text.Length <= Longest) return text.ToString();
        var cut = Longest - 13;
        if (char.IsHighSurrogate(text[cut - 1])) cut--;
        return text.ToString(0, cut) + "-" + Digest.Of(value).Short;
    }
}
