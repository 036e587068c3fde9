using System.Text;
using Spool.Platform;

namespace Spool.Engine;

/// <summary>All that a running step may touch: its attempt folder, its tools, its seed. Created anew for each attempt.</summary>
public sealed class StepContext
{
    private readonly Func<ToolCommand, CancellationToken, Task<ToolResult>> _run;
    private readonly Action<double> _progress;
    private readonly Action<string> _log;
    private readonly ProviderAccess _providers;
    private readonly Dictionary<string, string> _facts = [];

    internal StepContext(IDisk disk, string folder, long seed, AttemptRoles roles,
        Func<ToolCommand, CancellationToken, Task<ToolResult>> run, (Action<double> Progress, Action<string> Log) tell, ProviderAccess providers)
    {
        _providers = providers;
        Disk = disk;
        Folder = folder;
        Seed = seed;
        Roles = roles;
        _run = run;
        _progress = tell.Progress;
        _log = tell.Log;
    }

    /// <summary>Where the outputs of the last result of this task lie, by role; empty for kinds that do not ask, and the first time.</summary>
    public IReadOnlyDictionary<string, string> Previous { get; internal init; } = new Dictionary<string, string>();

    /// <summary>The disk; paths on it are absolute (see <see cref="Full"/>).</summary>
    public IDisk Disk { get; }

    /// <summary>The absolute path of the attempt folder, which is also the working folder of tools.</summary>
    public string Folder { get; }

    /// <summary>The only source of randomness; equal for equal keys.</summary>
    public long Seed { get; }

    /// <summary>The inputs and outputs by role, for kinds that take any.</summary>
    public AttemptRoles Roles { get; }

    /// <summary>What the step measured, for people: <c>loudness</c> = <c>-16.1 LUFS</c>. Kept with the result; never part of a key.</summary>
    public IReadOnlyDictionary<string, string> Facts => _facts;

    public void Fact(string name, string value) => _facts[name] = value;

    /// <summary>The absolute path of a path relative to the attempt folder.</summary>
    public string Full(string relative) => Path.Join(Folder, relative);

    public byte[] ReadBytes(InputFile file) => DurableFile.Read(Disk, file.Source);

    /// <summary>The text of a file: UTF-8, byte order mark removed; BadOutput-free but strict, so invalid bytes fail the step.</summary>
    public string ReadText(InputFile file)
    {
        var bytes = ReadBytes(file).AsSpan();
        if (bytes.StartsWith(Encoding.UTF8.Preamble)) bytes = bytes[3..];
        try { return new UTF8Encoding(false, true).GetString(bytes); }
        catch (DecoderFallbackException)
        {
            throw new StepFailedException(new Failure(FailureKind.BadOutput, $"{file.Name} is not text in UTF-8") { Next = "save it as UTF-8" });
        }
    }

    public void WriteBytes(OutputFile file, ReadOnlySpan<byte> bytes) => DurableFile.WritePlain(Disk, Full(file.Path), bytes);

    public void WriteText(OutputFile file, string text) => WriteBytes(file, Encoding.UTF8.GetBytes(text));

    /// <summary>Writes one file of an output folder; the name must be a plain name.</summary>
    public void WriteText(OutputFolder folder, string name, string text)
    {
        if (name.Length == 0 || name is "." or ".." || name.Contains('/', StringComparison.Ordinal))
            throw new StepFailedException(new Failure(FailureKind.BadOutput, $"'{name}' cannot be a file name"));
        DurableFile.WritePlain(Disk, Full($"{folder.Path}/{name}"), Encoding.UTF8.GetBytes(text));
    }

    /// <summary>Copies an input to an output; gives the digest of what was read.</summary>
    public Digest Copy(InputFile from, OutputFile to, CancellationToken cancel) => ContentHash.Copy(Disk, from.Source, Full(to.Path), cancel);

    /// <summary>A path (relative) for something that is thrown away with the attempt.</summary>
    public string Temporary(string name)
    {
        Disk.CreateFolder(Full("tmp"));
        return "tmp/" + name;
    }

    /// <summary>
    /// Runs a tool in the attempt folder (program by bare name). A start that fails, a non-zero end or a time over throws
    /// <see cref="StepFailedException"/> with the tool's own decisive line; nothing needs to be checked after it.
    /// </summary>
    public Task<ToolResult> RunAsync(ToolCommand command, CancellationToken cancel) => _run(command, cancel);

    /// <summary>A service that the step declared; the planner saw to it that it is set up.</summary>
    public ProviderEntry Provider(string name) => _providers.Table.Find(name)
        ?? throw new StepFailedException(new Failure(FailureKind.Unavailable, $"no provider '{name}' is set up") { Next = "see: spool services" });

    /// <summary>How services are reached.</summary>
    public Network Network => _providers.Network ?? throw new StepFailedException(new Failure(FailureKind.Unavailable, "services cannot be called from here"));

    /// <summary>The value of a secret that a declared service names; null when it is not set. It must appear in nothing that is kept.</summary>
    public string? Secret(string environmentName) => _providers.Secrets.GetValueOrDefault(environmentName);

    /// <summary>
    /// Sets money aside before a call that may cost. Throws <see cref="StepFailedException"/> with OutOfBudget when a cap would be passed or
    /// the price is not known.
    /// </summary>
    public Task<Reservation> ReserveAsync(Charge charge, CancellationToken cancel) =>
        charge.MostUsd == 0 ? Task.FromResult(Reservation.Free()) : _providers.Reserve(charge, cancel);

    /// <summary>How much is done, 0 to 1.</summary>
    public void Progress(double fraction) => _progress(Math.Clamp(fraction, 0, 1));

    /// <summary>A line for the log of the attempt.</summary>
    public void Log(string line) => _log(line);
}

/// <summary>The inputs and outputs of an attempt by role.</summary>
public sealed record AttemptRoles(
    IReadOnlyDictionary<string, InputList> Inputs,
    IReadOnlyDictionary<string, InputFolder> InputFolders,
    IReadOnlyDictionary<string, OutputFile> Outputs,
    IReadOnlyDictionary<string, OutputFolder> OutputFolders);
