using System.Collections.Frozen;
using System.Text;

namespace Spool.App.Report;

/// <summary>What a file is by its name, in the words of the page.</summary>
public static class ArtifactTypes
{
    private static readonly FrozenDictionary<string, string> ByExtension = new Dictionary<string, string[]>
    {
        ["video"] = ["mp4", "m4v", "mov", "mkv", "webm", "avi", "3gp"],
        ["audio"] = ["wav", "w64", "mp3", "flac", "ogg", "oga", "opus", "m4a", "aac", "aif", "aiff"],
        ["image"] = ["png", "jpg", "jpeg", "webp", "bmp", "tif", "tiff", "gif", "svg"],
        ["subtitles"] = ["srt", "vtt", "ass"],
        ["text"] = ["txt", "md", "markdown", "log", "html", "htm"],
        ["data"] = ["json", "jsonl", "csv", "tsv", "yaml", "yml", "xml", "toml"],
    }.SelectMany(t => t.Value.Select(e => (e, t.Key))).ToFrozenDictionary(t => "." + t.e, t => t.Key);

    public static string Of(string path) =>
        path.EndsWith('/') ? "folder" : ByExtension.GetValueOrDefault(Path.GetExtension(path).ToLowerInvariant(), "file");

    /// <summary>True for what ffmpeg can look into. Drawings are pictures that the browser draws itself.</summary>
    public static bool IsMedia(string path) => Of(path) is "video" or "audio" or "image" && !IsDrawing(path);

    public static bool IsDrawing(string path) => path.EndsWith(".svg", StringComparison.OrdinalIgnoreCase);

    public static bool IsWords(string path) => Of(path) is "text" or "subtitles" or "data";

    /// <summary>The address of a path as a browser takes it: each part percent-encoded, <c>..</c> and <c>/</c> kept.</summary>
    public static string Address(string path) => string.Join('/', path.Split('/').Select(Uri.EscapeDataString));

    /// <summary>The beginning of a text, cut between characters; null for bytes that are no text.</summary>
    public static string? Excerpt(ReadOnlySpan<byte> bytes, int most)
    {
        if (bytes.StartsWith(Encoding.UTF8.Preamble)) bytes = bytes[3..];
        if (bytes.Contains((byte)0)) return null;
        var whole = bytes.Length <= most;
        bytes = whole ? bytes : bytes[..most];
        var characters = new char[bytes.Length + 1];
        // Without a flush the decoder keeps a character that was cut in two to itself.
        var count = Encoding.UTF8.GetDecoder().GetChars(bytes, characters, flush: whole);
        return new string(characters, 0, count);
    }

    /// <summary>At most so many characters, never half of one; the mark says that there was more.</summary>
    public static string Cut(string text, int most)
    {
        if (text.Length <= most) return text;
        return text[..(char.IsHighSurrogate(text[most - 1]) ? most - 1 : most)] + "…";
    }

    /// <summary>At most so many characters of the end.</summary>
    public static string CutHead(string text, int most)
    {
        if (text.Length <= most) return text;
        var from = text.Length - most;
        return "…" + text[(char.IsLowSurrogate(text[from]) ? from + 1 : from)..];
    }
}
