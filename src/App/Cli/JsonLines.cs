using System.Text.Encodings.Web;
using System.Text.Json;

namespace Spool.App.Cli;

/// <summary>Many JSON lines to standard output: one buffer and one writer for all of them.</summary>
internal sealed class JsonLines : IDisposable
{
    private const int FlushFrom = 64 * 1024;
    private readonly System.Buffers.ArrayBufferWriter<byte> _buffer = new(FlushFrom + 4096);
    private readonly Stream _output = Console.OpenStandardOutput();
    private readonly Utf8JsonWriter _writer;
    private readonly TimeProvider _time = TimeProvider.System;
    private long _flushed = TimeProvider.System.GetTimestamp();

    internal JsonLines() => _writer = new Utf8JsonWriter(_buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    internal void Write(Action<Utf8JsonWriter> content)
    {
        _writer.Reset();
        _writer.WriteStartObject();
        content(_writer);
        _writer.WriteEndObject();
        _writer.Flush();
        System.Buffers.BuffersExtensions.Write(_buffer, "\n"u8);
        // A reader at the other end of a pipe sees lines soon also when frames come slowly.
        if (_buffer.WrittenCount >= FlushFrom || _time.GetElapsedTime(_flushed).TotalMilliseconds > 100) Flush();
    }

    private void Flush()
    {
        _output.Write(_buffer.WrittenSpan);
        _output.Flush();
        _buffer.ResetWrittenCount();
        _flushed = _time.GetTimestamp();
    }

    public void Dispose()
    {
        Flush();
        _writer.Dispose();
        _output.Dispose();
    }
}
