using System.Text.Encodings.Web;
using System.Text.Json;
using Spool.Media.Metrics;
using Spool.Platform;

namespace Spool.Media.Streams;

/// <summary>JSON lines of streams: written through one buffer and read one line at a time, whatever the number of frames.</summary>
public static class StreamLines
{
    internal static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes an object a line.</summary>
    public static void Write<T>(IDisk disk, string path, IEnumerable<T> items, Action<Utf8JsonWriter, T> fields)
    {
        using var writer = new LineWriter(disk, path);
        foreach (var item in items) writer.Write(json => fields(json, item));
    }

    /// <summary>One object with sorted or fixed keys, indented by nothing, with a line end.</summary>
    public static byte[] Object(Action<Utf8JsonWriter> fields)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            fields(json);
            json.WriteEndObject();
        }
        buffer.WriteByte((byte)'\n');
        return buffer.ToArray();
    }

    /// <summary>The lines of a file, without their ends; empty ones are passed over.</summary>
    /// <exception cref="JsonException">A line is longer than 16 MiB.</exception>
    public static IEnumerable<ReadOnlyMemory<byte>> Lines(IDisk disk, string path)
    {
        using var file = disk.OpenRead(path);
        var buffer = new byte[1 << 18];
        int count = 0, start = 0;
        long at = 0;
        while (true)
        {
            var end = buffer.AsSpan(start, count - start).IndexOf((byte)'\n');
            if (end >= 0)
            {
                if (end > 0) yield return buffer.AsMemory(start, end);
                start += end + 1;
                continue;
            }
            buffer.AsSpan(start, count - start).CopyTo(buffer);
            (count, start) = (count - start, 0);
            if (count == buffer.Length)
            {
                if (buffer.Length >= 16 << 20) throw new JsonException("a line is longer than 16 MiB");
                Array.Resize(ref buffer, buffer.Length * 2);
            }
            var read = file.Read(at, buffer.AsSpan(count));
            if (read == 0) break;
            at += read;
            count += read;
        }
        if (count > start) yield return buffer.AsMemory(start, count - start);
    }

    /// <summary>The frames of a <c>metrics.jsonl</c>.</summary>
    /// <exception cref="JsonException">A line is none; the message names it.</exception>
    public static IEnumerable<FrameLine> Frames(IDisk disk, string path)
    {
        var number = 0;
        foreach (var line in Lines(disk, path))
        {
            number++;
            FrameLine frame;
            try { frame = FrameLine.Read(line.Span); }
            catch (JsonException e) { throw new JsonException($"line {number}: {e.Message}", e); }
            yield return frame;
        }
    }

    /// <summary>The content hash of each frame of a <c>frames.jsonl</c>, without its algorithm; null for frames without one.</summary>
    public static IEnumerable<(long Index, string? Hash)> Hashes(IDisk disk, string path)
    {
        foreach (var line in Lines(disk, path))
        {
            var reader = new Utf8JsonReader(line.Span);
            using var document = JsonDocument.ParseValue(ref reader);
            var hash = document.RootElement.TryGetProperty("hash", out var field) ? field.GetString() : null;
            yield return (document.RootElement.GetProperty("frame_idx").GetInt64(), hash?.StartsWith("sha256:", StringComparison.Ordinal) == true ? hash[7..] : hash);
        }
    }
}

/// <summary>Writes JSON lines through a buffer of one MiB.</summary>
public sealed class LineWriter(IDisk disk, string path) : IDisposable
{
    private readonly IDiskFile _file = disk.OpenWrite(path, OpenMode.Truncate);
    private readonly MemoryStream _buffer = new();
    private Utf8JsonWriter? _json;
    private long _at;

    public void Write(Action<Utf8JsonWriter> fields)
    {
        _json ??= new Utf8JsonWriter(_buffer, StreamLines.Options);
        _json.WriteStartObject();
        fields(_json);
        _json.WriteEndObject();
        _json.Flush();
        _json.Reset();
        _buffer.WriteByte((byte)'\n');
        if (_buffer.Length >= 1 << 20) Flush();
    }

    private void Flush()
    {
        _file.Write(_at, _buffer.GetBuffer().AsSpan(0, (int)_buffer.Length));
        _at += _buffer.Length;
        _buffer.SetLength(0);
    }

    public void Dispose()
    {
        Flush();
        _json?.Dispose();
        _file.Dispose();
        _buffer.Dispose();
    }
}
