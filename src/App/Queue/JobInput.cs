using System.Text.Json;
using Spool.Engine.Graph;
using Spool.Platform;

namespace Spool.App.Queue;

/// <summary>A file that a job brings into its workspace.</summary>
/// <param name="Source">The SHA-256 of an upload; or an absolute path in the workspace or in a root of the user's settings.</param>
/// <param name="Destination">Its path in the workspace.</param>
public sealed record JobInput(string Source, string Destination)
{
    internal static IReadOnlyList<JobInput> Read(JsonElement inputs)
    {
        if (inputs.ValueKind != JsonValueKind.Array || inputs.GetArrayLength() > 1000) throw new JobFault("has 'inputs' that are no list of at most 1,000");
        return [.. inputs.EnumerateArray().Select(One)];
    }

    private static JobInput One(JsonElement input)
    {
        if (input.ValueKind != JsonValueKind.Object || Text(input, "src") is not { } source || Text(input, "dest") is not { } destination || input.EnumerateObject().Count() != 2)
            throw new JobFault("has an input that is not {\"src\": …, \"dest\": …}");
        if (Refusal(destination) is { } refusal) throw new JobFault($"has an input for '{destination}', which {refusal}");
        if (!Digest.TryParse(source, out _) && !Path.IsPathRooted(source)) throw new JobFault($"has an input from '{source}', which is neither the digest of an upload nor an absolute path");
        return new JobInput(source, destination);
    }

    private static string? Text(JsonElement input, string name) => input.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 and < 4096 } text && !text.Contains('\0', StringComparison.Ordinal) ? text : null;

    /// <summary>Why nothing may be put at a path of a workspace; null when it may.</summary>
    public static string? Refusal(string destination)
    {
        if (Path.IsPathRooted(destination)) return "is no path in the workspace";
        var parts = destination.Split('/');
        if (parts.Any(p => p is ".." or "." or "")) return "leads out of the workspace or is not plain";
        return parts[0] == ".spool" ? "is Spool's own" : null;
    }

    /// <summary>Puts a job's files in their places. What stands there already with the same bytes is left; another file there is never written over.</summary>
    /// <param name="roots">Folders from which files may be taken, besides the workspace.</param>
    /// <returns>Null, or why it cannot be done.</returns>
    public static string? Bring(IDisk disk, ServerPlace place, string workspace, IReadOnlyList<JobInput> inputs, IEnumerable<string> roots)
    {
        var allowed = roots.Append(workspace).ToList();
        foreach (var input in inputs)
        {
            var source = input.Source;
            if (Digest.TryParse(source, out var digest)) source = Path.Join(place.Root, "uploads", "done", digest.ToString());
            else if (!allowed.Any(root => IsInside(disk, root, source))) return $"{source} lies neither in the workspace nor in a root of the settings";
            if (disk.Stat(source) is not { Kind: FileKind.File }) return $"{input.Source} is not there";
            if (Put(disk, workspace, source, input.Destination) is { } refusal) return refusal;
        }
        return null;
    }

    /// <summary>Copies a file to a path of a workspace; null, or why not.</summary>
    public static string? Put(IDisk disk, string workspace, string source, string destination)
    {
        if (Refusal(destination) is { } refusal) return $"{destination} {refusal}";
        var target = Path.Join(workspace, destination);
        DurableFile.CreateFolders(disk, workspace);
        if (!new SourceTree(disk, workspace, new Dictionary<string, string>(), _ => false).IsInside(destination)) return $"{destination} leads out of the workspace";
        if (disk.Stat(target, followLinks: false) is not null)
            return disk.Stat(target) is { Kind: FileKind.File } && ContentHash.OfFile(disk, target, null, CancellationToken.None) == ContentHash.OfFile(disk, source, null, CancellationToken.None) ? null : $"{destination} is there already with other content; nothing is written over";
        DurableFile.CreateFolders(disk, Path.GetDirectoryName(target)!);
        var temporary = Path.Join(Path.GetDirectoryName(target)!, "." + Path.GetFileName(target) + ".new");
        ContentHash.Copy(disk, source, temporary, CancellationToken.None);
        disk.Rename(temporary, target, RenameMode.NoReplace);
        disk.SyncFolder(Path.GetDirectoryName(target)!);
        return null;
    }

    private static bool IsInside(IDisk disk, string root, string path)
    {
        var full = Path.GetFullPath(path);
        var within = Path.GetFullPath(root).TrimEnd('/') + "/";
        return full.StartsWith(within, StringComparison.Ordinal) && new SourceTree(disk, within.TrimEnd('/'), new Dictionary<string, string>(), _ => false).IsInside(full[within.Length..]);
    }
}
