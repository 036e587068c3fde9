using System.Collections.Concurrent;
using Xunit;

[assembly: AssemblyFixture(typeof(Spool.Tests.Support.CrashReport))]

namespace Spool.Tests.Support;

/// <summary>How much the crash suites explored, for the line at the end of a run and for the page that publishes it.</summary>
public static class CrashCounts
{
    private static readonly ConcurrentDictionary<string, long> Counts = new(StringComparer.Ordinal);

    /// <summary>True when the long enumeration is asked for: <c>SPOOL_CRASH=long</c>.</summary>
    public static bool IsLong { get; } = Environment.GetEnvironmentVariable("SPOOL_CRASH") == "long";

    public static void Add(string suite, long states) => Counts.AddOrUpdate(suite, states, (_, sum) => sum + states);

    /// <summary>One line, sorted by suite.</summary>
    public static string Line => string.Join("; ", Counts.OrderBy(c => c.Key, StringComparer.Ordinal).Select(c => $"{c.Key}: {c.Value:n0}"));
}

/// <summary>Prints the counts when all tests are over.</summary>
public sealed class CrashReport : IDisposable
{
    public void Dispose()
    {
        if (CrashCounts.Line.Length > 0) Console.WriteLine("Crash suites: " + CrashCounts.Line);
    }
}
