using System.Buffers.Binary;

namespace Spool.Models.Speech;

/// <summary>
/// Mono sound of 16 bits in a WAV file (RIFF, Microsoft's "Multiple Channel Audio Data and WAVE Files").
/// Reading takes what speech engines write: PCM of 8 or 16 bits or IEEE float of 32, any channels (mixed to one), unknown chunks,
/// and a data size of 0 or 2^32-1 as left by programs that write to a pipe (then the data goes to the end). Writing gives the 44-byte form.
/// </summary>
public sealed record WavFile(int Rate, short[] Samples)
{
    private const int Header = 44, Pcm = 1, Float = 3, Extensible = 0xFFFE;

    public double Seconds => (double)Samples.Length / Rate;

    /// <summary>The sound of a file, or the reason why it is none.</summary>
    public static (WavFile? Wav, string? Why) Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 12 || !bytes[..4].SequenceEqual("RIFF"u8) || !bytes[8..12].SequenceEqual("WAVE"u8)) return (null, "it is no WAV file");
        int format = 0, channels = 0, rate = 0, bits = 0;
        for (var at = 12; at + 8 <= bytes.Length;)
        {
            var name = bytes.Slice(at, 4);
            var size = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(at + 4)..]);
            var body = bytes[(at + 8)..];
            if (name.SequenceEqual("data"u8))
            {
                if (channels == 0) return (null, "its data come before its format");
                if (size != 0 && size < body.Length) body = body[..(int)size];
                return Decode(body, format, channels, rate, bits);
            }
            if (name.SequenceEqual("fmt "u8) && size >= 16 && body.Length >= 16)
            {
                format = BinaryPrimitives.ReadUInt16LittleEndian(body);
                channels = BinaryPrimitives.ReadUInt16LittleEndian(body[2..]);
                rate = (int)Math.Min(BinaryPrimitives.ReadUInt32LittleEndian(body[4..]), int.MaxValue);
                bits = BinaryPrimitives.ReadUInt16LittleEndian(body[14..]);
                if (format == Extensible && size >= 26 && body.Length >= 26) format = BinaryPrimitives.ReadUInt16LittleEndian(body[24..]);
                if (channels is 0 or > 64 || rate is < 1000 or > 768000) return (null, $"{channels} channels at {rate} Hz are not possible");
            }
            if (size > body.Length) break;
            at += 8 + (int)size + (int)(size & 1);
        }
        return (null, "it holds no sound");
    }

    private static (WavFile?, string?) Decode(ReadOnlySpan<byte> data, int format, int channels, int rate, int bits)
    {
        var width = bits / 8;
        if (!((format == Pcm && bits is 8 or 16) || (format == Float && bits == 32))) return (null, $"format {format} of {bits} bits is not known");
        var samples = new short[data.Length / (width * channels)];
        for (var i = 0; i < samples.Length; i++)
        {
            double sum = 0;
            for (var c = 0; c < channels; c++)
            {
                var one = data[(((i * channels) + c) * width)..];
                sum += bits switch
                {
                    8 => (one[0] - 128) * 256,
                    16 => BinaryPrimitives.ReadInt16LittleEndian(one),
                    _ => BinaryPrimitives.ReadSingleLittleEndian(one) is var f && float.IsFinite(f) ? f * 32767.0 : 0,
                };
            }
            samples[i] = Round(sum / channels);
        }
        return (new WavFile(rate, samples), null);
    }

    /// <summary>The nearest sample value, clipped to its range.</summary>
    public static short Round(double value) => (short)Math.Clamp(Math.Round(value), short.MinValue, short.MaxValue);

    public byte[] ToBytes()
    {
        var size = Samples.Length * 2;
        var bytes = new byte[Header + size];
        var span = bytes.AsSpan();
        "RIFF"u8.CopyTo(span);
        BinaryPrimitives.WriteInt32LittleEndian(span[4..], Header - 8 + size);
        "WAVEfmt "u8.CopyTo(span[8..]);
        BinaryPrimitives.WriteInt32LittleEndian(span[16..], 16);
        BinaryPrimitives.WriteInt16LittleEndian(span[20..], Pcm);
        BinaryPrimitives.WriteInt16LittleEndian(span[22..], 1);
        BinaryPrimitives.WriteInt32LittleEndian(span[24..], Rate);
        BinaryPrimitives.WriteInt32LittleEndian(span[28..], Rate * 2);
        BinaryPrimitives.WriteInt16LittleEndian(span[32..], 2);
        BinaryPrimitives.WriteInt16LittleEndian(span[34..], 16);
        "data"u8.CopyTo(span[36..]);
        BinaryPrimitives.WriteInt32LittleEndian(span[40..], size);
        for (var i = 0; i < Samples.Length; i++) BinaryPrimitives.WriteInt16LittleEndian(span[(Header + (i * 2))..], Samples[i]);
        return bytes;
    }
}
