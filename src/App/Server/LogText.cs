using System.Text;
using Spool.Platform;

namespace Spool.App.Server;

/// <summary>A log read in parts and searched, whatever its size: never more than a part of it is in memory.</summary>
public static class LogText
{
    private const int Part = 1 << 16, MostMatches = 200, LongestLine = 400;

    /// <summary>Text from a byte on, cut at whole characters; and the byte behind it.</summary>
    public static (string Text, long Next) Read(IDisk disk, string path, long from, int limit)
    {
        var buffer = new byte[limit];
        using var file = disk.OpenRead(path);
        var count = file.Read(from, buffer);
        var start = 0;
        // A byte in the middle of a character: the part before had it.
        while (start < Math.Min(3, count) && (buffer[start] & 0xc0) == 0x80 && from > 0) start++;
        var end = count;
        if (count == limit) end = WholeCharacters(buffer.AsSpan(0, count));
        return (Encoding.UTF8.GetString(buffer, start, Math.Max(0, end - start)), from + end);
    }

    private static int WholeCharacters(ReadOnlySpan<byte> bytes)
    {
        for (var back = 1; back <= Math.Min(4, bytes.Length); back++)
        {
            var first = bytes[^back];
            if ((first & 0xc0) == 0x80) continue;
            var length = first < 0x80 ? 1 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
            return length > back ? bytes.Length - back : bytes.Length;
        }
        return bytes.Length;
    }

    /// <summary>A line with the wanted text in it.</summary>
    /// <param name="Line">From 1.</param>
    /// <param name="Offset">Of the line's first byte.</param>
    public sealed record Match(long Line, long Offset, string Text);

    /// <summary>The first lines that have a text in them, whatever its case; and whether there are more.</summary>
    public static (IReadOnlyList<Match> Matches, bool More) Search(IDisk disk, string path, string text)
    {
        var found = new List<Match>();
        using var file = disk.OpenRead(path);
        var buffer = new byte[Part];
        var line = new MemoryStream();
        long number = 1, start = 0, at = 0;
        for (int count; (count = file.Read(at, buffer)) > 0; at += count)
        {
            for (var i = 0; i < count;)
            {
                var end = buffer.AsSpan(i, count - i).IndexOf((byte)'\n');
                var length = end < 0 ? count - i : end;
                if (line.Length < Part) line.Write(buffer, i, (int)Math.Min(length, Part - line.Length));
                i += length;
                if (end < 0) continue;
                if (!Take()) return (found, true);
                i++;
                number++;
                start = at + i;
            }
        }
        return line.Length > 0 && !Take() ? (found, true) : (found, false);

        bool Take()
        {
            var said = Encoding.UTF8.GetString(line.GetBuffer(), 0, (int)line.Length);
            line.SetLength(0);
            if (!said.Contains(text, StringComparison.OrdinalIgnoreCase)) return true;
            if (found.Count == MostMatches) return false;
            found.Add(new Match(number, start, said.Length > LongestLine ? said[..LongestLine] : said));
            return true;
        }
    }
}
