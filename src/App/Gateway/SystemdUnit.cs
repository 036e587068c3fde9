using System.Text;

namespace Spool.App.Gateway;

/// <summary>
/// The unit file of systemd. Words are quoted as systemd.syntax(7) has it: double quotes, C escapes for the backslash and the quote, <c>%%</c>
/// for a percent sign, and in command lines <c>$$</c> for a dollar sign, but not in the path of the program, which is not searched for variables.
/// What is shut off is what media work does not need: a service writes only the state root and the folders that were named, and gains no rights.
/// Not shut off: memory that is written and run (the runtime compiles), devices (video cards), name spaces (a browser's own sandbox).
/// </summary>
public static class SystemdUnit
{
    public const string Name = "spool.service";

    /// <summary>By its first line a file is known to be ours, and may be replaced.</summary>
    public const string Mark = "# Written by: spool gateway install";

    /// <summary>The text of the unit.</summary>
    /// <exception cref="UnitFault">Something in the plan cannot be written.</exception>
    public static string Of(UnitPlan plan)
    {
        var unit = new StringBuilder();
        void Line(string line = "") => unit.Append(line).Append('\n');
        Line(Mark);
        Line("[Unit]");
        Line("Description=Spool, a media workflow engine: queue and API");
        if (plan.IsSystem) Line("After=network.target");
        Line("StartLimitIntervalSec=300");
        Line("StartLimitBurst=5");
        Line();
        Line("[Service]");
        Line("Type=exec");
        Line($"ExecStart={Quoted(UnitPlan.Folder("the program", plan.Program))}{string.Concat(plan.Arguments.Select(a => " " + Argument(a)))}");
        foreach (var (name, value) in plan.Variables.OrderBy(v => v.Key, StringComparer.Ordinal)) Line($"Environment={Quoted($"{name}={value}")}");
        if (plan.IsSystem)
        {
            Line($"User={UserName(plan.User)}");
            // A service of the machine has no folder for sockets of its own; other terminals of the same user find it by the path in .spool/owner.
            Line("Environment=XDG_RUNTIME_DIR=/run/spool");
        }
        Line("RuntimeDirectory=spool");
        Line("RuntimeDirectoryMode=0700");
        Line("RuntimeDirectoryPreserve=yes");
        Line("UMask=0077");
        Line("Restart=on-failure");
        Line("RestartSec=5");
        // TERM goes to the server alone, which ends its runs in order; what is left after that is killed.
        Line("KillMode=mixed");
        Line("TimeoutStopSec=40");
        Line();
        Line("NoNewPrivileges=yes");
        Line("RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK");
        Line("RestrictRealtime=yes");
        Line("RestrictSUIDSGID=yes");
        Line("LockPersonality=yes");
        Line("SystemCallArchitectures=native");
        if (!plan.IsPlain) Walls(plan, Line);
        Line();
        Line("[Install]");
        Line($"WantedBy={(plan.IsSystem ? "multi-user.target" : "default.target")}");
        return unit.ToString();
    }

    private static void Walls(UnitPlan plan, Action<string> line)
    {
        // Without it a service of a user cannot have the mounts below.
        if (!plan.IsSystem) line("PrivateUsers=yes");
        line("PrivateTmp=yes");
        line("ProtectSystem=strict");
        line($"ReadWritePaths={Quoted(UnitPlan.Folder("the state root", plan.State))}");
        // A disk that is not plugged in must not keep the server from starting.
        foreach (var folder in plan.Writable) line($"ReadWritePaths={Quoted("-" + UnitPlan.Folder("the folder", folder))}");
        line("ProtectControlGroups=yes");
        if (!plan.IsSystem) return;
        foreach (var part in (string[])["KernelTunables", "KernelModules", "KernelLogs", "Clock", "Hostname"]) line($"Protect{part}=yes");
        line("CapabilityBoundingSet=");
    }

    /// <summary>A word of a setting.</summary>
    public static string Quoted(string word) => $"\"{Escaped(UnitPlan.Checked("the text", word))}\"";

    /// <summary>A word of a command line behind its program.</summary>
    public static string Argument(string word) => $"\"{Escaped(UnitPlan.Checked("the text", word)).Replace("$", "$$", StringComparison.Ordinal)}\"";

    private static string Escaped(string word) => word.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("%", "%%", StringComparison.Ordinal);

    private static string UserName(string? user) =>
        user is { Length: > 0 and <= 31 } && (char.IsAsciiLetter(user[0]) || user[0] == '_') && user.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-') ? user : throw new UnitFault($"the user '{user}' is no name that a service can run as");
}
