using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Spool.App.Queue;
using Spool.Platform;

namespace Spool.App.Server;

/// <summary>Sessions of the page that were ended before their time: <c>sessions-ended</c> in the state root, <c>UNIX-SECONDS ID</c> a line, until their cookies are too old anyway.</summary>
internal sealed class EndedSessions
{
    private readonly ServerPlace _place;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<string, long> _until = new(StringComparer.Ordinal);
    private readonly Lock _writing = new();

    internal EndedSessions(ServerPlace place, TimeProvider time)
    {
        (_place, _time) = (place, time);
        foreach (var line in place.Disk.Stat(File) is null ? [] : DurableFile.ReadText(place.Disk, File).Split('\n'))
            if (line.Split(' ') is [var until, { Length: > 0 } session] && long.TryParse(until, NumberStyles.None, null, out var ends)) _until[session] = ends;
    }

    private string File => Path.Join(_place.Root, "sessions-ended");

    internal bool Holds(string session) => _until.ContainsKey(session);

    /// <summary>Ends a session.</summary>
    /// <param name="until">When its cookie ends by itself, Unix seconds.</param>
    internal void Add(string session, long until)
    {
        lock (_writing)
        {
            var now = _time.GetUtcNow().ToUnixTimeSeconds();
            foreach (var (old, ends) in _until)
                if (ends < now) _until.TryRemove(old, out _);
            if (until < now || !_until.TryAdd(session, until)) return;
            DurableFile.Write(_place.Disk, File, Encoding.ASCII.GetBytes(string.Concat(_until.Select(s => string.Create(CultureInfo.InvariantCulture, $"{s.Value} {s.Key}\n")))));
            _place.Disk.SetMode(File, 0x180);
        }
    }
}
