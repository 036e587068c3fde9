namespace Spool.Platform;

/// <summary>The operating systems whose rules differ.</summary>
public enum OperatingSystemKind { Linux, MacOs, Windows }

/// <summary>
/// Where the user's own state and the sockets live. XDG Base Directory Specification 0.8 on Linux; the customary folders elsewhere.
/// Linux is tried; the rows of macOS and Windows are held by a table test only.
/// </summary>
public static class MachinePaths
{
    public static OperatingSystemKind Current =>
        OperatingSystem.IsWindows() ? OperatingSystemKind.Windows : OperatingSystem.IsMacOS() ? OperatingSystemKind.MacOs : OperatingSystemKind.Linux;

    /// <summary>The user's folder of settings, models and queues. <paramref name="read"/> reads an environment variable.</summary>
    public static string StateRoot(OperatingSystemKind system, Func<string, string?> read)
    {
        if (Filled(read("SPOOL_STATE")) is { } own) return own;
        return system switch
        {
            OperatingSystemKind.Windows => Join(system, Filled(read("LOCALAPPDATA")) ?? Join(system, Home(system, read), "AppData", "Local"), "Spool"),
            OperatingSystemKind.MacOs => Join(system, Home(system, read), "Library", "Application Support", "Spool"),
            _ => Join(system, Filled(read("XDG_STATE_HOME")) ?? Join(system, Home(system, read), ".local", "state"), "spool"),
        };
    }

    /// <summary>The folder for sockets; the caller makes it with mode 0700. Short, because a socket path has at most 107 bytes.</summary>
    public static string RuntimeFolder(OperatingSystemKind system, Func<string, string?> read, uint userId) => system switch
    {
        OperatingSystemKind.Windows => Join(system, StateRoot(system, read), "run"),
        OperatingSystemKind.MacOs => Join(system, Filled(read("TMPDIR")) ?? "/tmp", $"spool-{userId}"),
        _ => Filled(read("XDG_RUNTIME_DIR")) is { } folder ? Join(system, folder, "spool") : $"/tmp/spool-{userId}",
    };

    public static uint UserId => OperatingSystem.IsWindows() ? 0 : Libc.GetUserId();

    private static string Home(OperatingSystemKind system, Func<string, string?> read) =>
        Filled(read(system == OperatingSystemKind.Windows ? "USERPROFILE" : "HOME")) ?? (system == OperatingSystemKind.Windows ? "C:\\" : "/");

    private static string? Filled(string? value) => string.IsNullOrEmpty(value) ? null : value;

    private static string Join(OperatingSystemKind system, params string[] parts) =>
        string.Join(system == OperatingSystemKind.Windows ? '\\' : '/', parts.Select((p, i) => i == 0 ? p.TrimEnd('/', '\\') : p));
}
