namespace Spool.Platform;

/// <summary>One start of a program: an argument list, never a shell string.</summary>
public sealed record ToolCommand(string Program, IReadOnlyList<string> Arguments)
{
    /// <summary>Where it runs; null means the attempt folder (set by whoever starts it).</summary>
    public string? WorkingFolder { get; init; }

    /// <summary>Variables beside the fixed ones (PATH, HOME, TMPDIR, LANG, TZ).</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>A file for standard input; null means nothing to read.</summary>
    public string? InputFile { get; init; }

    /// <summary>A file that takes standard output; null means standard output goes where the log goes.</summary>
    public string? OutputFile { get; init; }

    /// <summary>Keeps standard output apart, as text of at most 64 MiB, in <see cref="ToolResult.Output"/>.</summary>
    public bool CaptureOutput { get; init; }

    /// <summary>Reads standard output as bytes while the tool runs, on a thread of its own, through a pipe of 1 MiB. A reader that returns early
    /// closes the pipe, on which most tools end; what it throws stops the tool and comes out of the run as the cause of an IOException.</summary>
    public Action<Stream>? OnOutput { get; init; }

    /// <summary>Told every line of standard error (and of output that is neither captured nor filed), also parts ended by a carriage return.</summary>
    public Action<string>? OnLine { get; init; }

    /// <summary>Lines that only a program reads (progress figures): they stay in the full log, but are neither shown nor kept as its tail.</summary>
    public Predicate<string>? IsChatter { get; init; }

    /// <summary>The command as a person would paste it into a POSIX shell.</summary>
    public string Quoted => string.Join(' ', Arguments.Prepend(Program).Select(Quote));

    private static string Quote(string argument) =>
        argument.Length > 0 && argument.All(c => char.IsAsciiLetterOrDigit(c) || "-_./:=,+@%".Contains(c, StringComparison.Ordinal))
            ? argument : "'" + argument.Replace("'", "'\\''", StringComparison.Ordinal) + "'";
}

/// <summary>How a program ended, and what it used. CPU is user and system time of it and its waited-for children.
/// MaxRssBytes is 0 where the tool stayed below the peak of this process, because then it is not known.</summary>
public sealed record ToolResult(int ExitCode, int Signal, string Output, string Tail, TimeSpan Cpu, long MaxRssBytes, TimeSpan Elapsed)
{
    public bool Succeeded => ExitCode == 0 && Signal == 0;

    /// <summary>The tool was stopped because its time was over.</summary>
    public bool TimedOut { get; init; }
}

/// <summary>A program could not be started at all.</summary>
public sealed class ProcessFailedException(string program, string why) : Exception($"cannot start {program}: {why}")
{
    public string Program { get; } = program;
}
