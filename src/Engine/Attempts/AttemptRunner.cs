using Spool.Platform;

namespace Spool.Engine.Attempts;

/// <summary>
/// Runs one attempt of one task in its own folder: lays out the inputs, runs the step, then looks at what is really there.
/// Success is decided here and not by an exit code: every declared output exists, is a regular file, was hashed, and no input changed meanwhile.
/// </summary>
public sealed class AttemptRunner(IDisk disk, ProcessRunner processes, TimeProvider time, Network? network = null)
{
    public async Task<AttemptResult> RunAsync(AttemptSpec spec, AttemptWatcher watcher, CancellationToken cancel)
    {
        var started = time.GetTimestamp();
        await using var running = new RunningAttempt(disk, processes, spec, watcher, network);
        Failure? failure;
        IReadOnlyList<ProducedOutput> outputs = [];
        try
        {
            var stage = new StandInStage(disk, spec, running);
            var (ready, missing) = await stage.MakeAsync(cancel);
            var layout = AttemptLayout.Prepare(disk, ready);
            var context = running.Begin(layout);
            var step = OptionBinder.WithRoles(spec.Kind, spec.Options, layout.Roles);
            failure = missing ?? (await step.RunAsync(context, cancel)).Failure ?? await stage.MarkAsync(cancel);
            if (failure is null) (outputs, failure) = layout.Collect(cancel);
            failure ??= layout.ChangedInput();
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            failure = new Failure(FailureKind.Cancelled, "cancelled");
        }
        catch (StepFailedException e) { failure = e.Failure; }
        catch (DiskException e) when (e.IsDiskFull)
        {
            failure = new Failure(FailureKind.OutOfDisk, e.Message) { Kept = "nothing of this attempt", Next = "free some space, then run again" };
        }
        catch (DiskException e) { failure = new Failure(FailureKind.ToolFailed, e.Message); }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // The one place where a fault inside a step becomes a value: the run must go on without it.
            failure = new Failure(FailureKind.Bug, $"{spec.Kind.Name} broke: {e.Message}") { LogTail = e.ToString(), Next = "please report this with the log" };
        }
        return new AttemptResult(failure, failure is null ? outputs : [], running.Facts)
        {
            Elapsed = time.GetElapsedTime(started),
            Cpu = running.Cpu,
            MaxRssBytes = running.MaxRssBytes,
            Command = running.LastCommand,
            LogTail = running.Tail,
        };
    }
}

/// <summary>The tools, log and measures of an attempt under way.</summary>
internal sealed class RunningAttempt(IDisk disk, ProcessRunner processes, AttemptSpec spec, AttemptWatcher watcher, Network? network) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly Queue<string> _lines = new();
    private AttemptLog? _log;
    private StepContext? _context;

    internal TimeSpan Cpu { get; private set; }
    internal long MaxRssBytes { get; private set; }
    internal string? LastCommand { get; private set; }
    internal IReadOnlyDictionary<string, string> Facts => _context?.Facts ?? new Dictionary<string, string>();

    internal string Tail
    {
        get
        {
            lock (_gate) return string.Join('\n', _lines);
        }
    }

    internal StepContext Begin(AttemptLayout layout) => _context = Context(layout.Roles);

    internal StepContext Context(AttemptRoles roles) =>
        new(disk, spec.Folder, spec.Seed, roles, StartAsync, (watcher.Progress, Write), new ProviderAccess(spec.Providers, spec.Secrets, watcher.Reserve) { Network = network }) { Previous = spec.Previous };

    private async Task<ToolResult> StartAsync(ToolCommand command, CancellationToken cancel)
    {
        if (!spec.Tools.TryGetValue(command.Program, out var program))
            throw new StepFailedException(new Failure(FailureKind.Bug, $"{spec.Kind.Name} started {command.Program} without declaring it"));
        var home = System.IO.Path.Join(spec.Folder, "tmp");
        disk.CreateFolder(home);
        var environment = new Dictionary<string, string>
        {
            ["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            ["HOME"] = home,
            ["TMPDIR"] = home,
            ["LANG"] = "C.UTF-8",
            ["TZ"] = "UTC",
        };
        foreach (var (name, value) in spec.Environment) environment[name] = value;
        LastCommand = command.Quoted;
        var log = Log();
        Write("$ " + command.Quoted);
        var full = command with
        {
            Program = program,
            WorkingFolder = command.WorkingFolder is null ? spec.Folder : System.IO.Path.Join(spec.Folder, command.WorkingFolder),
            InputFile = command.InputFile is null ? null : System.IO.Path.Join(spec.Folder, command.InputFile),
            OutputFile = command.OutputFile is null ? null : System.IO.Path.Join(spec.Folder, command.OutputFile),
            OnLine = line =>
            {
                if (command.IsChatter?.Invoke(line) is not true) Keep(line);
                command.OnLine?.Invoke(line);
            },
        };
        try
        {
            var result = await processes.RunAsync(full, environment, spec.Timeout, log, watcher.Started, cancel);
            Cpu += result.Cpu;
            MaxRssBytes = Math.Max(MaxRssBytes, result.MaxRssBytes);
            return result.Succeeded && !result.TimedOut ? result : throw new StepFailedException(ToolFailure.Of(command, result, spec.Timeout)) { Result = result };
        }
        catch (ProcessFailedException e)
        {
            throw new StepFailedException(new Failure(FailureKind.Unavailable, e.Message) { Command = command.Quoted });
        }
    }

    private AttemptLog Log() => _log ??= new AttemptLog(disk, System.IO.Path.Join(spec.Folder, "log"));

    private void Write(string line)
    {
        Log().Write(System.Text.Encoding.UTF8.GetBytes(line + "\n"));
        Keep(line);
    }

    private void Keep(string line)
    {
        lock (_gate)
        {
            _lines.Enqueue(line.Length > 2000 ? line[..2000] : line);
            if (_lines.Count > 60) _lines.Dequeue();
        }
        watcher.Line(line);
    }

    public async ValueTask DisposeAsync()
    {
        if (_log is not null) await _log.DisposeAsync();
    }
}

/// <summary>The log file of an attempt as a stream over the disk seam.</summary>
internal sealed class AttemptLog(IDisk disk, string path) : Stream
{
    private readonly IDiskFile _file = disk.OpenWrite(path, OpenMode.Truncate);
    private readonly Lock _gate = new();
    private long _length;

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        lock (_gate)
        {
            _file.Write(_length, buffer);
            _length += buffer.Length;
        }
    }

    public override bool CanRead => false;
    public override bool CanSeek => false;
    public override bool CanWrite => true;
    public override long Length => _length;
    public override long Position { get => _length; set => throw new NotSupportedException(); }
    public override void Flush() { }
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) _file.Dispose();
        base.Dispose(disposing);
    }
}
