using System.Globalization;

namespace Spool.Platform;

/// <summary>What proc(5) tells of processes, for figures only; where there is no such file system, nothing is told.</summary>
public static class ProcessTree
{
    /// <summary>How many living processes descend from these, themselves not counted.</summary>
    public static int CountBelow(IReadOnlySet<int> roots)
    {
        var children = new Dictionary<int, List<int>>();
        if (!Directory.Exists("/proc")) return 0;
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out var pid)) continue;
            if (ParentOf(pid) is not { } parent) continue;
            if (!children.TryGetValue(parent, out var list)) children[parent] = list = [];
            list.Add(pid);
        }
        var seen = new HashSet<int>();
        var open = new Stack<int>(roots);
        while (open.TryPop(out var top))
            foreach (var child in children.GetValueOrDefault(top) ?? [])
                if (!roots.Contains(child) && seen.Add(child)) open.Push(child);
        return seen.Count;
    }

    // Fields 3 and 4 of the line: state and parent; the name in field 2 may hold spaces and brackets.
    private static int? ParentOf(int pid)
    {
        try
        {
            var text = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/stat"));
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ', 3);
            return fields[0] is "Z" or "X" ? null : int.Parse(fields[1], CultureInfo.InvariantCulture);
        }
        catch (IOException) { return null; }
        catch (UnauthorizedAccessException) { return null; }
    }

    /// <summary>Open files of this process.</summary>
    public static int? OpenFiles(IDisk disk) => disk.Stat("/proc/self/fd") is null ? null : disk.List("/proc/self/fd").Count;

    /// <summary>How many files this process may have open.</summary>
    public static double? MostOpenFiles()
    {
        try
        {
            foreach (var line in File.ReadLines("/proc/self/limits"))
                if (line.StartsWith("Max open files", StringComparison.Ordinal) && double.TryParse(line[14..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0], CultureInfo.InvariantCulture, out var most)) return most;
            return null;
        }
        catch (IOException) { return null; }
    }
}
