namespace Spool.Platform;

/// <summary>
/// A program that outlives whoever starts it: a session of its own, nothing to read, its output in files. Who starts it may die and find it
/// again by its identity.
/// </summary>
public static class DetachedProgram
{
    /// <summary>Starts it; both files are made anew.</summary>
    /// <exception cref="ProcessFailedException">It cannot be started.</exception>
    public static ProcessIdentity Start(string program, IReadOnlyList<string> arguments, string folder, IReadOnlyDictionary<string, string> environment, (string Output, string Error) files)
    {
        var pid = Spawn.Start(program, arguments, folder, environment, Spawn.Null, Spawn.Null, Spawn.Null, outputFile: files.Output, errorFile: files.Error);
        return ProcessIdentity.Of(pid) ?? new ProcessIdentity(pid, 0, "", Environment.MachineName);
    }

    /// <summary>Takes the ends of children that are over, so that they do not stay as zombies.</summary>
    public static unsafe void Reap(int pid)
    {
        const int noHang = 1;
        var status = 0;
        _ = Libc.Wait4(pid, &status, noHang, null);
    }

    /// <summary>Asks a process to end (TERM), or ends it (KILL), if it is still the one that was meant.</summary>
    public static void Signal(ProcessIdentity process, bool kill)
    {
        if (process.IsAlive) _ = Libc.Kill(process.Pid, kill ? 9 : 15);
    }
}
