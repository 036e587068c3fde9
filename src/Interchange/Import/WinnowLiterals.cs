using System.Globalization;
using System.Text;
using Spool.Engine;
using Spool.Engine.Definition;

namespace Spool.Interchange.Import;

/// <summary>
/// Reads assignments of literals from a Python file, as text: nothing of it is run. Known are names assigned before, calls and dictionaries whose arguments
/// have names (<c>BlurConfig(threshold=80.0)</c> is a mapping; what is called does not matter), lists and tuples, numbers, strings, True, False, None, and
/// <c>Path("…")</c>. All else is a note with its line, and the value stays out.
/// </summary>
public sealed class WinnowLiterals(string file, string text, ImportNotes notes)
{
    private const int MostDepth = 64;
    private readonly Dictionary<string, YamlNode> _names = new(StringComparer.Ordinal);
    private int _at, _line = 1, _lineStart, _depth;

    /// <summary>The value of a name at the left of the file; null when none is assigned to it.</summary>
    public YamlNode? Find(string name)
    {
        while (_at < text.Length) Statement();
        return _names.GetValueOrDefault(name);
    }

    /// <summary>The names that have values.</summary>
    public IEnumerable<string> Names => _names.Keys;

    private Mark Here => new(file, _line, _at - _lineStart + 1);

    private char Now => _at < text.Length ? text[_at] : '\0';

    private void Step()
    {
        if (text[_at++] != '\n') return;
        _line++;
        _lineStart = _at;
    }

    private void Statement()
    {
        Blank(newLines: true);
        if (_at >= text.Length) return;
        var (start, at) = (_at, Here);
        if (at.Column == 1 && Word() is { Length: > 0 } name)
        {
            Blank(newLines: false);
            if (Now == ':' && name is not ("if" or "else" or "try" or "class" or "def" or "for" or "while" or "with" or "finally")) while (Now is not ('=' or '\n' or '\0')) Step(); // the type of a variable
            if (Now == '=' && (_at + 1 >= text.Length || text[_at + 1] != '='))
            {
                Step();
                Blank(newLines: false);
                if (Value(name) is { } value) _names[name] = value;
                Rest(name);
                return;
            }
            if (name is "import" or "from")
            {
                Line();
                return;
            }
        }
        // A text on its own is a comment; what stands further in belongs to a statement that was told already.
        if (at.Column == 1 && text[start] is not ('"' or '\'' or ')' or ']' or '}')) notes.NoEqual(at, null, Shown(start), "only assignments of literals are read, and nothing is run; say this value in the workflow");
        if (text[start] is '"' or '\'' && _at == start) Quoted();
        Line();
    }

    /// <summary>What follows a value on its line must be nothing.</summary>
    private void Rest(string field)
    {
        Blank(newLines: false);
        if (Now is '\n' or '\0') return;
        notes.NoEqual(Here, null, field, $"'{Shown(_at)}' is no literal; the value is left out");
        _names.Remove(field);
        Line();
    }

    private YamlNode? Value(string field)
    {
        if (++_depth > MostDepth) return Unknown(field);
        try
        {
            var at = Here;
            return Now switch
            {
                '{' => Dictionary(field, at),
                '[' or '(' => List(field, at),
                '"' or '\'' => Quoted() is { } quoted ? new YamlScalar(at, quoted, true) : Unknown(field),
                '-' or '+' or '.' or (>= '0' and <= '9') => Figure(field, at),
                _ => char.IsLetter(Now) || Now == '_' ? Named(field, at) : Unknown(field),
            };
        }
        finally { _depth--; }
    }

    private YamlNode? Named(string field, Mark at)
    {
        var start = _at;
        var name = Word();
        while (Now == '.')
        {
            Step();
            name += "." + Word();
        }
        if (name is "True" or "False") return new YamlScalar(at, name == "True" ? "true" : "false", false);
        if (name == "None") return new YamlScalar(at, "null", false);
        if (name is "r" or "R" && Now is '"' or '\'') return Quoted(raw: true) is { } raw ? new YamlScalar(at, raw, true) : Unknown(field);
        if (Now != '(') return _names.TryGetValue(name, out var known) ? known : Unknown(field, $"the name '{name}' has no literal value in this file", start);
        Step();
        Blank(newLines: true);
        // A path is its text.
        if (name is "Path" or "pathlib.Path" && Now is '"' or '\'')
        {
            var path = Quoted();
            Blank(newLines: true);
            if (Now == ')' && path is not null)
            {
                Step();
                return new YamlScalar(at, path, true);
            }
        }
        return Entries(field, at, ')', () =>
        {
            var key = (At: Here, Name: Word());
            Blank(newLines: true);
            if (key.Name.Length == 0 || Now != '=' || _at + 1 < text.Length && text[_at + 1] == '=') return null;
            Step();
            return key;
        });
    }

    private YamlMap? Dictionary(string field, Mark at)
    {
        Step();
        return Entries(field, at, '}', () =>
        {
            var keyAt = Here;
            var key = Now is '"' or '\'' ? Quoted() : null;
            Blank(newLines: true);
            if (key is null || Now != ':') return null;
            Step();
            return (keyAt, key);
        });
    }

    private YamlMap? Entries(string field, Mark at, char end, Func<(Mark At, string Name)?> key)
    {
        var entries = new List<YamlEntry>();
        var strange = false;
        for (Blank(newLines: true); Now is not '\0' && Now != end; Blank(newLines: true))
        {
            var start = _at;
            if (key() is not { } found)
            {
                Unknown(field, $"'{Shown(start)}' has no name of its own here", start);
                strange = true;
            }
            else
            {
                Blank(newLines: true);
                var inner = field.Length == 0 || _depth == 1 ? found.Name : $"{field}.{found.Name}";
                if (Value(inner) is { } value && AtEnd(inner, end)) entries.Add(new YamlEntry(found.Name, found.At, value));
            }
            Blank(newLines: true);
            if (Now == ',') Step();
        }
        if (Now == end) Step();
        // A call of something like float("0.5") is no mapping, and was told.
        return strange && entries.Count == 0 ? null : new YamlMap(at, entries);
    }

    private YamlNode? List(string field, Mark at)
    {
        var end = Now == '(' ? ')' : ']';
        Step();
        var items = new List<YamlNode>();
        var commas = 0;
        for (Blank(newLines: true); Now is not '\0' && Now != end; Blank(newLines: true))
        {
            if (Value(field) is { } item && AtEnd(field, end)) items.Add(item);
            Blank(newLines: true);
            if (Now != ',') continue;
            commas++;
            Step();
        }
        if (Now == end) Step();
        // Brackets around one value are only brackets.
        return end == ')' && commas == 0 && items.Count == 1 ? items[0] : new YamlList(at, items);
    }

    private bool AtEnd(string field, char end)
    {
        Blank(newLines: true);
        if (Now == ',' || Now == end || Now == '\0') return true;
        Unknown(field, $"'{Shown(_at)}' is no literal", _at);
        return false;
    }

    private YamlNode? Figure(string field, Mark at)
    {
        var start = _at;
        while (char.IsAsciiLetterOrDigit(Now) || Now is '.' or '_' || (Now is '-' or '+' && (_at == start || text[_at - 1] is 'e' or 'E'))) Step();
        var figure = text[start.._at].Replace("_", "", StringComparison.Ordinal);
        if (long.TryParse(figure, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole)) return new YamlScalar(at, whole.ToString(CultureInfo.InvariantCulture), false);
        return double.TryParse(figure, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? new YamlScalar(at, number.ToString(CultureInfo.InvariantCulture), false) : Unknown(field, $"'{figure}' is no number", start);
    }

    /// <summary>A text in quotes; null where it does not end.</summary>
    private string? Quoted(bool raw = false)
    {
        var quote = Now;
        var triple = string.CompareOrdinal(text, _at, new string(quote, 3), 0, 3) == 0;
        for (var i = 0; i < (triple ? 3 : 1); i++) Step();
        var read = new StringBuilder();
        while (_at < text.Length)
        {
            if (triple ? string.CompareOrdinal(text, _at, new string(quote, 3), 0, 3) == 0 : Now == quote)
            {
                for (var i = 0; i < (triple ? 3 : 1); i++) Step();
                return read.ToString();
            }
            if (Now == '\n' && !triple) return null;
            if (Now == '\\' && !raw && _at + 1 < text.Length)
            {
                Step();
                read.Append(Now switch { 'n' => "\n", 't' => "\t", '\n' => "", '\\' or '\'' or '"' => Now.ToString(), _ => "\\" + Now });
            }
            else read.Append(Now);
            Step();
        }
        return null;
    }

    /// <summary>Notes what is no literal and goes behind it: to the next comma or closing bracket at this depth, or the end of the line.</summary>
    private YamlNode? Unknown(string field, string? why = null, int? from = null)
    {
        var start = from ?? _at;
        notes.NoEqual(Here, null, field, $"{why ?? $"'{Shown(start)}' is no literal"}; nothing is run, so it is left out");
        for (var open = 0; _at < text.Length;)
        {
            if (Now is '"' or '\'')
            {
                Quoted();
                continue;
            }
            if (Now is '(' or '[' or '{') open++;
            else if (Now is ')' or ']' or '}' && open-- == 0) break;
            else if (open == 0 && (Now == ',' || Now == '\n' && _depth <= 1)) break;
            Step();
        }
        return null;
    }

    private string Word()
    {
        var start = _at;
        while (char.IsLetterOrDigit(Now) || Now == '_') _at++;
        return text[start.._at];
    }

    private string Shown(int start)
    {
        var end = text.IndexOf('\n', start);
        var shown = (end < 0 ? text[start..] : text[start..end]).Trim();
        return shown.Length > 60 ? shown[..60] + "…" : shown;
    }

    private void Line()
    {
        while (_at < text.Length && Now != '\n') Step();
        if (_at < text.Length) Step();
    }

    private void Blank(bool newLines)
    {
        while (_at < text.Length)
        {
            if (Now == '#') while (_at < text.Length && Now != '\n') Step();
            else if (Now is ' ' or '\t' or '\r' || newLines && Now == '\n') Step();
            else if (Now == '\\' && _at + 1 < text.Length && text[_at + 1] == '\n')
            {
                Step();
                Step();
            }
            else return;
        }
    }
}
