using System.Globalization;
using Spool.Platform;

namespace Spool.Models.Speech;

/// <summary>A speech engine that runs on this machine without a network.</summary>
public enum LocalEngine { Flite, EspeakNg }

/// <summary>A voice of a local engine: its names, and the command that makes it speak a text file. Texts never become arguments.</summary>
public sealed record LocalVoice(LocalEngine Engine, string Name)
{
    private static readonly string[] Flite = ["slt", "awb", "rms", "kal", "kal16"];

    // The voices of eSpeak NG 1.51 as its -v takes them.
    private static readonly string[] EspeakNg =
    [
        "af", "am", "an", "ar", "as", "az", "ba", "be", "bg", "bn", "bpy", "bs", "ca", "chr", "cmn", "cmn-latn-pinyin", "cs", "cv", "cy", "da", "de", "el",
        "en", "en-029", "en-gb", "en-gb-scotland", "en-gb-x-gbclan", "en-gb-x-gbcwmd", "en-gb-x-rp", "en-us", "en-us-nyc", "eo", "es", "es-419", "et",
        "eu", "fa", "fa-latn", "fi", "fr", "fr-be", "fr-ch", "fr-fr", "ga", "gd", "gn", "grc", "gu", "hak", "haw", "he", "hi", "hr", "ht", "hu", "hy", "hyw", "ia",
        "id", "io", "is", "it", "ja", "jbo", "ka", "kk", "kl", "kn", "ko", "kok", "ku", "ky", "la", "lb", "lfn", "lt", "ltg", "lv", "mi", "mk", "ml", "mr", "ms", "mt",
        "my", "nb", "nci", "ne", "nl", "nog", "om", "or", "pa", "pap", "piqd", "pl", "pt", "pt-br", "py", "qdb", "qu", "quc", "qya", "ro", "ru", "ru-lv", "sd",
        "shn", "si", "sjn", "sk", "sl", "smj", "sq", "sr", "sv", "sw", "ta", "te", "th", "tk", "tn", "tr", "tt", "ug", "uk", "ur", "uz", "vi", "vi-vn-x-central",
        "vi-vn-x-south", "yue",
    ];

    private static readonly string[] Variants = ["f1", "f2", "f3", "f4", "f5", "m1", "m2", "m3", "m4", "m5", "m6", "m7", "m8", "whisper", "croak"];

    public static string Default(LocalEngine engine) => engine == LocalEngine.Flite ? "slt" : "en-us";

    /// <summary>The voices to choose from. With eSpeak NG a variant may follow: <c>en-us+f3</c>.</summary>
    public static IReadOnlyList<string> Names(LocalEngine engine) => engine == LocalEngine.Flite ? Flite : EspeakNg;

    /// <summary>Whether the engine has a voice of this name. flite itself falls back to another voice without a word, so it must be known before.</summary>
    public bool Exists
    {
        get
        {
            if (Engine == LocalEngine.Flite) return Flite.Contains(Name);
            var plus = Name.IndexOf('+', StringComparison.Ordinal);
            return plus < 0 ? EspeakNg.Contains(Name) : EspeakNg.Contains(Name[..plus]) && Variants.Contains(Name[(plus + 1)..]);
        }
    }

    /// <summary>flite knows English letters only; eSpeak NG reads UTF-8.</summary>
    public bool ReadsAsciiOnly => Engine == LocalEngine.Flite;

    /// <summary>The program, by bare name.</summary>
    public static string Program(LocalEngine engine) => engine == LocalEngine.Flite ? "flite" : "espeak-ng";

    /// <summary>The command that speaks a text file into a WAV file.</summary>
    /// <param name="rate">Speed as a factor, 1 is the voice's own.</param>
    /// <param name="textFile">Path of the text; relative paths with a folder are safe as arguments.</param>
    public ToolCommand Speak(string textFile, string wavFile, double rate) => Engine == LocalEngine.Flite
        ? new ToolCommand("flite", ["-voice", Name, "--setf", $"duration_stretch={Number(1 / rate)}", "-f", textFile, "-o", wavFile])
        // 175 words a minute is its own speed; -z leaves out the pause at the end, -b 1 says that the text is UTF-8.
        : new ToolCommand("espeak-ng", ["-v", Name, "-s", Number(Math.Round(175 * rate)), "-z", "-b", "1", "-f", textFile, "-w", wavFile]);

    private static string Number(double value) => value.ToString("0.####", CultureInfo.InvariantCulture);
}
