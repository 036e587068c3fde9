using System.Text.Json;
using Spool.Platform;

namespace Spool.Interchange.Export;

/// <summary>A result that is read is not what its format says, or is not there. The sentence names file and line, and what to do.</summary>
public sealed class CurationException(string message) : Exception(message);

/// <summary>
/// JSON lines read one at a time, so that a million frames need the memory of one. What <see cref="Next"/> gives is valid until it is called again.
/// </summary>
public sealed class LineFile : IDisposable
{
    private const int MostBytes = 64 << 20;
    private readonly IDiskFile _file;
    private byte[] _buffer = new byte[128 << 10];
    private int _from, _to;
    private long _offset;
    private JsonDocument? _document;

    public LineFile(IDisk disk, string folder, string name)
    {
        Name = name;
        if (disk.Stat(Path.Join(folder, name)) is not { Kind: FileKind.File }) throw new CurationException($"{name} is not there");
        _file = disk.OpenRead(Path.Join(folder, name));
    }

    /// <summary>The file's name as messages tell it.</summary>
    public string Name { get; }

    /// <summary>The number of the line that was read last, from 1.</summary>
    public int Line { get; private set; }

    /// <summary>The object on the next line; null at the end of the file.</summary>
    /// <exception cref="CurationException">The line is no JSON object.</exception>
    public JsonElement? Next()
    {
        _document?.Dispose();
        _document = null;
        if (Bytes() is not { } bytes) return null;
        Line++;
        try { _document = JsonDocument.Parse(bytes); }
        catch (JsonException e)
        {
            throw Fault($"is no JSON (column {(e.BytePositionInLine ?? 0) + 1}); the file is damaged or was edited: have it made anew, spool redo {Name}");
        }
        return _document.RootElement.ValueKind == JsonValueKind.Object ? _document.RootElement : throw Fault("is no JSON object");
    }

    /// <summary>A fault of the line that was read last.</summary>
    public CurationException Fault(string sentence) => new($"{Name}, line {Line}: it {sentence}");

    private ReadOnlyMemory<byte>? Bytes()
    {
        while (true)
        {
            var end = _buffer.AsSpan(_from, _to - _from).IndexOf((byte)'\n');
            if (end >= 0)
            {
                var line = _buffer.AsMemory(_from, end);
                _from += end + 1;
                return line;
            }
            if (_from > 0)
            {
                _buffer.AsSpan(_from, _to - _from).CopyTo(_buffer);
                (_from, _to) = (0, _to - _from);
            }
            if (_to == _buffer.Length)
            {
                if (_buffer.Length >= MostBytes) throw new CurationException($"{Name}, line {Line + 1}: it has more than {MostBytes >> 20} MiB");
                Array.Resize(ref _buffer, _buffer.Length * 2);
            }
            var read = _file.Read(_offset, _buffer.AsSpan(_to));
            _offset += read;
            _to += read;
            if (read > 0) continue;
            if (_to == _from) return null;
            var rest = _buffer.AsMemory(_from, _to - _from);
            _from = _to;
            return rest;
        }
    }

    /// <summary>A whole number that must be there.</summary>
    public long Whole(JsonElement line, string field) =>
        line.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) ? number : throw Fault($"has no whole number '{field}'");

    /// <summary>A text that must be there.</summary>
    public string Text(JsonElement line, string field) =>
        line.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : throw Fault($"has no text '{field}'");

    public void Dispose()
    {
        _document?.Dispose();
        _file.Dispose();
    }
}
