using Spool.Platform;

namespace Spool.Interchange.Export;

/// <summary>A text file of an export, written from front to back; its digest is taken as the bytes pass.</summary>
public sealed class ExportStream(IDisk disk, string path) : Stream
{
    private readonly IDiskFile _file = disk.OpenWrite(path, OpenMode.New);
    private readonly ContentHash _hash = new();
    private readonly byte[] _buffer = new byte[64 << 10];
    private int _filled;
    private long _written;

    public override bool CanRead => false;
    public override bool CanSeek => false;
    public override bool CanWrite => true;
    public override long Length => _written + _filled;
    public override long Position { get => Length; set => throw new NotSupportedException(); }

    /// <summary>Ends the file; the digest of all that was written.</summary>
    public Digest Finish()
    {
        Push();
        return _hash.Finish();
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (buffer.Length > 0)
        {
            var count = Math.Min(buffer.Length, _buffer.Length - _filled);
            buffer[..count].CopyTo(_buffer.AsSpan(_filled));
            _filled += count;
            buffer = buffer[count..];
            if (_filled == _buffer.Length) Push();
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <summary>Writers flush after every value; the buffer goes out when it is full and at the end.</summary>
    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();

    private void Push()
    {
        _file.Write(_written, _buffer.AsSpan(0, _filled));
        _hash.Append(_buffer.AsSpan(0, _filled));
        _written += _filled;
        _filled = 0;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _file.Dispose();
            _hash.Dispose();
        }
        base.Dispose(disposing);
    }
}
