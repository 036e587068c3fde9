using Spool.Engine.Graph;
using Spool.Engine.Scheduling;
using Spool.App.Report;
using TaskStatus = Spool.Engine.Planning.TaskStatus;

namespace Spool.App.Cli;

/// <summary>
/// What a server shows of a run while it goes on (docs/formats/queue.md): the page's data in a file, and among the JSON lines also starts,
/// progress, counts, and when the page has changed. The engine makes them, because it alone knows; the server only hands files on, so it
/// holds nothing that it could lose and its load does not grow with the tasks. The data is made between two steps of the run, about once a
/// second when something changed, and never takes more than a twentieth of the run's time.
/// </summary>
public sealed class ServedReporter(Composition composition, Workspace workspace, TaskGraph graph, string folder, RunReporter inner) : RunReporter
{
    private static readonly TimeSpan Usual = TimeSpan.FromSeconds(1);
    private readonly Dictionary<string, long> _progressTold = [];
    private readonly CancellationTokenSource _stop = new();
    private Task _writing = Task.CompletedTask;
    private ServedPage? _page;
    private long _startedAt;
    private bool _changed, _isDisposed;

    /// <summary>The most that the run may spend, in US dollars.</summary>
    public decimal? Budget { get; init; }

    /// <summary>Makes the page while the run goes on.</summary>
    public void Follow(RunDriver driver)
    {
        _startedAt = composition.Time.GetUtcNow().ToUnixTimeMilliseconds();
        _page = new ServedPage(composition, workspace, graph, folder) { Budget = Budget };
        _writing = WriteAsync(driver, _page);
    }

    public override void Tell(RunFact fact)
    {
        inner.Tell(fact);
        _changed = true;
        if (fact is RunFact.TaskChanged { Task: { Status: TaskStatus.Running } begun })
            JsonOut.Line(w => { w.WriteString("type", "started"); w.WriteString("task", begun.Node.Address); w.WriteString("step", begun.Node.Step.Id); });
        else if (fact is RunFact.Progress { Task: var task, Fraction: var fraction } && IsDue(task.Node.Address))
            JsonOut.Line(w => { w.WriteString("type", "progress"); w.WriteString("task", task.Node.Address); w.WriteNumber("fraction", Math.Round(fraction, 3)); });
        else if (fact is RunFact.TaskChanged { Task: { IsOver: true } over }) _progressTold.Remove(over.Node.Address);
        else if (fact is RunFact.Retrying retry)
            JsonOut.Line(w => { w.WriteString("type", "retrying"); w.WriteString("task", retry.Task.Node.Address); w.WriteString("sentence", retry.Failure.Sentence); w.WriteNumber("pause_s", retry.Pause.TotalSeconds); });
    }

    // Four times a second is what an eye can follow.
    private bool IsDue(string task)
    {
        var now = composition.Time.GetTimestamp();
        if (_progressTold.TryGetValue(task, out var last) && composition.Time.GetElapsedTime(last, now).TotalMilliseconds < 250) return false;
        _progressTold[task] = now;
        return true;
    }

    private async Task WriteAsync(RunDriver driver, ServedPage page)
    {
        try
        {
            while (!_stop.IsCancellationRequested)
            {
                var pause = Usual;
                if (_changed)
                {
                    var began = composition.Time.GetTimestamp();
                    var report = await driver.AskAsync(view =>
                    {
                        _changed = false;
                        Counts(view.Count(), view.Tasks.Count(t => t.Status == TaskStatus.Running), view.TimeLeft(), page.Spent(view.Id));
                        return page.Of(new RunResult(view.Id, "running", view.Count(), composition.Time.GetUtcNow() - DateTimeOffset.FromUnixTimeMilliseconds(_startedAt), driver.Finals(),
                            [.. view.Tasks.Where(t => !RunExport.IsLeftOut(t))], view.OpenSteps())
                        { StartedAt = _startedAt, FinishedAt = _startedAt }, driver.World, view.TimeLeft() is { IsRecorded: true } left ? left.Seconds : null);
                    }).WaitAsync(_stop.Token);
                    var took = composition.Time.GetElapsedTime(began);
                    Told(page.Write(report));
                    pause = took * 20 > Usual ? took * 20 : Usual;
                }
                await Task.Delay(pause, composition.Time, _stop.Token);
            }
        }
        catch (OperationCanceledException) { return; }
        catch (Platform.DiskException e) { inner.Tell(new RunFact.Warning($"the server's page of this run is not kept up: {e.Message}")); }
    }

    private static void Told(string etag) => JsonOut.Line(w => { w.WriteString("type", "page"); w.WriteString("etag", etag); });

    /// <summary>How far it is: as a line for those who listen, and in <c>progress.json</c> for those who look.</summary>
    private void Counts(Engine.Journal.TaskCounts counts, int running, TimeLeft? left, decimal spent)
    {
        JsonOut.Line(Fields);
        using var buffer = new MemoryStream();
        using (var json = new System.Text.Json.Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            Fields(json);
            json.WriteEndObject();
        }
        Platform.DurableFile.WritePlain(composition.Disk, Path.Join(folder, "progress.json.new"), buffer.ToArray());
        composition.Disk.Rename(Path.Join(folder, "progress.json.new"), Path.Join(folder, "progress.json"), Platform.RenameMode.Replace);

        void Fields(System.Text.Json.Utf8JsonWriter w)
        {
            w.WriteString("type", "counts");
            JsonOut.Counts(w, counts);
            w.WriteNumber("running", running);
            if (left is { } known) w.WriteNumber(known.IsRecorded ? "eta_s" : "guess_s", Math.Round(known.Seconds, 1));
            if (spent > 0) w.WriteNumber("cost_usd", spent);
            w.WriteNumber("at", composition.Time.GetUtcNow().ToUnixTimeMilliseconds());
        }
    }

    /// <summary>The last state of the page, before the end of the run is told.</summary>
    public async Task EndAsync(RunResult result, Engine.Planning.PlannerWorld world)
    {
        await _stop.CancelAsync();
        await _writing;
        if (_page is null) return;
        try
        {
            Counts(result.Tasks, 0, null, _page.Spent(result.Id));
            Told(_page.Write(_page.Of(result, world, null)));
            _page.WriteCuration(result, world);
        }
        catch (Platform.DiskException e) { inner.Tell(new RunFact.Warning($"the server's page of this run is not kept up: {e.Message}")); }
    }

    public override int Finish(RunResult result) => inner.Finish(result);

    public override void Dispose()
    {
        inner.Dispose();
        // The one who reads previews and the run itself both dispose of the reporter.
        if (_isDisposed) return;
        _isDisposed = true;
        _stop.Cancel();
        _stop.Dispose();
        base.Dispose();
    }
}
