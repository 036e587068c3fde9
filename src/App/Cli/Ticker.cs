namespace Spool.App.Cli;

/// <summary>
/// How far a longer piece of work is, on standard error, from the second second on: one line that is written over on a terminal, a line every
/// half minute elsewhere. Called from one thread.
/// </summary>
internal sealed class Ticker(TimeProvider time, string what, long? total)
{
    private readonly long _start = time.GetTimestamp();
    private readonly bool _terminal = !Console.IsErrorRedirected;
    private double _next = 1;
    private bool _shown;

    internal void Tell(long done)
    {
        var seconds = time.GetElapsedTime(_start).TotalSeconds;
        if (seconds < _next) return;
        _next = seconds + (_terminal ? 0.5 : 30);
        var rate = done / seconds;
        var share = total is > 0 ? $" of {Words.Count((int)total)}" : "";
        var left = total is > 0 && done > 0 && done < total ? $", about {Words.Duration((total.Value - done) / rate)} left" : "";
        Write($"{what}: {Words.Count((int)done)}{share}, {rate:0}/s{left}");
    }

    /// <summary>Tells how far it is; null: it is done.</summary>
    internal void Advance(long? done)
    {
        if (done is { } so) Tell(so);
        else Finish();
    }

    /// <summary>Takes the line off the terminal.</summary>
    internal void Finish()
    {
        if (_shown && _terminal) Console.Error.Write("\r\u001b[K");
    }

    private void Write(string line)
    {
        _shown = true;
        if (_terminal) Console.Error.Write("\r" + line + "\u001b[K");
        else Console.Error.WriteLine(line);
    }
}
