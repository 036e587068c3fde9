namespace Spool.Interchange.Import;

/// <summary>What a file is, by its extension, and which roles such a file fits.</summary>
public static class MediaClass
{
    /// <summary>text, audio, video, image, svg, html, data, subtitles or file.</summary>
    public static string Of(string path) => Path.GetExtension(path.TrimEnd('/')).ToLowerInvariant() switch
    {
        ".md" or ".txt" or ".markdown" => "text",
        ".wav" or ".mp3" or ".m4a" or ".flac" or ".ogg" or ".aac" or ".opus" => "audio",
        ".mp4" or ".mov" or ".mkv" or ".webm" or ".avi" => "video",
        ".png" or ".jpg" or ".jpeg" or ".webp" or ".bmp" or ".gif" or ".tiff" => "image",
        ".svg" => "svg",
        ".html" or ".htm" => "html",
        ".json" or ".csv" or ".yaml" or ".yml" => "data",
        ".srt" or ".vtt" or ".ass" => "subtitles",
        _ => "file",
    };

    /// <summary>True when a role of this name takes such a file.</summary>
    public static bool Fits(string role, string kind) => role switch
    {
        "text" or "texts" or "prompt" => kind == "text",
        "audio" => kind == "audio",
        "speech" => kind is "audio" or "video",
        "music" => kind == "audio",
        "video" or "videos" => kind == "video",
        "image" or "images" => kind == "image",
        "overlay" => kind is "image" or "video",
        "data" or "report" or "words" or "order" or "segments" => kind == "data",
        "file" or "media" => true,
        _ => role == kind,
    };
}
