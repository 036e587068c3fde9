using Spool.Platform;

namespace Spool.Engine;

/// <summary>One input of a task, as the step sees it.</summary>
public sealed class InputFile
{
    private readonly Func<string> _materialise;
    private string? _path;

    internal InputFile(string source, string name, long bytes, Digest digest, Func<string> materialise)
    {
        Source = source;
        Name = name;
        Bytes = bytes;
        Digest = digest;
        _materialise = materialise;
    }

    /// <summary>Where the bytes lie now; for the context only, so that a step in process needs no link.</summary>
    internal string Source { get; }

    /// <summary>The name in the attempt folder: role + extension, or the base name for kinds to whom names matter.</summary>
    public string Name { get; }

    /// <summary>The extension with its dot, lower case; empty when there is none.</summary>
    public string Extension => System.IO.Path.GetExtension(Name).ToLowerInvariant();

    public long Bytes { get; }

    public Digest Digest { get; }

    /// <summary>Path relative to the attempt folder (<c>in/audio/audio.wav</c>), safe as a tool's argument.</summary>
    public string Path => _path ??= _materialise();
}

/// <summary>The files of a list role, in the order of the workflow.</summary>
public sealed record InputList(IReadOnlyList<InputFile> Files);

/// <summary>A folder input: its files by name, in UTF-8 byte order; and its path relative to the attempt folder.</summary>
public sealed record InputFolder(string Path, IReadOnlyList<(string Name, InputFile File)> Files)
{
    /// <summary>What lies in a tree and cannot be read as a regular file.</summary>
    public IReadOnlyList<ForeignEntry> Foreign { get; init; } = [];

    /// <summary>True when a single file stands for the folder.</summary>
    public bool IsFile { get; init; }
}

/// <summary>Something in a folder of footage that is no readable file: its name in the folder, and why ("is a pipe").</summary>
public sealed record ForeignEntry(string Name, string Why);

/// <summary>One output file that the step must write.</summary>
/// <param name="Path">Path relative to the attempt folder (<c>out/audio/audio.wav</c>); its folder exists.</param>
public sealed record OutputFile(string Path)
{
    /// <summary>The extension with its dot, lower case; empty when there is none.</summary>
    public string Extension => System.IO.Path.GetExtension(Path).ToLowerInvariant();
}

/// <summary>An output folder; the step writes files of any names into it. It exists and is empty.</summary>
/// <param name="Path">Path relative to the attempt folder, without a trailing slash.</param>
public sealed record OutputFolder(string Path);
