using System.Text;
using System.Text.RegularExpressions;
using Spool.Tests.Support;

namespace Spool.Tests.Architecture;

/// <summary>One source file: its path in the repository, its text, and its code alone, with comments and the content of texts blanked out.</summary>
internal sealed record SourceText(string Path, string Text, string Code)
{
    private static readonly Lazy<IReadOnlyList<SourceText>> ProductFiles = new(() => Read("src"));
    private static readonly Lazy<IReadOnlyList<SourceText>> TestFiles = new(() => Read("tests"));

    internal static IReadOnlyList<SourceText> Product => ProductFiles.Value;
    internal static IReadOnlyList<SourceText> Tests => TestFiles.Value;

    internal int Lines => Text.Count(c => c == '\n');

    /// <summary>Names of the types that a file declares, nested ones too.</summary>
    internal IEnumerable<string> Types => Regex.Matches(Code, @"\b(?:class|record struct|record|struct|interface|enum)\s+([A-Z]\w*)").Select(m => m.Groups[1].Value);

    internal static string Full(string path) => System.IO.Path.Join(Golden.Root, path);

    private static IReadOnlyList<SourceText> Read(string folder) =>
        [.. Directory.EnumerateFiles(Full(folder), "*.cs", SearchOption.AllDirectories)
            .Where(f => !f.Contains("/obj/", StringComparison.Ordinal) && !f.Contains("/bin/", StringComparison.Ordinal)).Order(StringComparer.Ordinal)
            .Select(f => (Path: System.IO.Path.GetRelativePath(Golden.Root, f), Text: File.ReadAllText(f)))
            .Select(f => new SourceText(f.Path, f.Text, Strip(f.Text)))];

    /// <summary>The code without comments and without what stands in quotes; line ends stay, so that places can be told.</summary>
    internal static string Strip(string text)
    {
        var code = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length;)
        {
            var end = Begins("//") ? To("\n", i) - 1
                : Begins("/*") ? To("*/", i + 2)
                : Begins("\"\"\"") ? To("\"\"\"", i + 3)
                : Begins("@\"") || Begins("$@\"") ? Verbatim(text.IndexOf('"', i) + 1)
                : text[i] == '"' ? Quoted(i + 1, '"')
                : text[i] == '\'' ? Quoted(i + 1, '\'')
                : i;
            if (end == i) code.Append(text[i++]);
            else
            {
                code.Append(text[i] == '/' ? "" : "\"\"").Append('\n', text.AsSpan(i, end - i).Count('\n'));
                i = end;
            }

            bool Begins(string mark) => string.CompareOrdinal(text, i, mark, 0, mark.Length) == 0;
        }
        return code.ToString();

        int To(string mark, int from) => text.IndexOf(mark, from, StringComparison.Ordinal) is >= 0 and var at ? at + mark.Length : text.Length + 1;

        int Quoted(int from, char quote)
        {
            while (from < text.Length && text[from] != quote) from += text[from] == '\\' ? 2 : 1;
            return Math.Min(text.Length, from + 1);
        }

        int Verbatim(int from)
        {
            while (from < text.Length && (text[from] != '"' || (from + 1 < text.Length && text[from + 1] == '"'))) from += text[from] == '"' ? 2 : 1;
            return Math.Min(text.Length, from + 1);
        }
    }
}
