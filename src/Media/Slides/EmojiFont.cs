using System.Buffers.Binary;
using System.Text;

namespace Spool.Media.Slides;

/// <summary>
/// The coloured pictures of an emoji font, taken out as PNG: librsvg draws only the outlines of such glyphs. Reads the tables of OpenType 1.9 that
/// Noto Color Emoji uses: cmap (format 12), GSUB (ligatures, for skin tones, flags and joined signs), CBLC and CBDT (PNG, formats 17 to 19). A font
/// with other tables has no pictures for anybody; it is then as if it were not there.
/// </summary>
public sealed class EmojiFont
{
    /// <summary>Signs of the basic plane that are shown as emoji without being asked to (Emoji_Presentation, Unicode 15 emoji-data.txt).</summary>
    private static readonly (int First, int Last)[] Presented =
    [
        (0x231A, 0x231B), (0x23E9, 0x23EC), (0x23F0, 0x23F0), (0x23F3, 0x23F3), (0x25FD, 0x25FE), (0x2614, 0x2615), (0x2648, 0x2653), (0x267F, 0x267F), (0x2693, 0x2693),
        (0x26A1, 0x26A1), (0x26AA, 0x26AB), (0x26BD, 0x26BE), (0x26C4, 0x26C5), (0x26CE, 0x26CE), (0x26D4, 0x26D4), (0x26EA, 0x26EA), (0x26F2, 0x26F3), (0x26F5, 0x26F5),
        (0x26FA, 0x26FA), (0x26FD, 0x26FD), (0x2705, 0x2705), (0x270A, 0x270B), (0x2728, 0x2728), (0x274C, 0x274C), (0x274E, 0x274E), (0x2753, 0x2755), (0x2757, 0x2757),
        (0x2795, 0x2797), (0x27B0, 0x27B0), (0x27BF, 0x27BF), (0x2B1B, 0x2B1C), (0x2B50, 0x2B50), (0x2B55, 0x2B55), (0x1F000, 0x1FAFF),
    ];

    private readonly byte[] _font;
    private readonly Dictionary<int, int> _glyphs = [];
    private readonly Dictionary<int, List<(int[] Others, int Glyph)>> _ligatures = [];
    private readonly Dictionary<string, (int At, int Length)> _tables = [];

    private EmojiFont(byte[] font)
    {
        _font = font;
        for (var i = 0; i < U16(4); i++) _tables[Encoding.ASCII.GetString(font, 12 + (i * 16), 4)] = (I32(20 + (i * 16)), I32(24 + (i * 16)));
        ReadMap();
        if (_tables.ContainsKey("GSUB")) ReadLigatures();
    }

    /// <summary>The font, or null when its pictures cannot be read.</summary>
    public static EmojiFont? Read(byte[] font)
    {
        try
        {
            var read = new EmojiFont(font);
            return read._tables.ContainsKey("CBLC") && read._tables.ContainsKey("CBDT") && read._glyphs.Count > 0 ? read : null;
        }
        catch (Exception e) when (e is ArgumentOutOfRangeException or IndexOutOfRangeException or KeyNotFoundException) { return null; }
    }

    /// <summary>Whether a character stands for an emoji here: by itself, or because a variation selector follows.</summary>
    public static bool IsEmoji(Rune rune, Rune? next) => next?.Value == 0xFE0F || Array.Exists(Presented, p => rune.Value >= p.First && rune.Value <= p.Last);

    /// <summary>A text in parts: plain text, or the picture of one emoji (then the text is what it stands for).</summary>
    public IEnumerable<(string Text, byte[]? Png)> Parts(string text)
    {
        var runes = text.EnumerateRunes().ToList();
        var plain = new StringBuilder();
        for (var i = 0; i < runes.Count;)
        {
            if (IsEmoji(runes[i], i + 1 < runes.Count ? runes[i + 1] : null) && Longest(runes, i) is var (glyph, count) && Picture(glyph) is { } png)
            {
                if (plain.Length > 0) yield return (plain.ToString(), null);
                plain.Clear();
                yield return (string.Concat(runes.Skip(i).Take(count)), png);
                i += count;
            }
            else plain.Append(runes[i++].ToString());
        }
        if (plain.Length > 0) yield return (plain.ToString(), null);
    }

    /// <summary>The glyph of the longest sequence that begins here. Variation selectors are not part of ligatures in this font.</summary>
    private (int Glyph, int Count)? Longest(List<Rune> runes, int at)
    {
        if (!_glyphs.TryGetValue(runes[at].Value, out var first)) return null;
        (int Glyph, int Count) best = (first, 1);
        foreach (var (rest, glyph) in _ligatures.GetValueOrDefault(first) ?? [])
        {
            var i = at + 1;
            var matched = 0;
            while (matched < rest.Length && i < runes.Count)
            {
                if (runes[i].Value == 0xFE0F) { i++; continue; }
                if (_glyphs.GetValueOrDefault(runes[i].Value, -1) != rest[matched]) break;
                matched++;
                i++;
            }
            if (matched == rest.Length && i - at > best.Count) best = (glyph, i - at);
        }
        while (at + best.Count < runes.Count && runes[at + best.Count].Value == 0xFE0F) best.Count++;
        return best;
    }

    private void ReadMap()
    {
        var cmap = _tables["cmap"].At;
        for (var i = 0; i < U16(cmap + 2); i++)
        {
            var at = cmap + I32(cmap + 8 + (i * 8));
            if (U16(at) != 12) continue;
            for (var group = 0; group < I32(at + 12); group++)
            {
                var entry = at + 16 + (group * 12);
                int from = I32(entry), to = Math.Min(I32(entry + 4), 0x10FFFF), glyph = I32(entry + 8);
                for (var code = from; code <= to; code++) _glyphs.TryAdd(code, glyph + code - from);
            }
        }
    }

    private void ReadLigatures()
    {
        var lookups = _tables["GSUB"].At + U16(_tables["GSUB"].At + 8);
        for (var i = 0; i < U16(lookups); i++)
        {
            var lookup = lookups + U16(lookups + 2 + (i * 2));
            for (var s = 0; s < U16(lookup + 4); s++)
            {
                var table = lookup + U16(lookup + 6 + (s * 2));
                var type = U16(lookup);
                if (type == 7) (type, table) = (U16(table + 2), table + I32(table + 4));
                if (type == 4) ReadLigatureTable(table);
            }
        }
    }

    private void ReadLigatureTable(int table)
    {
        var covered = Coverage(table + U16(table + 2));
        for (var set = 0; set < U16(table + 4) && set < covered.Count; set++)
        {
            var list = table + U16(table + 6 + (set * 2));
            if (!_ligatures.TryGetValue(covered[set], out var entries)) _ligatures[covered[set]] = entries = [];
            for (var i = 0; i < U16(list); i++)
            {
                var ligature = list + U16(list + 2 + (i * 2));
                entries.Add(([.. Enumerable.Range(0, U16(ligature + 2) - 1).Select(c => U16(ligature + 4 + (c * 2)))], U16(ligature)));
            }
        }
    }

    private List<int> Coverage(int at)
    {
        var count = U16(at + 2);
        if (U16(at) == 1) return [.. Enumerable.Range(0, count).Select(i => U16(at + 4 + (i * 2)))];
        return [.. Enumerable.Range(0, count).SelectMany(i => Enumerable.Range(U16(at + 4 + (i * 6)), U16(at + 6 + (i * 6)) - U16(at + 4 + (i * 6)) + 1))];
    }

    /// <summary>The PNG of a glyph from the first strike that has it.</summary>
    private byte[]? Picture(int glyph)
    {
        var index = _tables["CBLC"].At;
        for (var strike = 0; strike < I32(index + 4); strike++)
        {
            var size = index + 8 + (strike * 48);
            var array = index + I32(size);
            for (var i = 0; i < I32(size + 8); i++)
            {
                int first = U16(array + (i * 8)), last = U16(array + (i * 8) + 2);
                if (glyph < first || glyph > last) continue;
                var table = array + I32(array + (i * 8) + 4);
                if (Place(table, glyph, first) is not { } at) continue;
                var start = _tables["CBDT"].At + I32(table + 4) + at;
                start += U16(table + 2) switch { 17 => 5, 18 => 8, _ => 0 };
                return U16(table + 2) is 17 or 18 or 19 ? _font[(start + 4)..(start + 4 + I32(start))] : null;
            }
        }
        return null;
    }

    /// <summary>The place of a glyph inside the picture table; null where it has none.</summary>
    private int? Place(int table, int glyph, int first) => U16(table) switch
    {
        1 => I32(table + 8 + ((glyph - first) * 4)) is var from && I32(table + 12 + ((glyph - first) * 4)) > from ? from : null,
        2 => (glyph - first) * I32(table + 8),
        3 => U16(table + 8 + ((glyph - first) * 2)) is var from && U16(table + 10 + ((glyph - first) * 2)) > from ? from : null,
        _ => null,
    };

    private int U16(int at) => BinaryPrimitives.ReadUInt16BigEndian(_font.AsSpan(at));

    private int I32(int at) => BinaryPrimitives.ReadInt32BigEndian(_font.AsSpan(at));
}
