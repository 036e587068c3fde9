using System.Globalization;

namespace Spool.App.Cli;

/// <summary>
/// The lines of the live view for a terminal of a given size: failed and running tasks, one line per step, how far the run is. Never taller
/// than the terminal and never wider than 78 columns, so that making a wide terminal narrower breaks no line.
/// </summary>
public sealed class LiveView(TimeProvider time, int cores)
{
    private const int Widest = 78, Bar = 10, MostFailed = 3;

    // Room for the ^C that a terminal echoes at the end of the last line.
    private const int Margin = 3;

    public IReadOnlyList<LiveLine> Lines(LiveState state, (int Width, int Height) size)
    {
        var width = Math.Max(1, Math.Min(Widest, size.Width - Margin));
        // A third of the screen stays for what was said before, so a terminal that gets lower seldom pushes the block out of its top.
        var rows = Math.Max(1, Math.Min(size.Height - 1, Math.Max(8, size.Height * 2 / 3)));
        var lines = new List<LiveLine>(rows);
        var room = rows - 1;
        var failed = Math.Min(state.Failed.Count, MostFailed);
        var running = state.Running.Count();
        var wanted = failed + running;
        var steps = state.Steps.Count(s => s.Total > 0 || s.Note is not null);
        var forTasks = Math.Min(wanted, Math.Max(room - steps, (room + 1) / 2));
        Tasks(lines, state, failed, running, forTasks, width);
        Steps(lines, state, steps, room - lines.Count, width);
        lines.Add(new LiveLine(TerminalText.Fit(Last(state, running), width)));
        return lines;
    }

    private void Tasks(List<LiveLine> lines, LiveState state, int failed, int running, int room, int width)
    {
        if (room == 0) return;
        var hidden = failed + running - room;
        // One row of them says how many are not shown.
        if (hidden > 0) room--;
        var shownFailed = Math.Min(failed, Math.Max(room / 2, room - running));
        var shown = state.Running.OrderBy(t => t.Since).Take(room - shownFailed).ToList();
        var names = state.Failed.TakeLast(shownFailed).Select(f => TerminalText.Plain(f)).ToList();
        var column = Math.Max(1, Math.Min(width - 18, names.Concat(shown.Select(t => t.Address)).Select(TerminalText.Columns).DefaultIfEmpty(0).Max()));
        foreach (var name in names) lines.Add(new LiveLine(TerminalText.Fit($"✗ {TerminalText.Pad(name, column)}  failed", width), LiveTone.Bad, 0, int.MaxValue));
        foreach (var task in shown)
        {
            var percent = task.Fraction is { } fraction ? string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(fraction * 100),4:0} %") : "";
            var elapsed = Words.Duration(time.GetElapsedTime(task.Since).TotalSeconds);
            lines.Add(new LiveLine(TerminalText.Fit($"▶ {TerminalText.Pad(task.Address, column)} {elapsed,8}{percent}", width), LiveTone.Busy, 0, 1));
        }
        var rest = failed + running - lines.Count;
        if (hidden > 0) lines.Add(new LiveLine(TerminalText.Fit($"  +{Words.Count(rest)} more running", width), LiveTone.Quiet, 0, int.MaxValue));
    }

    private static void Steps(List<LiveLine> lines, LiveState state, int count, int room, int width)
    {
        if (room <= 0 || count == 0) return;
        var hidden = count > room ? count - (room - 1) : 0;
        IEnumerable<LiveStep> chosen = state.Steps.Where(s => s.Total > 0 || s.Note is not null);
        // Where not all fit: those where something happens, then those to come, then those that are over; shown in their order.
        if (hidden > 0) chosen = chosen.OrderBy(Rank).Take(room - 1).OrderBy(s => s.Order).ToList();
        var shown = chosen.ToList();
        var column = Math.Max(1, Math.Min(Math.Max(6, width - 32), shown.Select(s => TerminalText.Columns(s.Id)).DefaultIfEmpty(0).Max()));
        foreach (var step in shown) lines.Add(Step(step, column, width));
        if (hidden == 0) return;
        var over = state.Steps.Count(s => s.IsOver) - shown.Count(s => s.IsOver);
        lines.Add(new LiveLine(TerminalText.Fit($"  +{Words.Count(hidden)} more{(over > 0 ? $", {Words.Count(over)} of them over" : "")}", width), LiveTone.Quiet, 0, int.MaxValue));
    }

    private static int Rank(LiveStep step) => step.Running > 0 ? 0 : step.Failed > 0 ? 1 : step.IsOver ? 4 : step.Done > 0 ? 2 : 3;

    private static LiveLine Step(LiveStep step, int column, int width)
    {
        var name = "  " + TerminalText.Pad(step.Id, column) + "  ";
        if (step.Total == 0) return new LiveLine(TerminalText.Fit(name + (step.Note is { Length: > 0 } note ? note : "known later"), width), LiveTone.Quiet, 0, int.MaxValue);
        // A full bar only when all is done, an empty one only when nothing is.
        var full = step.Done == step.Total ? Bar : step.Done == 0 ? 0 : Math.Clamp((int)((long)step.Done * Bar / step.Total), 1, Bar - 1);
        var text = name + new string('█', full) + new string('░', Bar - full) + $" {Words.Count(step.Done)}/{Words.Count(step.Total)}"
            + (step.Failed > 0 ? $"  {Words.Count(step.Failed)} failed" : "") + (step.Stuck > 0 ? $"  {Words.Count(step.Stuck)} waiting" : "");
        return new LiveLine(TerminalText.Fit(text, width), step.Failed > 0 ? LiveTone.Bad : LiveTone.Good, name.Length, full);
    }

    private string Last(LiveState state, int running)
    {
        var elapsed = time.GetElapsedTime(state.Started).TotalSeconds;
        var left = state.SecondsLeft is > 0.95 and var seconds ? $"about {Words.Duration(seconds)} left" : Words.Duration(elapsed);
        return $"{Words.Count(state.Done)}/{Words.Count(state.Total)} done · {Words.Count(running)} running · {cores} core{(cores == 1 ? "" : "s")} · {left}{(state.Reading is { } reading ? " · " + reading : "")}";
    }
}
