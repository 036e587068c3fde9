namespace Spool.Platform;

/// <summary>Finds a program by its bare name on a search path, never in the current folder.</summary>
public static class ProgramFinder
{
    /// <summary>The absolute path of the program, or null. A name with a slash is taken as a path only when it is absolute.</summary>
    public static string? Find(IDisk disk, string name, string? searchPath)
    {
        if (name.Contains('/', StringComparison.Ordinal))
            return Path.IsPathRooted(name) && IsProgram(disk, name) ? name : null;
        foreach (var folder in (searchPath ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!Path.IsPathRooted(folder)) continue;
            var path = Path.Join(folder, name);
            if (IsProgram(disk, path)) return path;
        }
        return null;
    }

    private static bool IsProgram(IDisk disk, string path)
    {
        try { return disk.Stat(path) is { Kind: FileKind.File } stat && (stat.Mode & 0x49) != 0; }
        catch (DiskException) { return false; } // a folder of the search path that may not be entered
    }
}
