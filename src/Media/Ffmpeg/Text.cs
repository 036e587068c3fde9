using System.Globalization;
using System.Text;

namespace Spool.Media.Ffmpeg;

/// <summary>Numbers and text as ffmpeg reads them.</summary>
public static class Text
{
    public static string Of(int number) => number.ToString(CultureInfo.InvariantCulture);

    public static string Of(long number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>At most nine decimals, never an exponent.</summary>
    public static string Of(double number) => number.ToString("0.#########", CultureInfo.InvariantCulture);

    /// <summary>"12.4 s" for people.</summary>
    public static string Seconds(double seconds) => seconds.ToString("0.0##", CultureInfo.InvariantCulture) + " s";

    /// <summary>One decimal with its sign kept: "-16.1".</summary>
    public static string Decibel(double value) => value.ToString("0.0", CultureInfo.InvariantCulture);

    /// <summary>
    /// A value inside a filter graph, so that every character stands for itself: first for the option (<c>\ ' :</c>), then for the graph
    /// (<c>\ ' [ ] , ;</c>). ffmpeg-utils "Quoting and escaping", ffmpeg-filters "Notes on filtergraph escaping".
    /// </summary>
    public static string Escape(string value) => Escape(Escape(value, "\\':"), "\\'[],;");

    private static string Escape(string value, string special)
    {
        var text = new StringBuilder(value.Length + 8);
        foreach (var c in value)
        {
            if (special.Contains(c, StringComparison.Ordinal)) text.Append('\\');
            text.Append(c);
        }
        return text.ToString();
    }
}
