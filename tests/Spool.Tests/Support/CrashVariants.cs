namespace Spool.Tests.Support;

/// <summary>What lies behind the part of a torn write that reached the medium.</summary>
internal enum TornRest { Old, Zeros, Garbage }

public sealed partial class VirtualDisk
{
    /// <summary>
    /// One allowed content of a file: the writes whose bit is set, then the next one torn after <paramref name="Cut"/> bytes (-1: not torn).
    /// </summary>
    private readonly record struct Variant(long Writes, int Torn, int Cut, TornRest Rest)
    {
        internal byte[] Make((byte[] Medium, IReadOnlyList<KnownWrite> Writes) history)
        {
            var bytes = history.Medium;
            if (Writes == long.MaxValue)
            {
                foreach (var write in history.Writes) bytes = write.ApplyTo(bytes);
                return bytes;
            }
            for (var i = 0; i < history.Writes.Count && i < 63; i++)
                if (((Writes >> i) & 1) != 0) bytes = history.Writes[i].ApplyTo(bytes);
            return Torn < 0 ? bytes : Tear(bytes, history.Writes[Torn]);
        }

        private byte[] Tear(byte[] bytes, KnownWrite write)
        {
            var length = Rest == TornRest.Old ? Math.Max(bytes.Length, write.Offset + Cut) : Math.Max(bytes.Length, write.Offset + write.Bytes.Length);
            var result = new byte[length];
            bytes.CopyTo(result, 0);
            write.Bytes.AsSpan(0, Cut).CopyTo(result.AsSpan(write.Offset));
            var rest = result.AsSpan(write.Offset + Cut);
            // Where the file was long enough before, a byte is the old or the new one: sectors are written whole. Only what the file grew by
            // may hold zeros, or garbage that no checksum takes for a record and that is the same in every run.
            if (Rest == TornRest.Garbage)
                for (var i = Math.Max(0, bytes.Length - write.Offset - Cut); i < write.Bytes.Length - Cut; i++) rest[i] = (byte)((i * 37) + Cut + 0x5b);
            return result;
        }

        public override string ToString() =>
            Writes == long.MaxValue ? "all writes" : (Writes == 0 ? "no write" : $"writes {Writes:b}") + (Torn < 0 ? "" : $", write {Torn} cut at {Cut}, then {Rest}");
    }

    // The first keeps nothing, the last everything.
    private static List<Variant> Variants(FileNode file, TearDetail detail)
    {
        var count = Math.Min(file.Pending.Count, 62);
        var variants = new List<Variant>();
        if (count <= 4)
            for (long mask = 0; mask < (1L << count) - 1; mask++) variants.Add(new Variant(mask, -1, 0, TornRest.Old));
        else
            for (var i = 0; i < count; i++) variants.Add(new Variant((1L << i) - 1, -1, 0, TornRest.Old));
        if (count == 0) variants.Add(new Variant(0, -1, 0, TornRest.Old));
        for (var i = Math.Max(0, count - 4); i < count; i++)
        {
            var (length, grows) = (file.Pending[i].Length, file.Pending[i].NewLength > file.Pending[i].OldLength);
            if (length == 0) continue;
            foreach (var cut in Cuts(length, detail))
                foreach (var rest in (TornRest[])[TornRest.Old, TornRest.Zeros, TornRest.Garbage])
                    if (grows ? cut > 0 || rest != TornRest.Old : cut > 0 && rest == TornRest.Old) variants.Add(new Variant((1L << i) - 1, i, cut, rest));
        }
        variants.Add(new Variant(long.MaxValue, -1, 0, TornRest.Old));
        return variants;
    }

    private static IEnumerable<int> Cuts(int length, TearDetail detail)
    {
        var step = Math.Max(1, length / 256);
        return (detail == TearDetail.Fine ? Enumerable.Range(0, (length + step - 1) / step).Select(i => i * step) : [0, 1, 8, 40, length / 2, length - 8, length - 1])
            .Where(c => c >= 0 && c < length).Distinct();
    }
}
