using System.Runtime.InteropServices;
using System.Text;

namespace Spool.Platform;

/// <summary>
/// Runs programs: each in a session and group of its own, its output drained into a bounded tail, a capped log file and line callbacks,
/// its end taken with its CPU time and memory peak. Stopping is TERM to the group, a grace time, KILL.
/// The end of the process decides, not the end of its pipes: a grandchild that keeps them open is killed with the group.
/// </summary>
public sealed class ProcessRunner(DeathWatch? watch)
{
    private const int TailBytes = 8 * 1024, CaptureBytes = 64 << 20;
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(3);

    /// <summary>The longest log kept per attempt: its first and its last half of this many bytes.</summary>
    public const long LogBytes = 64L << 20;

    /// <summary>
    /// Runs to the end on a thread of its own. <paramref name="started"/> is told the process before anything of it is read;
    /// <paramref name="log"/> takes all lines. Cancelling stops the tool and throws <see cref="OperationCanceledException"/>.
    /// </summary>
    public Task<ToolResult> RunAsync(ToolCommand command, IReadOnlyDictionary<string, string> environment, TimeSpan? timeout,
        Stream? log, Action<ProcessIdentity>? started, CancellationToken cancel)
    {
        if (command.WorkingFolder is null) throw new ArgumentException("a working folder is needed", nameof(command));
        cancel.ThrowIfCancellationRequested();
        var full = new Dictionary<string, string>(environment);
        foreach (var (name, value) in command.Environment) full[name] = value;
        if (watch is not null) full[DeathWatch.MarkName] = watch.Mark;
        var completion = new TaskCompletionSource<ToolResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            try { completion.SetResult(Run(command, full, timeout, log, started, cancel)); }
            catch (OperationCanceledException) { completion.SetCanceled(cancel); }
            catch (ProcessFailedException e) { completion.SetException(e); }
            catch (IOException e) { completion.SetException(e); }
        }, 256 * 1024)
        { IsBackground = true, Name = "tool" };
        thread.Start();
        return completion.Task;
    }

    private static unsafe ToolResult Run(ToolCommand command, Dictionary<string, string> environment, TimeSpan? timeout,
        Stream? log, Action<ProcessIdentity>? started, CancellationToken cancel)
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        var errors = stackalloc int[2] { -1, -1 };
        var output = stackalloc int[2] { -1, -1 };
        var apart = command.CaptureOutput || command.OnOutput is not null;
        if (Libc.Pipe2(errors, Libc.CloseOnExec) != 0 || (apart && Libc.Pipe2(output, Libc.CloseOnExec) != 0))
            throw new ProcessFailedException(command.Program, Errors.Text(Marshal.GetLastPInvokeError()));
        int pid, exitHandle = -1;
        try
        {
            pid = Spawn.Start(command.Program, command.Arguments, command.WorkingFolder!, environment, Spawn.Null,
                apart ? output[1] : errors[1], errors[1], command.InputFile, command.OutputFile);
        }
        catch
        {
            Close(errors[0], errors[1], output[0], output[1]);
            throw;
        }
        Close(errors[1], output[1]);
        errors[1] = output[1] = -1;
        var live = new LiveProcess(pid);
        using var stop = cancel.Register(static state => ((LiveProcess)state!).Signal(15), live);
        var reader = command.OnOutput is { } read ? new OutputReader(output[0], read, () => live.Signal(9)) : null;
        if (reader is not null) output[0] = -1; // its descriptor from here on
        try
        {
            if (started is not null && ProcessIdentity.Of(pid) is { } identity) started(identity);
            exitHandle = (int)Libc.PidFdOpen(434, pid, 0);
            var lines = new LineSplitter(command.OnLine);
            var sink = new Drain(log, lines);
            var captured = command.CaptureOutput ? new MemoryStream() : null;
            var buffer = stackalloc byte[65536];
            TimeSpan? killAt = null;
            var timedOut = false;
            var entries = stackalloc Libc.PollEntry[3];
            while (true)
            {
                var now = clock.Elapsed;
                if (!timedOut && timeout is { } limit && now > limit)
                {
                    timedOut = true;
                    live.Signal(15);
                    killAt = now + Grace;
                }
                if (killAt is null && cancel.IsCancellationRequested) killAt = now + Grace;
                if (killAt is { } deadline && now > deadline)
                {
                    live.Signal(9);
                    killAt = TimeSpan.MaxValue;
                }
                entries[0] = new() { Fd = errors[0], Events = 1 };
                entries[1] = new() { Fd = output[0], Events = 1 };
                entries[2] = new() { Fd = exitHandle, Events = 1 };
                if (Libc.Poll(entries, 3, cancel.CanBeCanceled || timeout is not null ? 100 : 1000) < 0) continue;
                if (entries[0].Happened != 0) Take(ref errors[0], bytes => sink.Take(bytes), buffer);
                if (entries[1].Happened != 0) Take(ref output[0], bytes => { if (captured!.Length < CaptureBytes) captured.Write(bytes); }, buffer);
                if (entries[2].Happened != 0 || (exitHandle < 0 && errors[0] < 0 && output[0] < 0)) break;
            }
            live.Signal(9); // what is left of the group holds the pipes
            while (errors[0] >= 0 && HasMore(errors[0])) Take(ref errors[0], bytes => sink.Take(bytes), buffer);
            while (output[0] >= 0 && HasMore(output[0])) Take(ref output[0], bytes => { if (captured!.Length < CaptureBytes) captured.Write(bytes); }, buffer);
            reader?.Join();
            lines.Finish();
            var (exitCode, signal, cpu, rss) = live.Reap();
            sink.Finish();
            cancel.ThrowIfCancellationRequested();
            reader?.ThrowIfFailed();
            var text = captured is null ? "" : Encoding.UTF8.GetString(captured.GetBuffer(), 0, (int)captured.Length);
            return new ToolResult(exitCode, signal, text, sink.Tail, cpu, rss, clock.Elapsed) { TimedOut = timedOut };
        }
        finally
        {
            live.End();
            reader?.Join();
            Close(errors[0], output[0], exitHandle);
        }
    }

    private delegate void Taker(ReadOnlySpan<byte> bytes);

    private static unsafe void Take(ref int fd, Taker taker, byte* buffer)
    {
        var count = Libc.Read(fd, buffer, 65536);
        if (count > 0) taker(new ReadOnlySpan<byte>(buffer, (int)count));
        else if (count == 0 || Marshal.GetLastPInvokeError() != Errors.Interrupted)
        {
            Close(fd);
            fd = -1;
        }
    }

    private static unsafe bool HasMore(int fd)
    {
        var entry = new Libc.PollEntry { Fd = fd, Events = 1 };
        return Libc.Poll(&entry, 1, 0) > 0 && entry.Happened != 0;
    }

    private static void Close(params ReadOnlySpan<int> descriptors)
    {
        foreach (var fd in descriptors)
            if (fd >= 0) _ = Libc.Close(fd);
    }

    /// <summary>A started child until it is waited for: signals never reach a reused pid.</summary>
    private sealed class LiveProcess(int pid)
    {
        private readonly Lock _gate = new();
        private bool _ended;

        internal void Signal(int signal)
        {
            lock (_gate)
            {
                if (!_ended) _ = Libc.Kill(-pid, signal);
            }
        }

        internal unsafe (int ExitCode, int Signal, TimeSpan Cpu, long Rss) Reap()
        {
            lock (_gate)
            {
                var usage = stackalloc long[18];
                int status;
                while (Libc.Wait4(pid, &status, 0, usage) < 0 && Marshal.GetLastPInvokeError() == Errors.Interrupted) { }
                _ended = true;
                var signal = status & 0x7f;
                var cpu = TimeSpan.FromMicroseconds(((usage[0] + usage[2]) * 1_000_000) + usage[1] + usage[3]);
                return (signal == 0 ? (status >> 8) & 0xff : 128 + signal, signal, cpu, Peak(usage[4]));
            }
        }

        // The child borrows our memory until it calls exec, and exec keeps that peak (setmax_mm_hiwater_rss in the kernel's fs/exec.c):
        // a figure that is not above our own peak says nothing of the tool.
        private static unsafe long Peak(long kilobytes)
        {
            var own = stackalloc long[18];
            return Libc.GetResourceUse(0, own) == 0 && kilobytes <= own[4] ? 0 : kilobytes * 1024;
        }

        internal void End()
        {
            if (_ended) return;
            Signal(9);
            Reap();
        }
    }

    /// <summary>Keeps the tail, writes the log with its middle left out beyond the cap, splits lines.</summary>
    private sealed class Drain(Stream? log, LineSplitter lines)
    {
        private readonly byte[] _tail = new byte[TailBytes];
        private long _total, _lateBytes;
        private byte[]? _late;

        internal void Take(ReadOnlySpan<byte> bytes)
        {
            foreach (var value in bytes.Length > TailBytes ? bytes[^TailBytes..] : bytes) _tail[(int)(_kept++ % TailBytes)] = value;
            lines.Take(bytes);
            _total += bytes.Length;
            if (log is null) return;
            if (_total <= LogBytes / 2)
            {
                log.Write(bytes);
                return;
            }
            // A ring of fixed size: a flood of output must not become a flood of garbage.
            _late ??= GC.AllocateUninitializedArray<byte>((int)(LogBytes / 2));
            while (!bytes.IsEmpty)
            {
                var at = (int)(_lateBytes % _late.Length);
                var count = Math.Min(bytes.Length, _late.Length - at);
                bytes[..count].CopyTo(_late.AsSpan(at));
                _lateBytes += count;
                bytes = bytes[count..];
            }
        }

        private long _kept;

        internal void Finish()
        {
            if (_late is null || log is null) return;
            var kept = (int)Math.Min(_lateBytes, _late.Length);
            if (_lateBytes > kept) log.Write(Encoding.UTF8.GetBytes($"\n[... {_lateBytes - kept} bytes left out ...]\n"));
            var oldest = _lateBytes > kept ? (int)(_lateBytes % _late.Length) : 0;
            log.Write(_late.AsSpan(oldest, kept - oldest));
            log.Write(_late.AsSpan(0, oldest));
        }

        internal string Tail
        {
            get
            {
                var count = (int)Math.Min(_kept, TailBytes);
                var bytes = new byte[count];
                for (var i = 0; i < count; i++) bytes[i] = _tail[(int)((_kept - count + i) % TailBytes)];
                return Encoding.UTF8.GetString(bytes);
            }
        }
    }

    private sealed class LineSplitter(Action<string>? tell)
    {
        private const int LongestLine = 64 * 1024;
        private readonly MemoryStream _line = new();

        internal void Take(ReadOnlySpan<byte> bytes)
        {
            if (tell is null) return;
            while (!bytes.IsEmpty)
            {
                var end = bytes.IndexOfAny((byte)'\n', (byte)'\r');
                var part = end < 0 ? bytes : bytes[..end];
                if (_line.Length < LongestLine) _line.Write(part[..Math.Min(part.Length, LongestLine)]);
                if (end < 0) return;
                Finish();
                bytes = bytes[(end + 1)..];
            }
        }

        internal void Finish()
        {
            if (tell is null || _line.Length == 0) return;
            tell(Encoding.UTF8.GetString(_line.GetBuffer(), 0, (int)_line.Length));
            _line.SetLength(0);
        }
    }
}
