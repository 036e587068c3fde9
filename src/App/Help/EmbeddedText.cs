using System.Reflection;
using System.Text;

namespace Spool.App.Help;

/// <summary>Files that travel inside the program: the guide, examples of kinds, templates of projects.</summary>
public static class EmbeddedText
{
    private static Assembly Program => typeof(EmbeddedText).Assembly;

    /// <summary>Names under a folder, with the folder left out, sorted.</summary>
    public static IReadOnlyList<string> Names(string folder) =>
        [.. Program.GetManifestResourceNames().Where(n => n.StartsWith(folder, StringComparison.Ordinal)).Select(n => n[folder.Length..]).Order(StringComparer.Ordinal)];

    public static byte[]? Bytes(string name)
    {
        using var stream = Program.GetManifestResourceStream(name);
        if (stream is null) return null;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    public static string? Text(string name) => Bytes(name) is { } bytes ? Encoding.UTF8.GetString(bytes).TrimStart('\uFEFF') : null;
}
