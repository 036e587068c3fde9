using System.Text;
using Spool.Platform;

namespace Spool.App.Cli;

/// <summary>What <c>--var NAME=VALUE</c> and <c>--var NAME=@FILE</c> say (<c>@@</c> begins a text that begins with @), in order; the last one of a name counts.</summary>
public sealed record GivenVariables(IReadOnlyList<(string Name, string Value)> Values, IReadOnlyCollection<string> FromFiles)
{
    public const int MostBytes = 1 << 20;

    public static GivenVariables Read(Composition composition, IReadOnlyList<string> options)
    {
        var values = new List<(string Name, string Value)>();
        var files = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (name, value) in options.Select(o => RunOptions.Pair(o, "--var NAME=VALUE")))
        {
            values.RemoveAll(v => v.Name == name);
            files.Remove(name);
            var isFile = value.StartsWith('@') && !value.StartsWith("@@", StringComparison.Ordinal);
            values.Add((name, isFile ? Content(composition, value[1..]) : value.StartsWith('@') ? value[1..] : value));
            if (isFile) files.Add(name);
        }
        return new GivenVariables(values, files);
    }

    /// <summary>The text of a file for a variable.</summary>
    public static string Content(Composition composition, string file)
    {
        var path = Path.GetFullPath(file, composition.CurrentFolder);
        if (composition.Disk.Stat(path) is not { } stat) throw new UsageException($"there is no file {file}");
        if (stat.Kind != FileKind.File) throw new UsageException($"{file} is no file");
        if (stat.Size > MostBytes) throw new UsageException($"{file} has more than {MostBytes >> 20} MiB, which is too much for a variable");
        try { return new UTF8Encoding(false, true).GetString(DurableFile.Read(composition.Disk, path)).TrimStart('\uFEFF'); }
        catch (DecoderFallbackException) { throw new UsageException($"{file} is not text in UTF-8"); }
    }
}
