namespace Spool.Engine.Journal;

/// <summary>A path that a task wrote: by whom, which bytes, and what they replaced.</summary>
public sealed record OwnedPath(string Path, string Workflow, string Step, string Task, string Key, string Digest, long Bytes, string? Was);

/// <summary>A person's edit of an output.</summary>
public sealed record SeenEdit(string Path, string Was, string Edit, long Bytes);

/// <summary>A run as the journal tells it.</summary>
public sealed record RunSummary(string Run, string Workflow, string Name, long StartedAt, IReadOnlyDictionary<string, string> Vars, bool Full)
{
    public string Status { get; init; } = "running";
    public long? FinishedAt { get; init; }
    public TaskCounts? Tasks { get; init; }
    public string? Plan { get; init; }
    public IReadOnlyList<string> Outputs { get; init; } = [];
}

/// <summary>Money for one call: what was set aside, and what it became; not settled while the call is under way.</summary>
public sealed record Payment(MoneyReserved Reserved, MoneySettled? Settled)
{
    /// <summary>US dollars that count against a cap.</summary>
    public decimal Usd => Settled?.Usd ?? Reserved.Usd;
}

/// <summary>
/// The fold of the journal. Nothing else changes it. <see cref="Export"/> gives the events that make the same state anew:
/// that is what a snapshot holds, so "snapshot equals replay" can be checked at any time.
/// </summary>
public sealed class WorkspaceState
{
    private const int RunsKept = 10_000;
    private readonly Dictionary<string, Recorded> _records = [];
    private readonly Dictionary<string, string> _lastKeys = [];
    private readonly Dictionary<string, OwnedPath> _paths = [];
    private readonly Dictionary<string, SeenEdit> _edits = [];
    private readonly Dictionary<string, int> _salts = [];
    private readonly HashSet<string> _gone = [];
    private readonly Dictionary<string, RunSummary> _runs = [];
    private readonly List<string> _runOrder = [];
    private readonly Dictionary<string, AttemptFailed> _failures = [];
    private readonly Dictionary<string, DecisionMade> _decisions = [];
    private readonly Dictionary<string, (long Sum, int Count)> _kindTimes = [];
    private readonly Dictionary<string, Payment> _payments = [];
    private readonly Dictionary<string, ReviewAsked> _asked = [];
    private readonly Dictionary<string, ReviewAsked> _before = [];
    private readonly Dictionary<string, List<NoteLeft>> _notes = [];

    public EpochStarted? LastEpoch { get; private set; }

    /// <summary>Remembered results by key.</summary>
    public IReadOnlyDictionary<string, Recorded> Records => _records;
    public IReadOnlyDictionary<string, OwnedPath> Paths => _paths;
    public IReadOnlyDictionary<string, SeenEdit> Edits => _edits;
    public IReadOnlySet<string> Gone => _gone;
    public IReadOnlyDictionary<string, DecisionMade> Decisions => _decisions;

    /// <summary>What a review asked last; null when it never asked.</summary>
    public ReviewAsked? Asked(string workflow, string review) => _asked.GetValueOrDefault(workflow + "\n" + review);

    /// <summary>What the same review asked before its present content.</summary>
    public ReviewAsked? AskedBefore(string workflow, string review) => _before.GetValueOrDefault(workflow + "\n" + review);

    /// <summary>Notes on a result, by the base key of its maker, in the order they were left.</summary>
    public IReadOnlyList<NoteLeft> Notes(string baseKey) => _notes.TryGetValue(baseKey, out var notes) ? notes : [];

    /// <summary>What calls cost, in the order they were made; those that were released are not in it.</summary>
    public IEnumerable<Payment> Payments => _payments.Values;

    /// <summary>Runs in the order they started.</summary>
    public IEnumerable<RunSummary> Runs => _runOrder.Select(r => _runs[r]);

    public RunSummary? Run(string id) => _runs.GetValueOrDefault(id);

    /// <summary>The last failure of a task, cleared by its success.</summary>
    public AttemptFailed? LastFailure(string workflow, string task) => _failures.GetValueOrDefault(workflow + "\n" + task);

    public int Salt(string baseKey) => _salts.GetValueOrDefault(baseKey);

    /// <summary>The record that a task had last, by its address.</summary>
    public Recorded? LastOf(string workflow, string task) => _lastKeys.TryGetValue(workflow + "\n" + task, out var key) ? _records.GetValueOrDefault(key) : null;

    /// <summary>Expected milliseconds of a task of this kind, from all that ran; null when none did.</summary>
    public double? UsualMs(string kind) => _kindTimes.TryGetValue(kind, out var time) ? (double)time.Sum / time.Count : null;

    public bool HasRecordOf(string kind) => _kindTimes.ContainsKey(kind);

    /// <summary>Runs that never ended: the engine that had them is gone.</summary>
    public IEnumerable<RunSummary> OpenRuns => Runs.Where(r => r.Status is "running");

    public void Apply(JournalEvent journalEvent)
    {
        switch (journalEvent)
        {
            case EpochStarted e:
                LastEpoch = e;
                break;
            case RunStarted e:
                if (!_runs.ContainsKey(e.Run)) _runOrder.Add(e.Run);
                _runs[e.Run] = new RunSummary(e.Run, e.Workflow, e.Name, e.At, e.Vars, e.Full);
                if (_runOrder.Count > RunsKept)
                {
                    _runs.Remove(_runOrder[0]);
                    foreach (var old in _payments.Values.Where(p => p.Reserved.Run == _runOrder[0]).ToList()) _payments.Remove(old.Reserved.Id);
                    _runOrder.RemoveAt(0);
                }
                break;
            case RunFinished e when _runs.TryGetValue(e.Run, out var run):
                _runs[e.Run] = run with { Status = e.Status, FinishedAt = e.At, Tasks = e.Tasks, Plan = e.Plan, Outputs = e.Outputs };
                break;
            case Publishing e:
                foreach (var file in e.Files)
                {
                    _paths[file.Path] = new OwnedPath(file.Path, e.Workflow, e.Step, e.Task, e.Key, file.Digest, file.Bytes, file.Was);
                    _gone.Remove(file.Digest);
                    if (_edits.TryGetValue(file.Path, out var edit) && edit.Was != file.Digest) _edits.Remove(file.Path);
                }
                _lastKeys[e.Workflow + "\n" + e.Task] = e.Key;
                break;
            case PublishDone e:
                foreach (var path in e.Paths)
                    if (_paths.TryGetValue(path, out var done)) _paths[path] = done with { Was = null };
                break;
            case Recorded e:
                _records[e.Record.Key] = e;
                _lastKeys[e.Workflow + "\n" + e.Task] = e.Record.Key;
                _failures.Remove(e.Workflow + "\n" + e.Task);
                foreach (var output in e.Record.Outputs) _gone.Remove(output.Digest);
                var (sum, count) = _kindTimes.GetValueOrDefault(e.Record.Kind);
                _kindTimes[e.Record.Kind] = (sum + e.Record.Ms, count + 1);
                break;
            case AttemptFailed e:
                _failures[e.Workflow + "\n" + e.Task] = e;
                break;
            case EditSeen e:
                _edits[e.Path] = new SeenEdit(e.Path, e.Was, e.Edit, e.Bytes);
                break;
            case EditDiscarded e:
                _edits.Remove(e.Path);
                if (_paths.TryGetValue(e.Path, out var owned)) _paths[e.Path] = owned with { Was = e.Edit };
                break;
            case EditAccepted e:
                _edits.Remove(e.Path);
                if (_paths.TryGetValue(e.Path, out var kept)) _paths[e.Path] = kept with { Digest = e.Edit, Was = kept.Digest };
                break;
            case SaltRaised e:
                _salts[e.BaseKey] = e.Salt;
                break;
            case PathsReleased e:
                foreach (var path in e.Paths)
                {
                    _paths.Remove(path);
                    _edits.Remove(path);
                }
                break;
            case ObjectsGone e:
                _gone.UnionWith(e.Digests);
                break;
            case DecisionMade e:
                _decisions[e.Shown] = e;
                break;
            case TaskKeyKnown e:
                _lastKeys[e.Address] = e.Key;
                break;
            case ReviewAsked e:
                var review = e.Workflow + "\n" + e.Review;
                if (_asked.TryGetValue(review, out var earlier) && earlier.Shown != e.Shown) _before[review] = earlier;
                _asked[review] = e;
                break;
            case NoteLeft e:
                (_notes.TryGetValue(e.BaseKey, out var notes) ? notes : _notes[e.BaseKey] = []).Add(e);
                break;
            case MoneyReserved e:
                _payments[e.Id] = new Payment(e, null);
                break;
            case MoneySettled e when _payments.TryGetValue(e.Id, out var payment):
                _payments[e.Id] = payment with { Settled = e };
                break;
            case MoneyReleased e:
                _payments.Remove(e.Id);
                break;
            case KindTimeKnown e:
                _kindTimes[e.Kind] = (e.Sum, e.Count);
                break;
        }
    }

    public void Clear()
    {
        LastEpoch = null;
        _records.Clear();
        _lastKeys.Clear();
        _paths.Clear();
        _edits.Clear();
        _salts.Clear();
        _gone.Clear();
        _runs.Clear();
        _runOrder.Clear();
        _failures.Clear();
        _decisions.Clear();
        _kindTimes.Clear();
        _payments.Clear();
        _asked.Clear();
        _before.Clear();
        _notes.Clear();
    }

    /// <summary>Events that make this state anew from an empty one, in a fixed order.</summary>
    public IEnumerable<JournalEvent> Export()
    {
        if (LastEpoch is not null) yield return LastEpoch;
        foreach (var run in Runs)
        {
            yield return new RunStarted(run.Run, run.Workflow, run.Name, run.StartedAt, run.Vars, run.Full);
            if (run.FinishedAt is { } at) yield return new RunFinished(run.Run, run.Status, at, run.Tasks!) { Plan = run.Plan, Outputs = run.Outputs };
        }
        foreach (var record in _records.Values.OrderBy(r => r.Record.Key, StringComparer.Ordinal)) yield return record;
        foreach (var path in _paths.Values.OrderBy(p => p.Path, StringComparer.Ordinal))
            yield return new Publishing("", path.Workflow, path.Step, path.Task, path.Key, [new PublishedFile(path.Path, path.Digest, path.Bytes, path.Was)]);
        foreach (var (address, key) in _lastKeys.OrderBy(k => k.Key, StringComparer.Ordinal)) yield return new TaskKeyKnown(address, key);
        foreach (var (kind, (sum, count)) in _kindTimes.OrderBy(k => k.Key, StringComparer.Ordinal)) yield return new KindTimeKnown(kind, sum, count);
        foreach (var edit in _edits.Values.OrderBy(e => e.Path, StringComparer.Ordinal)) yield return new EditSeen(edit.Path, edit.Was, edit.Edit, edit.Bytes, 0);
        foreach (var (key, salt) in _salts.OrderBy(s => s.Key, StringComparer.Ordinal)) yield return new SaltRaised(key, salt, "", 0);
        if (_gone.Count > 0) yield return new ObjectsGone([.. _gone.Order(StringComparer.Ordinal)], "");
        foreach (var failure in _failures.Values.OrderBy(f => f.Workflow, StringComparer.Ordinal).ThenBy(f => f.Task, StringComparer.Ordinal)) yield return failure;
        foreach (var asked in _before.OrderBy(a => a.Key, StringComparer.Ordinal)) yield return asked.Value;
        foreach (var asked in _asked.OrderBy(a => a.Key, StringComparer.Ordinal)) yield return asked.Value;
        foreach (var note in _notes.OrderBy(n => n.Key, StringComparer.Ordinal).SelectMany(n => n.Value)) yield return note;
        foreach (var payment in _payments.Values.OrderBy(p => p.Reserved.At).ThenBy(p => p.Reserved.Id, StringComparer.Ordinal))
        {
            yield return payment.Reserved;
            if (payment.Settled is not null) yield return payment.Settled;
        }
        foreach (var decision in _decisions.Values.OrderBy(d => d.Shown, StringComparer.Ordinal)) yield return decision;
    }
}
