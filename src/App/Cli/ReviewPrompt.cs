using System.Text;
using Spool.Engine.Planning;
using Spool.Engine.Scheduling;
using Spool.Platform;

namespace Spool.App.Cli;

/// <summary>
/// Asks about reviews in place, below the live view, while other tasks go on above: <c>[o]pen [e]dit [a]pprove [r]eject [l]ater</c>. Only on
/// a terminal. It keeps the run open as long as something is asked; "later" leaves the review to <c>spool approve</c>.
/// </summary>
public sealed class ReviewPrompt(Composition composition, WorkflowFile file, RunDriver driver) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Queue<(string Address, string Message, IReadOnlyList<string> Files)> _asked = new();
    private readonly CancellationTokenSource _end = new();
    private StringBuilder? _note;
    private Thread? _keys;

    /// <summary>Told what to write above the view, and to give the terminal to an editor.</summary>
    public Action<string> Say { get; set; } = _ => { };

    /// <summary>Takes the view off the terminal while this runs.</summary>
    public Action<Action> Outside { get; set; } = run => run();

    /// <summary>The lines to show; none while nothing is asked.</summary>
    public IReadOnlyList<LiveLine> Lines(int width)
    {
        lock (_gate)
        {
            if (!_asked.TryPeek(out var first)) return [];
            var more = _asked.Count > 1 ? $" (+{_asked.Count - 1})" : "";
            var title = $"? {first.Address}{more}  {first.Message}  {string.Join(", ", first.Files)}";
            var keys = _note is null ? "  [o]pen [e]dit [a]pprove [r]eject [l]ater" : $"  note: {_note}▏  (Enter rejects, Esc goes back)";
            return [new LiveLine(TerminalText.Fit(TerminalText.Plain(title), width), LiveTone.Busy, 0, 1), new LiveLine(TerminalText.Fit(TerminalText.Plain(keys), width))];
        }
    }

    /// <summary>A review was reached. Called on the run's loop.</summary>
    public void Ask(TaskState task)
    {
        lock (_gate)
        {
            if (_asked.Any(a => a.Address == task.Node.Address)) return;
            _asked.Enqueue((task.Node.Address, task.Message, [.. task.Shown.Select(f => f.Path)]));
            driver.IsHeld = true;
            if (_keys is not null) return;
            _keys = new Thread(Read) { IsBackground = true };
            _keys.Start();
        }
    }

    /// <summary>A review was decided, here or elsewhere: it is asked about no more.</summary>
    public void Drop(string address)
    {
        lock (_gate)
        {
            if (_asked.All(a => a.Address != address)) return;
            var others = _asked.Where(a => a.Address != address).ToList();
            if (_asked.Peek().Address == address) _note = null;
            _asked.Clear();
            foreach (var one in others) _asked.Enqueue(one);
            if (_asked.Count > 0) return;
        }
        _ = driver.AskAsync(_ =>
        {
            lock (_gate) return driver.IsHeld = _asked.Count > 0;
        });
    }

    private void Read()
    {
        while (!_end.IsCancellationRequested)
        {
            if (!Console.KeyAvailable)
            {
                _end.Token.WaitHandle.WaitOne(50);
                continue;
            }
            Pressed(Console.ReadKey(intercept: true));
        }
    }

    private void Pressed(ConsoleKeyInfo key)
    {
        string? reject = null;
        (string Address, string Message, IReadOnlyList<string> Files) first;
        lock (_gate)
        {
            if (!_asked.TryPeek(out first)) return;
            if (_note is not null)
            {
                if (key.Key == ConsoleKey.Escape) _note = null;
                else if (key.Key == ConsoleKey.Enter) (reject, _note) = (_note.ToString(), null);
                else if (key.Key == ConsoleKey.Backspace) _note.Length = Math.Max(0, _note.Length - 1);
                else if (!char.IsControl(key.KeyChar)) _note.Append(key.KeyChar);
                if (reject is null) return;
            }
            else if (key.KeyChar is 'r' or 'R')
            {
                _note = new StringBuilder();
                return;
            }
        }
        if (reject is not null) Decide(first.Address, new ReviewDecision("reject", reject.Trim().Length > 0 ? [reject.Trim()] : [], Environment.UserName));
        else if (key.KeyChar is 'a' or 'A') Decide(first.Address, new ReviewDecision("approve", [], Environment.UserName));
        else if (key.KeyChar is 'l' or 'L')
        {
            Say($"{first.Address}: later; decide with: spool approve {first.Address}");
            Drop(first.Address);
        }
        else if (key.KeyChar is 'o' or 'O') foreach (var path in first.Files) Say($"look  {Path.Join(file.Workspace, path)}");
        else if (key.KeyChar is 'e' or 'E') Edit(first.Files);
    }

    private void Edit(IReadOnlyList<string> files)
    {
        var paths = files.Select(f => Path.Join(file.Workspace, f)).Where(p => LineDiff.IsText(composition.Disk, p)).ToList();
        var editor = new[] { composition.Environment("VISUAL"), composition.Environment("EDITOR"), "nano", "vi" }
            .Where(e => !string.IsNullOrEmpty(e)).Select(e => ProgramFinder.Find(composition.Disk, e!, composition.Environment("PATH"))).FirstOrDefault(e => e is not null);
        if (paths.Count == 0) Say("none of these files is text; change it with a program of your own, then press a");
        else if (editor is null) Say($"no editor was found; set EDITOR, or edit {paths[0]} elsewhere, then press a");
        else Outside(() => ForegroundProgram.Run(editor, paths, file.Workspace));
    }

    private void Decide(string address, ReviewDecision decision)
    {
        var (taken, said) = driver.DecideAsync(address, decision).GetAwaiter().GetResult();
        Say(said);
        // One that was taken is dropped when the run tells of it; one that was refused stays to be decided otherwise.
        if (taken) Drop(address);
    }

    /// <summary>The run is being ended: nobody is asked any more.</summary>
    public void Cancel()
    {
        lock (_gate) _asked.Clear();
        driver.IsHeld = false;
    }

    public void Dispose()
    {
        _end.Cancel();
        _keys?.Join();
        _end.Dispose();
    }
}
