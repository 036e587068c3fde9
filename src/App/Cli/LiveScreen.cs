using System.Globalization;
using System.Text;

namespace Spool.App.Cli;

/// <summary>
/// Draws a block of lines at the end of what a terminal shows, over the block drawn before, and puts permanent lines above it. The cursor is
/// hidden only while one write is under way, so a process that is killed leaves it visible.
/// </summary>
/// <param name="output">The terminal.</param>
/// <param name="colour">False: no colours (NO_COLOR).</param>
/// <param name="reflows">The terminal breaks long lines anew when it gets narrower; most do, xterm, rxvt and the Linux console do not.</param>
public sealed class LiveScreen(Stream output, bool colour, bool reflows)
{
    private List<LiveLine> _drawn = [];
    private int[] _columns = [];
    private (int Width, int Height) _size;

    /// <summary>Shows the lines; does nothing when they stand there already and there is nothing to put above them.</summary>
    public void Draw(IReadOnlyList<string> permanent, IReadOnlyList<LiveLine> lines, (int Width, int Height) size)
    {
        if (permanent.Count == 0 && size == _size && _drawn.SequenceEqual(lines)) return;
        var text = new StringBuilder("\u001b[?25l");
        ToTop(text, size);
        Permanent(text, permanent);
        for (var i = 0; i < lines.Count; i++)
        {
            if (i > 0) text.Append("\r\n");
            Line(text, lines[i]);
            text.Append("\u001b[K");
        }
        text.Append("\u001b[J\u001b[?25h");
        Send(text);
        _drawn = [.. lines];
        _columns = [.. lines.Select(l => TerminalText.Columns(l.Text))];
        _size = size;
    }

    /// <summary>Takes the block away and leaves the permanent lines; the cursor stands where the next line begins.</summary>
    public void Close(IReadOnlyList<string> permanent, (int Width, int Height) size)
    {
        var text = new StringBuilder();
        ToTop(text, size);
        if (permanent.Count > 0) Permanent(text, permanent);
        else if (_drawn.Count > 0) text.Append("\u001b[J");
        Send(text);
        Forget();
    }

    /// <summary>Others wrote to the terminal, as a shell does while the program is stopped: the next block is drawn anew below that.</summary>
    public void Forget()
    {
        _drawn = [];
        _columns = [];
    }

    /// <summary>To the first row of the block. When the terminal got narrower since, each line may take several rows now.</summary>
    private void ToTop(StringBuilder text, (int Width, int Height) size)
    {
        var rows = 0;
        foreach (var columns in _columns) rows += reflows && columns > size.Width ? (columns + size.Width - 1) / size.Width : 1;
        var up = Math.Min(rows, size.Height) - 1;
        if (rows > 0) text.Append('\r');
        if (up > 0) text.Append(CultureInfo.InvariantCulture, $"\u001b[{up}A");
    }

    private static void Permanent(StringBuilder text, IReadOnlyList<string> lines)
    {
        if (lines.Count == 0) return;
        text.Append("\u001b[J");
        foreach (var line in lines) text.Append(line).Append("\r\n");
    }

    private void Line(StringBuilder text, LiveLine line)
    {
        var code = line.Tone switch { LiveTone.Good => "32", LiveTone.Bad => "31", LiveTone.Busy => "36", LiveTone.Quiet => "2", _ => null };
        var from = Math.Min(line.From, line.Text.Length);
        var length = Math.Min(line.Length, line.Text.Length - from);
        if (!colour || code is null || length == 0)
        {
            text.Append(line.Text);
            return;
        }
        text.Append(line.Text, 0, from).Append("\u001b[").Append(code).Append('m').Append(line.Text, from, length).Append("\u001b[0m").Append(line.Text, from + length, line.Text.Length - from - length);
    }

    private void Send(StringBuilder text)
    {
        if (text.Length == 0) return;
        output.Write(Encoding.UTF8.GetBytes(text.ToString()));
        output.Flush();
    }
}
