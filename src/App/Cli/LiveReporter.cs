using System.Runtime.InteropServices;
using Spool.Engine.Scheduling;
using TaskStatus = Spool.Engine.Planning.TaskStatus;

namespace Spool.App.Cli;

/// <summary>
/// The live view of a terminal. Facts come from the run's loop and only change counters; a timer draws five times a second from these, so
/// neither a slow terminal nor ten thousand short tasks hold up the run. Lines that stay go above the view, in their order.
/// </summary>
public sealed class LiveReporter(Composition composition, WorkflowFile file, string? name, bool verbose) : TerminalReporter(composition, file, name, verbose)
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(200);

    private readonly TimeProvider _time = composition.Time;
    private readonly LiveView _view = new(composition.Time, Environment.ProcessorCount);
    private readonly LiveScreen _screen = new(Console.OpenStandardOutput(), UsesColour(composition.Environment), Reflows(composition.Environment));
    private readonly Lock _gate = new();
    private readonly Lock _drawing = new();
    private readonly List<string> _permanent = [];
    private LiveState? _state;
    private ITimer? _timer;
    private readonly List<PosixSignalRegistration> _signals = [];

    /// <summary>Asks about reviews below the view; null where nobody can be asked.</summary>
    public ReviewPrompt? Prompt { get; set; }

    public static bool UsesColour(Func<string, string?> environment) => string.IsNullOrEmpty(environment("NO_COLOR"));

    /// <summary>These cut long lines when they get narrower; all newer terminals break them anew.</summary>
    private static bool Reflows(Func<string, string?> environment) =>
        environment("XTERM_VERSION") is null && environment("TERM") is not ("linux" or "vt100" or "vt220") && environment("TERM")?.StartsWith("rxvt", StringComparison.Ordinal) != true;

    public override void Tell(RunFact fact)
    {
        switch (fact)
        {
            case RunFact.Planned planned:
                base.Tell(fact);
                Start(planned.Run);
                break;
            case RunFact.TaskChanged { Task: var task }:
                if (_state is null) break;
                lock (_gate)
                {
                    _state.Changed(task);
                    _state.Reading = null;
                }
                if (task.Status == TaskStatus.Waiting && task.Reasons.Any(r => r.Code == "review")) Prompt?.Ask(task);
                else if (task.Node.Step.Kind.Traits.IsReview) Prompt?.Drop(task.Node.Address);
                if (task.Status == TaskStatus.Failed) Write($"✗ {task.Node.Address}: {task.Failure?.Sentence}");
                else if (Verbose && task.IsOver) Write($"{RunExport.Word(task.Status)} {task.Node.Address}{(task.Reasons.Count > 0 ? "  because " + string.Join("; ", task.Reasons.Select(r => r.Text)) : "")}");
                break;
            case RunFact.Progress progress:
                lock (_gate) _state?.Progress(progress.Task, progress.Fraction);
                break;
            case RunFact.Hashing hashing:
                lock (_gate) _state?.Reading = $"reading {TerminalText.Plain(Path.GetFileName(hashing.Path))}, {Words.Bytes(hashing.Bytes)}";
                break;
            case RunFact.Retrying retry:
                lock (_gate) _state?.Retrying(retry.Task);
                base.Tell(fact);
                break;
            default:
                base.Tell(fact);
                break;
        }
    }

    /// <summary>Gives the terminal to something else for a while.</summary>
    public void Outside(Action run)
    {
        lock (_drawing)
        {
            _screen.Close([], Size());
            run();
            _screen.Forget();
        }
    }

    /// <summary>A line that stays above the view.</summary>
    public void Say(string line) => Write(line);

    private void Start(RunView run)
    {
        _state = new LiveState(_time);
        _state.Begin(run);
        if (!OperatingSystem.IsWindows())
        {
            // After a stop (Ctrl+Z) the shell has written below the view. At a resize each small change is followed at once: several
            // together could push the top of the view out of the screen, where nothing reaches it any more.
            _signals.Add(PosixSignalRegistration.Create(PosixSignal.SIGCONT, _ => { lock (_drawing) _screen.Forget(); }));
            _signals.Add(PosixSignalRegistration.Create(PosixSignal.SIGWINCH, _ => Draw()));
        }
        _timer = _time.CreateTimer(_ => Draw(), null, Period, Period);
    }

    /// <summary>A line that stays: at once while there is no view, else with the next drawing.</summary>
    protected override void Write(string line)
    {
        var plain = TerminalText.Plain(line);
        lock (_gate)
        {
            if (_timer is not null)
            {
                _permanent.Add(plain);
                return;
            }
        }
        base.Write(plain);
    }

    private void Draw()
    {
        // A terminal that does not take the last drawing yet gets no second one behind it.
        if (!_drawing.TryEnter()) return;
        try
        {
            var size = Size();
            IReadOnlyList<LiveLine> lines;
            string[] permanent;
            lock (_gate)
            {
                if (_timer is null || _state is null) return;
                var prompt = Prompt?.Lines(Math.Max(1, size.Width - 3)) ?? [];
                lines = [.. _view.Lines(_state, (size.Width, Math.Max(2, size.Height - prompt.Count))), .. prompt];
                permanent = [.. _permanent];
                _permanent.Clear();
            }
            _screen.Draw(permanent, lines, size);
        }
        catch (IOException) { return; }
        finally { _drawing.Exit(); }
    }

    private static (int Width, int Height) Size() => (Math.Max(1, Console.WindowWidth), Math.Max(1, Console.WindowHeight));

    public override int Finish(RunResult result)
    {
        Stop();
        return base.Finish(result);
    }

    /// <summary>Takes the view away and shows what was still to be said.</summary>
    private void Stop()
    {
        string[] permanent;
        lock (_gate)
        {
            if (_timer is null) return;
            _timer.Dispose();
            _timer = null;
            permanent = [.. _permanent];
            _permanent.Clear();
        }
        foreach (var signal in _signals) signal.Dispose();
        lock (_drawing)
        {
            try { _screen.Close(permanent, Size()); }
            catch (IOException) { return; }
        }
    }

    public override void Dispose()
    {
        Stop();
        base.Dispose();
    }
}
