using System.Globalization;

namespace Spool.Media.Ffmpeg;

/// <summary>Numbers as ffmpeg reads them and as people do. No text of a user is ever part of a filter graph.</summary>
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
}
