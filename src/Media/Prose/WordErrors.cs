namespace Spool.Media.Prose;

/// <summary>One place of an alignment: a word of the reference, a word of what was heard, or both. An index of -1 means none.</summary>
public readonly record struct AlignedPair(int Reference, int Heard);

/// <summary>
/// Errors between what should be said and what was heard: substitutions S, deletions D and insertions I of the cheapest alignment (Levenshtein
/// 1966, every edit costs 1), and the rate (S+D+I)/N with N the words of the reference; above 1 when more was heard than should be. Of equally
/// cheap alignments the one with matches and substitutions as late as possible is taken, the same on every machine.
/// </summary>
public sealed record WordErrors(int Substitutions, int Deletions, int Insertions, int Reference)
{
    /// <summary>The longest texts that are aligned; the table has one byte for each pair.</summary>
    public const int Most = 12_000;

    public int Errors => Substitutions + Deletions + Insertions;

    /// <summary>(S+D+I)/N; with an empty reference 0 when nothing was heard, else 1.</summary>
    public double Rate => Reference > 0 ? (double)Errors / Reference : Errors > 0 ? 1 : 0;

    public static WordErrors Between(IReadOnlyList<string> reference, IReadOnlyList<string> heard) => Count(Align(reference, heard), reference, heard);

    public static WordErrors Count(IEnumerable<AlignedPair> pairs, IReadOnlyList<string> reference, IReadOnlyList<string> heard)
    {
        int substitutions = 0, deletions = 0, insertions = 0, words = 0;
        foreach (var (r, h) in pairs)
        {
            if (r >= 0) words++;
            if (r < 0) insertions++;
            else if (h < 0) deletions++;
            else if (reference[r] != heard[h]) substitutions++;
        }
        return new WordErrors(substitutions, deletions, insertions, words);
    }

    /// <summary>The alignment, in order.</summary>
    public static IReadOnlyList<AlignedPair> Align(IReadOnlyList<string> reference, IReadOnlyList<string> heard)
    {
        if (reference.Count > Most || heard.Count > Most) throw new ArgumentOutOfRangeException(nameof(reference), $"more than {Most} words");
        int rows = reference.Count + 1, columns = heard.Count + 1;
        // 0: pair, 1: deletion, 2: insertion.
        var moves = new byte[(long)rows * columns];
        var before = new int[columns];
        var now = new int[columns];
        for (var j = 1; j < columns; j++)
        {
            before[j] = j;
            moves[j] = 2;
        }
        for (var i = 1; i < rows; i++)
        {
            now[0] = i;
            moves[(long)i * columns] = 1;
            for (var j = 1; j < columns; j++)
            {
                var pair = before[j - 1] + (reference[i - 1] == heard[j - 1] ? 0 : 1);
                var deletion = before[j] + 1;
                var insertion = now[j - 1] + 1;
                now[j] = Math.Min(pair, Math.Min(deletion, insertion));
                moves[((long)i * columns) + j] = (byte)(pair == now[j] ? 0 : deletion == now[j] ? 1 : 2);
            }
            (before, now) = (now, before);
        }
        var pairs = new List<AlignedPair>();
        for (int i = reference.Count, j = heard.Count; i > 0 || j > 0;)
        {
            switch (moves[((long)i * columns) + j])
            {
                case 0: pairs.Add(new AlignedPair(--i, --j)); break;
                case 1: pairs.Add(new AlignedPair(--i, -1)); break;
                default: pairs.Add(new AlignedPair(-1, --j)); break;
            }
        }
        pairs.Reverse();
        return pairs;
    }

    /// <summary>The edits between two texts, letter by letter, spaces counted (the character error rate's S+D+I).</summary>
    public static int Letters(string reference, string heard)
    {
        var before = Enumerable.Range(0, heard.Length + 1).ToArray();
        var now = new int[heard.Length + 1];
        for (var i = 1; i <= reference.Length; i++)
        {
            now[0] = i;
            for (var j = 1; j <= heard.Length; j++)
                now[j] = Math.Min(before[j - 1] + (reference[i - 1] == heard[j - 1] ? 0 : 1), Math.Min(before[j], now[j - 1]) + 1);
            (before, now) = (now, before);
        }
        return before[heard.Length];
    }
}
