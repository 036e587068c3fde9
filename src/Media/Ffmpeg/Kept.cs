namespace Spool.Media.Ffmpeg;

/// <summary>Streams that are taken over untouched when only the sound of a film changes.</summary>
public static class Kept
{
    /// <summary>The text subtitles, in the form that the container holds; pictures as subtitles cannot be converted and stay out.</summary>
    public static IEnumerable<OutputStream> Subtitles(this Container container, MediaProbe film, int input)
    {
        foreach (var stream in film.Streams)
        {
            if (stream.Kind != StreamKind.Subtitle || stream.Codec is not ("mov_text" or "subrip" or "ass" or "webvtt" or "text")) continue;
            var codec = container.Muxer switch
            {
                "mp4" or "mov" or "ipod" => "mov_text",
                "webm" => "webvtt",
                _ => stream.Codec is "mov_text" or "text" ? "subrip" : "copy",
            };
            yield return new OutputStream($"{input}:{stream.Index}", [("c", codec)]) { Language = stream.Language };
        }
    }
}
