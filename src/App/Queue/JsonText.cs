using System.Text;
using System.Text.Json;

namespace Spool.App.Queue;

/// <summary>Bytes are no JSON that is taken: the end of a sentence that starts with what they are.</summary>
public sealed class JsonTextException(string about) : Exception(about);

/// <summary>
/// Reads JSON that people and programs hand in, and says in plain words where it is wrong. Stricter than the library: a key that is given twice means two
/// things, and text behind the end was meant to be something; both are refused. A byte order mark is passed over (RFC 8259, 8.1 allows it).
/// </summary>
public static class JsonText
{
    /// <summary>Reads them.</summary>
    /// <exception cref="JsonTextException">The bytes are no JSON, or say something twice.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> bytes, int mostLevels)
    {
        if (bytes.Span.StartsWith("\uFEFF"u8)) bytes = bytes[3..];
        if (bytes.Span.IndexOfAnyExcept(" \t\r\n"u8) < 0) throw new JsonTextException("is empty");
        Check(bytes.Span, mostLevels);
        return JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = mostLevels });
    }

    private static void Check(ReadOnlySpan<byte> bytes, int mostLevels)
    {
        var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { MaxDepth = mostLevels });
        var keys = new Stack<HashSet<string>>();
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType == JsonTokenType.StartObject) keys.Push(new HashSet<string>(StringComparer.Ordinal));
                else if (reader.TokenType == JsonTokenType.EndObject) keys.Pop();
                else if (reader.TokenType is JsonTokenType.PropertyName or JsonTokenType.String)
                {
                    var text = reader.GetString()!;
                    if (reader.TokenType == JsonTokenType.PropertyName && !keys.Peek().Add(text)) throw new JsonTextException($"gives the key '{text}' twice, again at {Place(bytes, (int)reader.TokenStartIndex)}");
                }
            }
        }
        catch (InvalidOperationException e)
        {
            throw new JsonTextException($"holds {(e.InnerException is DecoderFallbackException ? "bytes that are no UTF-8" : "half a character, which no text has,")} in the text at {Place(bytes, (int)reader.TokenStartIndex)}");
        }
        catch (JsonException e)
        {
            var at = Offset(bytes, e.LineNumber ?? 0, e.BytePositionInLine ?? 0);
            throw new JsonTextException($"is no JSON: at {Place(bytes, at)} {Why(bytes, at, e.Message, reader.CurrentDepth, mostLevels)}");
        }
    }

    // The library tells the kinds of mistakes apart by their messages alone; what is not known here is told by the character.
    private static string Why(ReadOnlySpan<byte> bytes, int at, string message, int depth, int mostLevels)
    {
        if (message.Contains("depth of", StringComparison.Ordinal)) return $"it is nested more than {mostLevels} levels deep";
        if (at >= bytes.Length) return depth > 0 ? "it ends too early: an object or a list is not closed" : "it ends too early";
        if (message.Contains("after a single JSON value", StringComparison.Ordinal)) return "text stands behind its end";
        if (message.Contains("trailing comma", StringComparison.Ordinal)) return "a comma is followed by nothing";
        if (message.Contains("within a JSON string", StringComparison.Ordinal)) return "a text holds a line break or another control character; write it as \\n or \\u000a";
        return Rune.DecodeFromUtf8(bytes[at..], out var found, out _) == System.Buffers.OperationStatus.Done ? $"'{(Rune.IsControl(found) ? $"\\u{found.Value:x4}" : found.ToString())}' cannot stand" : "a byte is no UTF-8";
    }

    private static int Offset(ReadOnlySpan<byte> bytes, long line, long column)
    {
        var start = 0;
        for (; line > 0 && bytes[start..].IndexOf((byte)'\n') is >= 0 and var end; line--) start += end + 1;
        return (int)Math.Min(bytes.Length, start + column);
    }

    /// <summary>Line and column as an editor counts them: from 1, in characters.</summary>
    private static string Place(ReadOnlySpan<byte> bytes, int offset)
    {
        var before = bytes[..offset];
        return $"line {before.Count((byte)'\n') + 1}, column {Encoding.UTF8.GetCharCount(before[(before.LastIndexOf((byte)'\n') + 1)..]) + 1}";
    }
}
