using System.Text;

namespace Spool.App.Gateway;

/// <summary>Something that cannot stand in the file of a service: the rest of a sentence.</summary>
public sealed class UnitFault(string message) : FormatException(message);

/// <summary>What a service of the machine is made of; every path absolute.</summary>
public sealed record UnitPlan(string Program, IReadOnlyList<string> Arguments, string State)
{
    /// <summary>Of the whole machine, started at boot; else of one user, started when the user logs in.</summary>
    public bool IsSystem { get; init; }
    /// <summary>Who it runs as, for a service of the machine.</summary>
    public string? User { get; init; }
    /// <summary>Folders that runs may write into, beside the state root.</summary>
    public IReadOnlyList<string> Writable { get; init; } = [];
    public IReadOnlyDictionary<string, string> Variables { get; init; } = new Dictionary<string, string>();
    /// <summary>Leaves out what needs name spaces of the kernel, which some machines do not give to users.</summary>
    public bool IsPlain { get; init; }

    /// <summary>Refuses what no escape of the format can carry.</summary>
    /// <exception cref="UnitFault">A line break, another control character or a broken surrogate is in it.</exception>
    public static string Checked(string what, string text)
    {
        if (text.Any(char.IsControl)) throw new UnitFault($"{what} '{string.Concat(text.Select(c => char.IsControl(c) ? '?' : c))}' holds a control character such as a line break, which the file of a service cannot hold");
        try { _ = new UTF8Encoding(false, throwOnInvalidBytes: true).GetByteCount(text); }
        catch (EncoderFallbackException) { throw new UnitFault($"{what} is no valid text"); }
        return text;
    }

    /// <summary>A path as a service may name it.</summary>
    /// <exception cref="UnitFault">It is not absolute, or holds what cannot be written.</exception>
    public static string Folder(string what, string path) =>
        Path.IsPathRooted(path) ? Checked(what, path.Length > 1 ? path.TrimEnd('/') : path) : throw new UnitFault($"{what} '{path}' is no absolute path");
}
