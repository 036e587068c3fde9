using System.Text.Json;
using Spool.Media.Metrics;
using Spool.Platform;

namespace Spool.Media.Streams;

/// <summary>A film as a slice names it: path relative to the input, digest of its bytes.</summary>
public sealed record SlicedFilm(string Path, string Sha256, long Bytes);

/// <summary>
/// A part of a stream as a file: which frames, each with the digest of its content, and the one frame before that the first is compared with.
/// The file is all that decides whether the part is measured again. Borders lie at fixed frame numbers (0, 512, 1024, ... by default), so a
/// frame that comes or goes changes its own part, and the next one only where it stands right before its border.
/// JSON lines: <c>{"index":512,"path":"image_512.jpg","bytes":9120,"sha256":"…"}</c>; <c>"before":true</c> on the frame before; <c>"error"</c> in the
/// place of the digest for what cannot be read. A film is one part: <c>{"film":"talk.mp4","bytes":…,"sha256":"…"}</c>.
/// </summary>
public sealed record SliceFile(IReadOnlyList<SliceFrame> Frames, SliceFrame? Before, SlicedFilm? Film)
{
    /// <summary>The parts of a stream with the number each begins with.</summary>
    public static IEnumerable<(long First, SliceFile Part)> Cut(FrameStream stream, int length)
    {
        if (stream.IsFilm)
        {
            var film = stream.Frames[0].Entry;
            yield return (0, film.Sha256 is null ? new([new(0, film.Path, film.Bytes, null, film.Why)], null, null) : new([], null, new(film.Path, film.Sha256, film.Bytes)));
            yield break;
        }
        for (var from = 0; from < stream.Frames.Count;)
        {
            var border = stream.Frames[from].Index / length;
            var to = from + 1;
            while (to < stream.Frames.Count && stream.Frames[to].Index / length == border) to++;
            // Only a direct neighbour is compared; behind a gap nothing stands before a frame.
            var before = from > 0 && stream.Frames[from - 1].Index + 1 == stream.Frames[from].Index ? SliceFrame.Of(stream.Frames[from - 1]) : null;
            yield return (border * length, new([.. stream.Frames.Skip(from).Take(to - from).Select(SliceFrame.Of)], before, null));
            from = to;
        }
    }

    public byte[] Write()
    {
        using var buffer = new MemoryStream();
        void Line(Action<Utf8JsonWriter> fields)
        {
            using var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
            json.WriteStartObject();
            fields(json);
            json.WriteEndObject();
            json.Flush();
            buffer.WriteByte((byte)'\n');
        }
        if (Film is { } film)
            Line(json =>
            {
                json.WriteString("film", film.Path);
                json.WriteNumber("bytes", film.Bytes);
                json.WriteString("sha256", film.Sha256);
            });
        foreach (var frame in Before is null ? Frames : Frames.Prepend(Before))
            Line(json =>
            {
                json.WriteNumber("index", frame.Index);
                json.WriteString("path", frame.Path);
                if (frame == Before) json.WriteBoolean("before", true);
                if (frame.Error is not null) json.WriteString("error", frame.Error);
                else
                {
                    json.WriteNumber("bytes", frame.Bytes);
                    json.WriteString("sha256", frame.Sha256);
                }
            });
        return buffer.ToArray();
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="JsonException">The text is no slice.</exception>
    public static SliceFile Read(ReadOnlySpan<byte> text)
    {
        var frames = new List<SliceFrame>();
        SliceFrame? before = null;
        SlicedFilm? film = null;
        foreach (var range in text.Split((byte)'\n'))
        {
            var line = text[range];
            if (line.IsEmpty) continue;
            var reader = new Utf8JsonReader(line);
            using var document = JsonDocument.ParseValue(ref reader);
            var root = document.RootElement;
            if (root.TryGetProperty("film", out var name))
            {
                film = new(name.GetString()!, root.GetProperty("sha256").GetString()!, root.GetProperty("bytes").GetInt64());
                continue;
            }
            var error = root.TryGetProperty("error", out var why) ? why.GetString() : null;
            var frame = new SliceFrame(root.GetProperty("index").GetInt64(), root.GetProperty("path").GetString()!,
                error is null ? root.GetProperty("bytes").GetInt64() : 0, error is null ? root.GetProperty("sha256").GetString() : null, error);
            if (root.TryGetProperty("before", out _)) before = frame;
            else frames.Add(frame);
        }
        return new(frames, before, film);
    }
}

/// <summary>One frame of a slice.</summary>
public sealed record SliceFrame(long Index, string Path, long Bytes, string? Sha256, string? Error)
{
    internal static SliceFrame Of(NumberedEntry numbered) => new(numbered.Index, numbered.Entry.Path, numbered.Entry.Bytes, numbered.Entry.Sha256, numbered.Entry.Why);

    /// <summary>As the measuring pass takes it.</summary>
    public FrameFile At(Func<string, string> place) => new(Index, Path, place(Path)) { Content = Sha256 is null ? null : Digest.Parse(Sha256), Error = Error };
}
