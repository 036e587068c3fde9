using System.Globalization;

namespace Spool.App.Queue;

/// <summary>
/// How many runs may go on at once, by what the machine has left. Only admission depends on it: nothing that runs is ever ended for it, neither
/// of this run nor of another. Memory in use below 70 %: all that were asked for; below 80 %: three quarters; below 90 %: half; from 90 % on, or
/// with too little room on a disk, none is started until it is better.
/// </summary>
/// <param name="Most">Runs at once when there is room.</param>
/// <param name="MinFree">Bytes that must be free on the disk of the state root and of a workspace.</param>
public sealed record Admission(int Most, long MinFree)
{
    public const long UsualMinFree = 1_000_000_000;

    // An engine takes about 100 MB; its tools take what their steps take, and wait for processors that all runs share.
    private const long MemoryOfRun = 400L << 20;

    /// <summary>Runs at once where nothing was said: ten, or as many as there are processors, if the memory is enough.</summary>
    public static int Usual(int processors, long memory) => (int)Math.Clamp(memory / MemoryOfRun, 1, Math.Max(10, processors));

    /// <summary>Runs at once with so much of the memory in use; 0: none is started.</summary>
    /// <param name="used">0 to 1.</param>
    public int AtOnce(double used) => used switch
    {
        >= 0.9 => 0,
        >= 0.8 => Math.Max(1, Most / 2),
        >= 0.7 => Math.Max(1, Most * 3 / 4),
        _ => Most,
    };

    /// <summary>Why nothing is started, in a sentence; null when it is.</summary>
    public string? Held(double used, long free, string place)
    {
        if (AtOnce(used) == 0) return string.Create(CultureInfo.InvariantCulture, $"memory: {used * 100:0} % is in use; no run starts until it is below 90 %");
        return free < MinFree ? string.Create(CultureInfo.InvariantCulture, $"disk: {Size(free)} free at {place}; no run starts below {Size(MinFree)}") : null;
    }

    private static string Size(long bytes)
    {
        var (divisor, unit) = bytes switch
        {
            < 1_000_000_000 => (1e6, "MB"),
            < 1_000_000_000_000 => (1e9, "GB"),
            _ => (1e12, "TB"),
        };
        return string.Create(CultureInfo.InvariantCulture, $"{bytes / divisor:0.##} {unit}");
    }

    /// <summary>The share of the memory that is in use, of the machine or of the container, whichever is fuller; 0 where it cannot be told.</summary>
    public static double MemoryInUse()
    {
        var machine = 0.0;
        if (File.Exists("/proc/meminfo"))
        {
            var lines = File.ReadLines("/proc/meminfo").Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Where(p => p.Length >= 2).ToDictionary(p => p[0], p => double.TryParse(p[1], CultureInfo.InvariantCulture, out var kb) ? kb : 0);
            if (lines.TryGetValue("MemTotal:", out var total) && lines.TryGetValue("MemAvailable:", out var available) && total > 0) machine = 1 - (available / total);
        }
        var container = Number("/sys/fs/cgroup/memory.max") is { } most and > 0 && Number("/sys/fs/cgroup/memory.current") is { } now ? (now - (Stat("inactive_file") ?? 0)) / most : 0;
        return Math.Clamp(Math.Max(machine, container), 0, 1);
    }

    private static double? Number(string file) => File.Exists(file) && double.TryParse(File.ReadAllText(file).Trim(), CultureInfo.InvariantCulture, out var number) ? number : null;

    // Pages of files that nobody needs just now are given back when memory is wanted.
    private static double? Stat(string name) => File.Exists("/sys/fs/cgroup/memory.stat")
        ? File.ReadLines("/sys/fs/cgroup/memory.stat").Select(l => l.Split(' ')).Where(p => p.Length == 2 && p[0] == name).Select(p => double.TryParse(p[1], CultureInfo.InvariantCulture, out var n) ? n : 0).FirstOrDefault() : null;
}
