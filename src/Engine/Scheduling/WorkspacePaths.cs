namespace Spool.Engine.Scheduling;

/// <summary>Where things lie in a workspace.</summary>
public sealed record WorkspacePaths(string Workspace)
{
    public string Spool => Path.Join(Workspace, ".spool");
    public string Format => Path.Join(Spool, "FORMAT");
    public string Lock => Path.Join(Spool, "owner");
    public string Journal => Path.Join(Spool, "journal");
    public string Store => Path.Join(Spool, "store");
    public string Index => Path.Join(Spool, "index");
    public string Attempts => Path.Join(Spool, "attempts");
    public string Temporary => Path.Join(Spool, "tmp");
    public string Runs => Path.Join(Spool, "runs");

    public string Run(string run) => Path.Join(Runs, run);

    /// <summary>The full log of an attempt. The name of the task is escaped to a plain file name.</summary>
    public string Log(string run, string task, int attempt) => Path.Join(Runs, run, "logs", $"{LogName(task)}.{attempt}.log");

    /// <summary>A task as a plain file name; a name that no file system takes is cut, with a digest of the whole.</summary>
    public static string LogName(string task)
    {
        const int most = 200;
        var name = task.Replace('/', '\u2215');
        if (System.Text.Encoding.UTF8.GetByteCount(name) <= most) return name;
        var bytes = 0;
        var kept = string.Concat(name.EnumerateRunes().TakeWhile(r => (bytes += r.Utf8SequenceLength) <= most - 16));
        return $"{kept}~{Platform.Digest.Of(task).Short}";
    }
}
