namespace Spool.App.Cli;

/// <summary>Rows of text in aligned columns, the last one free. Plain on purpose: loading a table library costs more than the whole command.</summary>
public static class Columns
{
    public static void Print(TextWriter to, IReadOnlyList<string[]> rows)
    {
        if (rows.Count == 0) return;
        var widths = new int[rows.Max(r => r.Length)];
        foreach (var row in rows)
            for (var i = 0; i < row.Length; i++) widths[i] = Math.Max(widths[i], row[i].Length);
        foreach (var row in rows)
            to.WriteLine(string.Join("  ", row.Select((cell, i) => i == row.Length - 1 ? cell : cell.PadRight(widths[i]))).TrimEnd());
    }
}
