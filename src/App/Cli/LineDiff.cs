using Spool.Platform;

namespace Spool.App.Cli;

/// <summary>The lines that differ between two short texts: <c>-</c> gone, <c>+</c> new, by the longest common subsequence of lines.</summary>
public static class LineDiff
{
    private const int MostBytes = 256 << 10, MostLines = 4000;

    /// <summary>True for a file that is small enough to compare and holds no zero byte.</summary>
    public static bool IsText(IDisk disk, string path) =>
        disk.Stat(path) is { Kind: FileKind.File, Size: <= MostBytes } && !DurableFile.Read(disk, path).Contains((byte)0);

    /// <summary>At most <paramref name="most"/> changed lines; the last says how many are left out.</summary>
    public static IReadOnlyList<string> Of(string before, string after, int most)
    {
        var (a, b) = (Lines(before), Lines(after));
        if (a.Length > MostLines || b.Length > MostLines) return [$"{a.Length} lines before, {b.Length} now"];
        var longest = new int[a.Length + 1, b.Length + 1];
        for (var i = a.Length - 1; i >= 0; i--)
            for (var j = b.Length - 1; j >= 0; j--)
                longest[i, j] = a[i] == b[j] ? longest[i + 1, j + 1] + 1 : Math.Max(longest[i + 1, j], longest[i, j + 1]);
        var changes = new List<string>();
        for (int i = 0, j = 0; i < a.Length || j < b.Length;)
        {
            if (i < a.Length && j < b.Length && a[i] == b[j]) (i, j) = (i + 1, j + 1);
            else if (j == b.Length || (i < a.Length && longest[i + 1, j] >= longest[i, j + 1])) changes.Add("- " + a[i++]);
            else changes.Add("+ " + b[j++]);
        }
        return changes.Count <= most ? changes : [.. changes.Take(most), $"and {changes.Count - most} more lines"];
    }

    private static string[] Lines(string text) => text.TrimEnd('\n').Split('\n');
}
