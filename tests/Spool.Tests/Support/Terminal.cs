using System.Text;

namespace Spool.Tests.Support;

/// <summary>A terminal as far as the live view uses one: rows that scroll, the cursor, erasing, and lines that break anew when it gets narrower.</summary>
internal sealed class Terminal(int width, int height) : MemoryStream
{
    // Each logical line is one entry; rows are what it takes at the width of now.
    private readonly List<StringBuilder> _lines = [new()];
    private int _line, _column;

    public int Columns { get; private set; } = width;
    public int Rows { get; private set; } = height;
    public bool CursorVisible { get; private set; } = true;
    public int Writes { get; private set; }

    public IReadOnlyList<string> Lines => [.. _lines.Select(l => l.ToString().TrimEnd())];

    /// <summary>What is on the screen and what scrolled out of it, without empty lines at the end.</summary>
    public string Text => string.Join('\n', Lines).TrimEnd();

    public void Resize(int columns, int rows) => (Columns, Rows) = (columns, rows);

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        Writes++;
        var text = Encoding.UTF8.GetString(buffer);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\r') _column = 0;
            else if (text[i] == '\n') Down();
            else if (text[i] == '\u001b')
            {
                var end = i + 2;
                while (text[end] is (>= '0' and <= '9') or ';' or '?') end++;
                Control(text[(i + 2)..end], text[end]);
                i = end;
            }
            else Put(text[i]);
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    private void Put(char c)
    {
        var line = _lines[_line];
        while (line.Length <= _column) line.Append(' ');
        line[_column++] = c;
    }

    private void Down()
    {
        if (++_line == _lines.Count) _lines.Add(new StringBuilder());
    }

    private int RowsOf(int line) => Math.Max(1, (_lines[line].Length + Columns - 1) / Columns);

    private void Control(string number, char command)
    {
        if (command == 'A')
        {
            // Up counts rows of the screen; the live view only ever goes to the first row of a line.
            var rows = int.Parse(number) - (RowsOf(_line) - 1);
            while (rows > 0 && _line > 0) rows -= RowsOf(--_line);
            if (rows < 0) throw new InvalidOperationException("the cursor went into the middle of a broken line");
        }
        else if (command == 'K') _lines[_line].Length = Math.Min(_lines[_line].Length, _column);
        else if (command == 'J')
        {
            _lines[_line].Length = Math.Min(_lines[_line].Length, _column);
            _lines.RemoveRange(_line + 1, _lines.Count - _line - 1);
        }
        else if (command is 'h' or 'l' && number == "?25") CursorVisible = command == 'h';
        else if (command != 'm') throw new NotSupportedException($"ESC[{number}{command}");
    }
}
