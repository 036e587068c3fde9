namespace Spool.Platform;

/// <summary>A program that a person uses in this terminal, such as an editor: it gets standard input, output and error, and is waited for.</summary>
public static class ForegroundProgram
{
    /// <summary>Gives the exit code. Throws <see cref="ProcessFailedException"/> when it cannot be started.</summary>
    public static unsafe int Run(string program, IReadOnlyList<string> arguments, string folder)
    {
        var environment = new Dictionary<string, string>();
        foreach (System.Collections.DictionaryEntry variable in Environment.GetEnvironmentVariables()) environment[(string)variable.Key] = (string?)variable.Value ?? "";
        var pid = Spawn.Start(program, arguments, folder, environment, 0, 1, 2, foreground: true);
        int status;
        while (Libc.Wait4(pid, &status, 0, null) < 0 && System.Runtime.InteropServices.Marshal.GetLastPInvokeError() == Errors.Interrupted) { }
        return (status & 0x7f) == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f);
    }
}
