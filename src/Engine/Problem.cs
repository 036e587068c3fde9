namespace Spool.Engine;

/// <summary>A place in a text: line and column from 1; 0 where there is none.</summary>
public readonly record struct Mark(string File, int Line, int Column)
{
    public override string ToString() => Line == 0 ? File : $"{File}:{Line}:{Column}";
}

/// <summary>The user's text or arguments are wrong. Collected, never thrown; all are found before anything runs.</summary>
/// <param name="Code">Stable code, <c>SPL0123</c>; <c>spool explain</c> tells cause, example and repair.</param>
public sealed record Problem(string Code, Mark At, string Message, string? Hint = null);

/// <summary>Takes problems and warnings as they are found.</summary>
public sealed class ProblemList
{
    private readonly List<Problem> _problems = [];
    private readonly List<Problem> _warnings = [];

    public IReadOnlyList<Problem> Problems => _problems;
    public IReadOnlyList<Problem> Warnings => _warnings;
    public bool Any => _problems.Count > 0;

    public void Add(string code, Mark at, string message, string? hint = null)
    {
        var problem = new Problem(code, at, message, hint);
        if (!_problems.Contains(problem)) _problems.Add(problem);
    }

    public void Warn(string code, Mark at, string message, string? hint = null) => _warnings.Add(new Problem(code, at, message, hint));
}

/// <summary>Finds the names that a person may have meant.</summary>
public static class NearestName
{
    /// <summary>Up to two known names within a third of the word's length in edits, as a hint; null when none is near.</summary>
    public static string? Hint(string word, IEnumerable<string> known)
    {
        var near = known.Distinct(StringComparer.Ordinal)
            .Select(name => (name, distance: Distance(word, name)))
            .Where(x => x.distance <= Math.Max(1, Math.Max(word.Length, x.name.Length) / 3))
            .OrderBy(x => x.distance).ThenBy(x => x.name, StringComparer.Ordinal).Take(2).Select(x => $"'{x.name}'").ToList();
        return near.Count == 0 ? null : $"did you mean {string.Join(" or ", near)}?";
    }

    /// <summary>Edits with transpositions of neighbours (optimal string alignment).</summary>
    private static int Distance(string a, string b)
    {
        if (Math.Abs(a.Length - b.Length) > 20) return int.MaxValue;
        var rows = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++) rows[i, 0] = i;
        for (var j = 0; j <= b.Length; j++) rows[0, j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(b[j - 1]) ? 0 : 1;
                var best = Math.Min(Math.Min(rows[i - 1, j] + 1, rows[i, j - 1] + 1), rows[i - 1, j - 1] + cost);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) best = Math.Min(best, rows[i - 2, j - 2] + 1);
                rows[i, j] = best;
            }
        }
        return rows[a.Length, b.Length];
    }
}
