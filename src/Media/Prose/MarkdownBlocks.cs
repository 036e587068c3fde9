using System.Text;
using System.Text.RegularExpressions;

namespace Spool.Media.Prose;

/// <summary>What a block of Markdown is.</summary>
public enum BlockKind { Heading, Paragraph, ListItem, Code, Table }

/// <summary>One block of a Markdown text. Its text still holds inline marks (see <see cref="InlineText"/>).</summary>
/// <param name="Level">1 to 6 for headings, else 0.</param>
/// <param name="Line">The index of its first line, from 0.</param>
public sealed record MarkdownBlock(BlockKind Kind, string Text, int Level, int Line);

/// <summary>
/// Reads the blocks of a script, following CommonMark 0.31 for what decides where a section begins: ATX and setext headings, fenced and
/// indented code (never headings), HTML comments and front matter (both left out), lists. Nested structure is flattened, because scripts are
/// split, spoken and put on slides, not typeset. One pass, linear in the length of the text; foreign text cannot make it fail.
/// </summary>
public static partial class MarkdownBlocks
{
    public static IReadOnlyList<MarkdownBlock> Read(string text) => new Reader(Lines(text)).Read();

    /// <summary>The lines of a text without their ends (CRLF, LF or CR) and without a byte order mark.</summary>
    public static string[] Lines(string text) =>
        text.TrimStart('\uFEFF').Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n').Split('\n');

    private sealed class Reader(string[] lines)
    {
        private readonly List<MarkdownBlock> _blocks = [];
        private readonly StringBuilder _open = new();
        private BlockKind _openKind = BlockKind.Paragraph;
        private int _openLine;
        private bool _inList;

        internal IReadOnlyList<MarkdownBlock> Read()
        {
            var i = FrontMatter();
            while (i < lines.Length) i = Take(i);
            Close();
            return _blocks;
        }

        /// <summary>A leading <c>---</c> … <c>---</c> holds settings, not text.</summary>
        private int FrontMatter()
        {
            if (lines[0].TrimEnd() != "---") return 0;
            for (var i = 1; i < lines.Length; i++)
                if (lines[i].TrimEnd() is "---" or "...") return i + 1;
            return 0;
        }

        private int Take(int i)
        {
            var line = lines[i].TrimEnd();
            var content = line.TrimStart(' ', '\t');
            if (content.Length == 0)
            {
                Close();
                return i + 1;
            }
            var indent = Indent(line);
            if ((indent < 4 || _inList) && Fence().Match(content) is { Success: true } fence) return SkipFence(i, fence.Groups[1].Value);
            if (indent >= 4 && _open.Length == 0 && !_inList)
            {
                Add(BlockKind.Code, line, 0, i);
                return i + 1;
            }
            if (content.StartsWith("<!--", StringComparison.Ordinal)) return SkipComment(i, content);
            if (indent < 4 && Atx().Match(content) is { Success: true } atx)
            {
                Add(BlockKind.Heading, WithoutClosing(atx.Groups[2].Value), atx.Groups[1].Length, i);
                return i + 1;
            }
            if (_open.Length > 0 && _openKind == BlockKind.Paragraph && indent < 4 && Underline().IsMatch(content))
            {
                var heading = _open.ToString();
                var at = _openLine;
                _open.Clear();
                Add(BlockKind.Heading, heading, content[0] == '=' ? 1 : 2, at);
                return i + 1;
            }
            if (Rule().IsMatch(content))
            {
                Close();
                _inList = false;
                return i + 1;
            }
            if (content[0] == '|')
            {
                Add(BlockKind.Table, content, 0, i);
                return i + 1;
            }
            if (Item().Match(content) is { Success: true } item && !ContinuesParagraph(item))
            {
                Close();
                Open(BlockKind.ListItem, Task().Replace(item.Groups[2].Value, "", 1), i);
                _inList = true;
                return i + 1;
            }
            if (_open.Length == 0 && Reference().IsMatch(content)) return i + 1;
            content = Quote().Replace(content, "");
            if (_open.Length > 0) _open.Append('\n').Append(content);
            else
            {
                if (indent < 2) _inList = false;
                Open(BlockKind.Paragraph, content, i);
            }
            return i + 1;
        }

        /// <summary>The text of a heading without the optional marks at its end (<c>## Title ##</c>).</summary>
        private static string WithoutClosing(string text)
        {
            text = text.Trim();
            var open = text.TrimEnd('#');
            return open.Length == 0 || (open.Length < text.Length && char.IsWhiteSpace(open[^1])) ? open.TrimEnd() : text;
        }

        /// <summary>A line of prose that happens to begin with a number ("1986. What a year") does not begin a list.</summary>
        private bool ContinuesParagraph(Match item) =>
            _open.Length > 0 && _openKind == BlockKind.Paragraph && char.IsAsciiDigit(item.Groups[1].Value[0]) && item.Groups[1].Value is not ("1." or "1)");

        private int SkipFence(int i, string mark)
        {
            var end = i + 1;
            while (end < lines.Length && !(lines[end].Trim() is { } last && last.Length >= mark.Length && last.All(c => c == mark[0]))) end++;
            Add(BlockKind.Code, string.Join('\n', lines[(i + 1)..Math.Min(end, lines.Length)]), 0, i);
            return end + 1;
        }

        private int SkipComment(int i, string content)
        {
            Close();
            if (content.IndexOf("-->", 4, StringComparison.Ordinal) is var close and >= 0)
            {
                if (content[(close + 3)..].Trim() is { Length: > 0 } rest) Open(BlockKind.Paragraph, rest, i);
                return i + 1;
            }
            for (var end = i + 1; end < lines.Length; end++)
                if (lines[end].Contains("-->", StringComparison.Ordinal)) return end + 1;
            return lines.Length;
        }

        private void Open(BlockKind kind, string text, int line)
        {
            _openKind = kind;
            _openLine = line;
            _open.Append(text);
        }

        private void Close()
        {
            if (_open.Length > 0) _blocks.Add(new(_openKind, _open.ToString(), 0, _openLine));
            _open.Clear();
        }

        private void Add(BlockKind kind, string text, int level, int line)
        {
            Close();
            if (kind != BlockKind.Code) _inList = false;
            _blocks.Add(new(kind, text, level, line));
        }

        private static int Indent(string line)
        {
            var width = 0;
            foreach (var c in line)
            {
                if (c == ' ') width++;
                else if (c == '\t') width += 4 - (width % 4);
                else break;
            }
            return width;
        }
    }

    [GeneratedRegex(@"^(`{3,}(?=[^`]*$)|~{3,})")]
    private static partial Regex Fence();

    [GeneratedRegex(@"^(#{1,6})(?:[ \t](.*))?$")]
    private static partial Regex Atx();

    [GeneratedRegex(@"^(?:=+|-+)$")]
    private static partial Regex Underline();

    [GeneratedRegex(@"^(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$")]
    private static partial Regex Rule();

    [GeneratedRegex(@"^([-*+]|\d{1,9}[.)])[ \t]+(\S.*)$")]
    private static partial Regex Item();

    [GeneratedRegex(@"^\[[ xX]\][ \t]+")]
    private static partial Regex Task();

    [GeneratedRegex(@"^\[[^\]]+\]:[ \t]*\S")]
    private static partial Regex Reference();

    [GeneratedRegex(@"^(?:>[ \t]?)+")]
    private static partial Regex Quote();
}
