using System.Text;

namespace Spool.Platform;

/// <summary>
/// Whole small files, written so that a reader sees the old or the new content and a finished call survives a power cut:
/// new name in the same folder, write, sync, rename, sync the folder. Any error is thrown, and none of the steps is tried twice.
/// </summary>
public static class DurableFile
{
    public static void Write(IDisk disk, string path, ReadOnlySpan<byte> bytes)
    {
        var temporary = path + ".new";
        using (var file = disk.OpenWrite(temporary, OpenMode.Truncate))
        {
            file.Write(0, bytes);
            file.Sync();
        }
        disk.Rename(temporary, path, RenameMode.Replace);
        disk.SyncFolder(Path.GetDirectoryName(path)!);
    }

    /// <summary>Writes a file that may be lost or half there after a crash: exports, logs, files in an attempt folder.</summary>
    public static void WritePlain(IDisk disk, string path, ReadOnlySpan<byte> bytes)
    {
        using var file = disk.OpenWrite(path, OpenMode.Truncate);
        file.Write(0, bytes);
    }

    public static byte[] Read(IDisk disk, string path)
    {
        using var file = disk.OpenRead(path);
        var size = file.Stat().Size;
        if (size > int.MaxValue) throw new DiskException("read", path, Errors.Invalid);
        var bytes = new byte[size];
        var done = 0;
        for (int count; done < bytes.Length && (count = file.Read(done, bytes.AsSpan(done))) > 0;) done += count;
        return done == bytes.Length ? bytes : bytes[..done];
    }

    public static string ReadText(IDisk disk, string path)
    {
        var bytes = Read(disk, path).AsSpan();
        if (bytes.StartsWith(Encoding.UTF8.Preamble)) bytes = bytes[3..];
        return Encoding.UTF8.GetString(bytes);
    }

    /// <summary>Makes a folder and its missing parents; returns those it made, outermost first.</summary>
    public static IReadOnlyList<string> CreateFolders(IDisk disk, string path)
    {
        var missing = new List<string>();
        for (var folder = path; folder is { Length: > 0 } && disk.Stat(folder) is not { Kind: FileKind.Folder }; folder = Path.GetDirectoryName(folder))
            missing.Add(folder);
        missing.Reverse();
        foreach (var folder in missing) disk.CreateFolder(folder);
        return missing;
    }

    /// <summary>Deletes a file, or a folder with all in it; links are removed, not followed. Nothing there is fine.</summary>
    public static void DeleteTree(IDisk disk, string path)
    {
        if (disk.Stat(path, followLinks: false) is not { } stat) return;
        if (stat.Kind != FileKind.Folder)
        {
            disk.DeleteFile(path);
            return;
        }
        var stack = new Stack<(string Path, bool Emptied)>();
        stack.Push((path, false));
        while (stack.TryPop(out var top))
        {
            if (top.Emptied) { disk.DeleteFolder(top.Path); continue; }
            stack.Push((top.Path, true));
            foreach (var entry in disk.List(top.Path))
            {
                var child = Path.Join(top.Path, entry.Name);
                if (entry.Kind == FileKind.Folder) stack.Push((child, false));
                else disk.DeleteFile(child);
            }
        }
    }
}
