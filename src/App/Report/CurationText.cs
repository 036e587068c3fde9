using System.Text.Json;
using Spool.Platform;

namespace Spool.App.Report;

/// <summary>Takes one line without its line feed.</summary>
internal delegate void LineTaker(ReadOnlySpan<byte> line);

/// <summary>A file of a curation does not hold what docs/formats/curation.md says. The message ends a sentence that begins with its path.</summary>
internal sealed class CurationFormatException(string message) : Exception(message);

/// <summary>Reads the files of a curation piece by piece, so that a million lines need no more memory than one.</summary>
internal static class CurationText
{
    private const int LongestLine = 1 << 20, LargestDocument = 64 << 20;

    /// <summary>Every line that is not empty. A line that is no JSON, or not the expected one, ends the reading with its number.</summary>
    internal static void Lines(IDisk disk, string path, LineTaker take)
    {
        using var file = disk.OpenRead(path);
        var buffer = new byte[1 << 16];
        var (filled, offset, number) = (0, 0L, 0);
        while (true)
        {
            if (filled == buffer.Length) Array.Resize(ref buffer, filled >= LongestLine ? throw new CurationFormatException($"line {number + 1} is longer than 1 MiB") : filled * 2);
            var read = file.Read(offset, buffer.AsSpan(filled));
            offset += read;
            filled += read;
            var rest = buffer.AsSpan(0, filled);
            for (int end; (end = rest.IndexOf((byte)'\n')) >= 0; rest = rest[(end + 1)..]) One(rest[..end]);
            if (read == 0)
            {
                One(rest);
                return;
            }
            rest.CopyTo(buffer);
            filled = rest.Length;
        }

        void One(ReadOnlySpan<byte> line)
        {
            number++;
            line = line.Trim(" \t\r"u8);
            if (line.IsEmpty) return;
            try { take(line); }
            catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or KeyNotFoundException or IndexOutOfRangeException or OverflowException) { throw new CurationFormatException($"line {number} is not as its format says: {e.Message}"); }
        }
    }

    /// <summary>A whole small document.</summary>
    internal static T Document<T>(IDisk disk, string path, Func<JsonElement, T> read)
    {
        if (disk.Stat(path) is { Size: > LargestDocument }) throw new CurationFormatException("it has more than 64 MiB");
        try
        {
            using var document = JsonDocument.Parse(DurableFile.Read(disk, path));
            return read(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or KeyNotFoundException or IndexOutOfRangeException or OverflowException) { throw new CurationFormatException($"it is not as its format says: {e.Message}"); }
    }
}

/// <summary>The tokens of a JSON file of any size, read through a window.</summary>
internal sealed class JsonTokens(IDiskFile file)
{
    private const int LargestToken = 4 << 20;
    private byte[] _buffer = new byte[1 << 16];
    private JsonReaderState _state;
    private long _offset;
    private int _start, _end;
    private bool _last;

    internal JsonTokenType Type { get; private set; }
    internal int Depth { get; private set; }
    internal double Number { get; private set; }
    internal string Text { get; private set; } = "";

    internal bool Read()
    {
        while (true)
        {
            var reader = new Utf8JsonReader(_buffer.AsSpan(_start, _end - _start), _last, _state);
            if (reader.Read())
            {
                (Type, Depth) = (reader.TokenType, reader.CurrentDepth);
                if (Type == JsonTokenType.Number) Number = reader.GetDouble();
                else if (Type is JsonTokenType.String or JsonTokenType.PropertyName) Text = reader.GetString()!;
                _start += (int)reader.BytesConsumed;
                _state = reader.CurrentState;
                return true;
            }
            if (_last) return false;
            _start += (int)reader.BytesConsumed;
            _state = reader.CurrentState;
            Fill();
        }
    }

    /// <summary>Goes to the end of the value whose first token is the present one.</summary>
    internal void Skip()
    {
        if (Type is not (JsonTokenType.StartArray or JsonTokenType.StartObject)) return;
        for (var depth = Depth; Read();)
            if (Depth == depth && Type is JsonTokenType.EndArray or JsonTokenType.EndObject) return;
    }

    private void Fill()
    {
        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        (_start, _end) = (0, _end - _start);
        if (_end == _buffer.Length) Array.Resize(ref _buffer, _end >= LargestToken ? throw new JsonException("a value has more than 4 MiB") : _end * 2);
        var read = file.Read(_offset, _buffer.AsSpan(_end));
        (_offset, _end, _last) = (_offset + read, _end + read, read == 0);
    }
}
