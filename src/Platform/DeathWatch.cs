using System.Text;

namespace Spool.Platform;

/// <summary>
/// Takes the tools down when the engine dies, whatever kills it. One small shell waits, in a session of its own, on a pipe whose other
/// end only the engine holds; at its end it kills every process that carries the engine's mark in its environment, until none is left.
/// <para>Why not a parent-death signal: it must be set between fork and exec, which managed code cannot do, and a wrapper program for
/// each start costs one more exec a task (measured 1.6x of a bare start); it is lost by a second fork, and so misses grandchildren.
/// The mark is inherited by grandchildren too. A tool that wipes its environment escapes; the sweep at the next start looks at its pid.</para>
/// </summary>
public sealed class DeathWatch : IDisposable
{
    /// <summary>The environment variable that marks every tool of an engine.</summary>
    public const string MarkName = "SPOOL_ENGINE";

    // The exit code of grep says nothing: it is an error as soon as one process ended meanwhile or belongs to another user.
    private const string Script = """
        cat >/dev/null
        i=0
        while [ $i -lt 50 ]; do
          found=$(grep -lszxF "$1" /proc/[0-9]*/environ)
          [ -n "$found" ] || exit 0
          for f in $found; do p=${f#/proc/}; kill -KILL "${p%/environ}" 2>/dev/null; done
          i=$((i+1)); [ $i -gt 3 ] && sleep 0.05
        done
        """;

    private readonly int _writeEnd;

    public string Mark { get; }

    private DeathWatch(string mark, int writeEnd)
    {
        Mark = mark;
        _writeEnd = writeEnd;
    }

    /// <summary>Starts the watch of this engine; <paramref name="mark"/> is unique to it.</summary>
    public static unsafe DeathWatch Start(string mark)
    {
        var ends = stackalloc int[2];
        if (Libc.Pipe2(ends, Libc.CloseOnExec) != 0) throw new ProcessFailedException("/bin/sh", "no pipe left");
        var environment = new Dictionary<string, string> { ["PATH"] = "/usr/local/bin:/usr/bin:/bin" };
        try
        {
            Spawn.Start("/bin/sh", ["-c", Script, "spool-watch", $"{MarkName}={mark}"], "/", environment, ends[0], Spawn.Null, Spawn.Null);
        }
        finally { _ = Libc.Close(ends[0]); }
        return new DeathWatch(mark, ends[1]);
    }

    /// <summary>The processes that carry a mark, found now.</summary>
    public static IReadOnlyList<int> Marked(string mark)
    {
        var wanted = Encoding.UTF8.GetBytes($"{MarkName}={mark}");
        var found = new List<int>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), out var pid)) continue;
            try
            {
                var environment = File.ReadAllBytes(Path.Join(folder, "environ"));
                if (environment.AsSpan().IndexOf(wanted) is >= 0 and var at
                    && (at == 0 || environment[at - 1] == 0) && (at + wanted.Length == environment.Length || environment[at + wanted.Length] == 0)) found.Add(pid);
            }
            catch (IOException) { continue; }
            catch (UnauthorizedAccessException) { continue; }
        }
        return found;
    }

    /// <summary>Kills every process that carries the mark; returns how many there were.</summary>
    public static int Sweep(string mark)
    {
        var found = Marked(mark);
        foreach (var pid in found) _ = Libc.Kill(pid, 9);
        return found.Count;
    }

    public void Dispose() => _ = Libc.Close(_writeEnd);
}
