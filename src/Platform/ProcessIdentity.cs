using System.Globalization;

namespace Spool.Platform;

/// <summary>A process that cannot be mistaken for a later one with the same number: pid, start time in clock ticks since boot, boot id.</summary>
public sealed record ProcessIdentity(int Pid, long StartTicks, string BootId, string Host)
{
    public static ProcessIdentity Current { get; } = Of(Environment.ProcessId) ?? new(Environment.ProcessId, 0, "", Environment.MachineName);

    /// <summary>The identity of a living process, or null.</summary>
    public static ProcessIdentity? Of(int pid) => StartTicksOf(pid) is { } ticks ? new(pid, ticks, ReadBootId(), Environment.MachineName) : null;

    /// <summary>True while this very process lives on this very machine (a zombie does not count).</summary>
    public bool IsAlive => Host == Environment.MachineName && BootId == ReadBootId() && StartTicksOf(Pid) == StartTicks;

    /// <summary>
    /// How long this process has lived, in hundredths of a second as the kernel counts them (100 on every Linux of today, proc(5)); null where that cannot
    /// be told, also where a container shows another uptime than the processes' clock counts from.
    /// </summary>
    public static TimeSpan? Age()
    {
        try
        {
            var up = double.Parse(File.ReadAllText("/proc/uptime").Split(' ')[0], CultureInfo.InvariantCulture);
            return TimeSpan.FromSeconds(up - (Current.StartTicks / 100.0)) is var age && age >= TimeSpan.Zero && age < TimeSpan.FromDays(1) ? age : null;
        }
        catch (Exception e) when (e is IOException or FormatException) { return null; }
    }

    private static string ReadBootId()
    {
        try { return File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim(); }
        catch (IOException) { return ""; }
    }

    // proc(5): field 22 is the start time, field 3 the state; the name in field 2 may hold spaces and brackets.
    private static long? StartTicksOf(int pid)
    {
        try
        {
            var text = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/stat"));
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] is "Z" or "X" ? null : long.Parse(fields[19], CultureInfo.InvariantCulture);
        }
        catch (IOException) { return null; }
        catch (UnauthorizedAccessException) { return null; }
    }
}
