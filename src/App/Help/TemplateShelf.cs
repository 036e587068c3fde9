using Spool.Engine;
using Spool.Engine.Definition;
using Spool.Platform;

namespace Spool.App.Help;

/// <summary>
/// Where templates are found, in this order, the first of a name counts: <c>$SPOOL_TEMPLATES</c> (folders with colons between), or else
/// <c>templates</c> under the state root; the folders under <c>templates:</c> of the user's settings; the program itself. A template is a folder in one
/// of these with a <c>spool.yaml</c>. Links, hidden folders and what a run leaves behind are not part of it; size and number are bounded, because the folder is of somebody else.
/// </summary>
public static class TemplateShelf
{
    public const int MostFiles = 2000;
    public const long MostBytes = 256L << 20;

    /// <summary>All templates by name; a folder that is named but not there is a Problem.</summary>
    public static IReadOnlyList<ProjectTemplate> All(Composition composition, ProblemList problems)
    {
        var found = new List<ProjectTemplate>();
        foreach (var (folder, at) in Folders(composition, problems))
        {
            if (composition.Disk.Stat(folder) is not { Kind: FileKind.Folder })
            {
                if (at is not null) problems.Add("SPL0171", at.Value, $"there is no folder of templates {folder}", "make it, or take it out");
                continue;
            }
            foreach (var entry in Listed(composition.Disk, folder, problems).Where(e => e.Kind == FileKind.Folder && !e.Name.StartsWith('.')).OrderBy(e => e.Name, StringComparer.Ordinal))
                if (At(composition.Disk, Path.Join(folder, entry.Name), problems) is { } template) found.Add(template);
        }
        found.AddRange(ProjectTemplate.BuiltIn());
        return [.. found.DistinctBy(t => t.Name).OrderBy(t => t.Name, StringComparer.Ordinal)];
    }

    /// <summary>The template of a name, an alias, or a path with a slash in it; null when there is none.</summary>
    public static ProjectTemplate? Find(Composition composition, IReadOnlyList<ProjectTemplate> all, string name, ProblemList problems)
    {
        if (name.Contains('/', StringComparison.Ordinal)) return At(composition.Disk, Path.GetFullPath(name, composition.CurrentFolder).TrimEnd('/'), problems);
        return all.FirstOrDefault(t => t.Name == name) ?? all.OrderBy(t => t.From is null).FirstOrDefault(t => t.Aliases.Contains(name));
    }

    private static IEnumerable<(string Folder, Mark? At)> Folders(Composition composition, ProblemList problems)
    {
        if (composition.Environment("SPOOL_TEMPLATES") is { Length: > 0 } own)
            foreach (var folder in own.Split(':', StringSplitOptions.RemoveEmptyEntries)) yield return (Path.GetFullPath(folder, composition.CurrentFolder), new Mark("SPOOL_TEMPLATES", 0, 0));
        else yield return (Path.Join(composition.StateRoot, "templates"), null);
        foreach (var (folder, at) in Settings.Read(composition, problems).Templates)
        {
            var path = folder == "~" || folder.StartsWith("~/", StringComparison.Ordinal) ? composition.Environment("HOME") + folder[1..] : folder;
            yield return (Path.GetFullPath(path, composition.StateRoot), at);
        }
    }

    private static IReadOnlyList<DiskEntry> Listed(IDisk disk, string folder, ProblemList problems)
    {
        try { return disk.List(folder); }
        catch (DiskException e)
        {
            problems.Add("SPL0171", new Mark(folder, 0, 0), e.Message);
            return [];
        }
    }

    private static ProjectTemplate? At(IDisk disk, string folder, ProblemList problems)
    {
        if (disk.Stat(Path.Join(folder, ProjectTemplate.Workflow)) is not { Kind: FileKind.File, Size: <= YamlText.MostBytes }) return null;
        var files = new List<string>();
        long bytes = 0;
        var open = new Stack<string>([""]);
        while (open.TryPop(out var inner))
            foreach (var entry in Listed(disk, Path.Join(folder, inner), problems).Where(e => e.Name is not (".git" or ".spool")))
            {
                var path = inner.Length == 0 ? entry.Name : $"{inner}/{entry.Name}";
                if (entry.Kind == FileKind.Folder) open.Push(path);
                if (entry.Kind != FileKind.File) continue;
                files.Add(path);
                bytes += disk.Stat(Path.Join(folder, path))?.Size ?? 0;
                if (files.Count <= MostFiles && bytes <= MostBytes) continue;
                problems.Add("SPL0171", new Mark(folder, 0, 0), $"the template is too large: it may have {MostFiles} files and {MostBytes >> 20} MiB");
                return null;
            }
        return new ProjectTemplate(Path.GetFileName(folder), folder, [.. files.Order(StringComparer.Ordinal)], f => DurableFile.Read(disk, Path.Join(folder, f)));
    }
}
