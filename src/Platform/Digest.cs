using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Spool.Platform;

/// <summary>A SHA-256 value (32 bytes), the name of any content.</summary>
public readonly record struct Digest(ulong A, ulong B, ulong C, ulong D) : IComparable<Digest>
{
    public const int Size = 32;

    public static Digest Of(ReadOnlySpan<byte> bytes)
    {
        Span<byte> value = stackalloc byte[Size];
        SHA256.HashData(bytes, value);
        return Read(value);
    }

    public static Digest Of(string text) => Of(System.Text.Encoding.UTF8.GetBytes(text));

    public static Digest Read(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]),
        BinaryPrimitives.ReadUInt64BigEndian(bytes[16..]), BinaryPrimitives.ReadUInt64BigEndian(bytes[24..]));

    public void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt64BigEndian(bytes, A);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], B);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[16..], C);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[24..], D);
    }

    /// <summary>Reads 64 hexadecimal digits, also behind <c>sha256:</c>.</summary>
    public static bool TryParse(string? text, out Digest digest)
    {
        digest = default;
        if (text is null) return false;
        var hex = text.AsSpan();
        if (hex.StartsWith("sha256:")) hex = hex[7..];
        if (hex.Length != 64) return false;
        Span<byte> bytes = stackalloc byte[Size];
        if (Convert.FromHexString(hex, bytes, out _, out _) != System.Buffers.OperationStatus.Done) return false;
        digest = Read(bytes);
        return true;
    }

    public static Digest Parse(string text) => TryParse(text, out var digest) ? digest : throw new FormatException($"not a digest: {text}");

    /// <summary>64 lower-case hexadecimal digits.</summary>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Size];
        Write(bytes);
        return Convert.ToHexStringLower(bytes);
    }

    /// <summary>The first 12 digits, for people.</summary>
    public string Short => ToString()[..12];

    public bool IsEmpty => (A | B | C | D) == 0;

    public int CompareTo(Digest other) =>
        A != other.A ? A.CompareTo(other.A) : B != other.B ? B.CompareTo(other.B) : C != other.C ? C.CompareTo(other.C) : D.CompareTo(other.D);

    public override int GetHashCode() => (int)(A ^ (A >> 32));
}

/// <summary>Takes the digest of bytes as they pass.</summary>
public sealed class ContentHash : IDisposable
{
    private const int BufferBytes = 1 << 20;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    public void Append(ReadOnlySpan<byte> bytes) => _hash.AppendData(bytes);

    public Digest Finish()
    {
        Span<byte> value = stackalloc byte[Digest.Size];
        _hash.GetHashAndReset(value);
        return Digest.Read(value);
    }

    public void Dispose() => _hash.Dispose();

    /// <summary>The digest of a whole file; <paramref name="progress"/> is told the bytes read so far.</summary>
    public static Digest OfFile(IDisk disk, string path, Action<long>? progress, CancellationToken cancel)
    {
        using var file = disk.OpenRead(path);
        using var hash = new ContentHash();
        var size = file.Stat().Size;
        var buffer = System.Buffers.ArrayPool<byte>.Shared.Rent((int)Math.Clamp(size, 4096, BufferBytes));
        try
        {
            long offset = 0;
            for (int count; (count = file.Read(offset, buffer)) > 0; offset += count)
            {
                cancel.ThrowIfCancellationRequested();
                hash.Append(buffer.AsSpan(0, count));
                progress?.Invoke(offset + count);
            }
            return hash.Finish();
        }
        finally { System.Buffers.ArrayPool<byte>.Shared.Return(buffer); }
    }

    /// <summary>Copies a file and takes its digest in the same pass; the copy is not synced.</summary>
    public static Digest Copy(IDisk disk, string from, string to, CancellationToken cancel)
    {
        using var source = disk.OpenRead(from);
        using var target = disk.OpenWrite(to, OpenMode.New);
        using var hash = new ContentHash();
        var buffer = System.Buffers.ArrayPool<byte>.Shared.Rent((int)Math.Clamp(source.Stat().Size, 4096, BufferBytes));
        try
        {
            long offset = 0;
            for (int count; (count = source.Read(offset, buffer)) > 0; offset += count)
            {
                cancel.ThrowIfCancellationRequested();
                hash.Append(buffer.AsSpan(0, count));
                target.Write(offset, buffer.AsSpan(0, count));
            }
            return hash.Finish();
        }
        finally { System.Buffers.ArrayPool<byte>.Shared.Return(buffer); }
    }
}
