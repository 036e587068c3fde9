using System.Text.Encodings.Web;
using System.Text.Json;
using Spool.Platform;

namespace Spool.Interchange.Export;

/// <summary>The list of files of an export, kept in a file of its own while the export grows, because it may be long.</summary>
internal sealed class SpooledEntries : IDisposable
{
    private readonly IDisk _disk;
    private readonly string _path;
    private readonly System.Buffers.ArrayBufferWriter<byte> _line = new(512);
    private readonly Utf8JsonWriter _json;
    private ExportStream? _file;
    private bool _any;

    internal SpooledEntries(IDisk disk, string path)
    {
        (_disk, _path) = (disk, path);
        _file = new ExportStream(disk, path);
        _json = new Utf8JsonWriter(_line, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
    }

    internal void Add(Action<Utf8JsonWriter> entry)
    {
        _line.ResetWrittenCount();
        _json.Reset();
        _json.WriteStartObject();
        entry(_json);
        _json.WriteEndObject();
        _json.Flush();
        _file!.Write(_any ? ",\n    "u8 : "\n    "u8);
        _file.Write(_line.WrittenSpan);
        _any = true;
    }

    internal void CopyTo(Stream to)
    {
        using var file = _disk.OpenRead(_path);
        var buffer = new byte[64 << 10];
        long at = 0;
        for (int count; (count = file.Read(at, buffer)) > 0; at += count) to.Write(buffer, 0, count);
    }

    public void Dispose()
    {
        _file?.Finish();
        _file?.Dispose();
        _file = null;
        _json.Dispose();
    }
}
