using System.Text;
using Spool.Platform;

namespace Spool.App.Gateway;

/// <summary>The file by which the machine knows the server, where it lies, and the commands that make the machine look at it.</summary>
/// <param name="Path">Where it lies; absolute.</param>
/// <param name="Text">What is in it.</param>
/// <param name="Mark">By this text a file is known to be ours.</param>
public sealed record UnitFile(string Path, string Text, string Mark)
{
    /// <summary>Run after the file was written.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Begin { get; init; } = [];
    /// <summary>Run before the file is removed.</summary>
    public IReadOnlyList<IReadOnlyList<string>> End { get; init; } = [];
    /// <summary>Run after it was removed.</summary>
    public IReadOnlyList<IReadOnlyList<string>> After { get; init; } = [];

    public static UnitFile Systemd(UnitPlan plan, Func<string, string?> environment)
    {
        string[] control = plan.IsSystem ? ["systemctl"] : ["systemctl", "--user"];
        var folder = plan.IsSystem ? "/etc/systemd/system"
            : System.IO.Path.Join(environment("XDG_CONFIG_HOME") is { Length: > 0 } config ? config : System.IO.Path.Join(environment("HOME") ?? "/", ".config"), "systemd/user");
        return new UnitFile(System.IO.Path.Join(folder, SystemdUnit.Name), SystemdUnit.Of(plan), SystemdUnit.Mark)
        {
            Begin = [[.. control, "daemon-reload"], [.. control, "enable", SystemdUnit.Name], [.. control, "restart", SystemdUnit.Name]],
            End = [[.. control, "disable", "--now", SystemdUnit.Name]],
            After = [[.. control, "daemon-reload"]],
        };
    }

    public static UnitFile Launchd(UnitPlan plan, Func<string, string?> environment, uint userId)
    {
        var folder = plan.IsSystem ? "/Library/LaunchDaemons" : System.IO.Path.Join(environment("HOME") ?? "/", "Library/LaunchAgents");
        var path = System.IO.Path.Join(folder, LaunchdPlist.Label + ".plist");
        var domain = plan.IsSystem ? "system" : $"gui/{userId}";
        return new UnitFile(path, LaunchdPlist.Of(plan), LaunchdPlist.Mark) { Begin = [["launchctl", "bootstrap", domain, path]], End = [["launchctl", "bootout", $"{domain}/{LaunchdPlist.Label}"]] };
    }

    /// <summary>Null when the place is free or holds a file of ours; else who wrote what lies there is not known.</summary>
    public string? Foreign(IDisk disk) =>
        disk.Stat(Path) is null || DurableFile.ReadText(disk, Path).Contains(Mark, StringComparison.Ordinal) ? null : $"{Path} was not written by 'spool gateway install' and is left alone; move it away first";

    public void Write(IDisk disk)
    {
        DurableFile.CreateFolders(disk, System.IO.Path.GetDirectoryName(Path)!);
        DurableFile.Write(disk, Path, Encoding.UTF8.GetBytes(Text));
        disk.SetMode(Path, 0x1a4); // 0644: it holds no secret, and the machine's own services are readable
    }

    /// <summary>Runs commands one after the other; the first that fails, with what it said.</summary>
    public static async Task<(IReadOnlyList<string> Command, string Said)?> RunAsync(Composition composition, IReadOnlyList<IReadOnlyList<string>> commands, CancellationToken cancel)
    {
        foreach (var command in commands)
        {
            if (ProgramFinder.Find(composition.Disk, command[0], composition.Environment("PATH")) is not { } program) return (command, $"{command[0]} is not here");
            var environment = new Dictionary<string, string> { ["LANG"] = "C.UTF-8" };
            foreach (var name in (string[])["PATH", "HOME", "XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS", "XDG_CONFIG_HOME"])
                if (composition.Environment(name) is { } value) environment[name] = value;
            var result = await composition.Processes.RunAsync(new ToolCommand(program, [.. command.Skip(1)]) { WorkingFolder = "/" }, environment, TimeSpan.FromSeconds(60), null, null, cancel);
            if (!result.Succeeded) return (command, result.Tail.Trim() is { Length: > 0 } said ? said.ReplaceLineEndings(" ") : $"it ended with {result.ExitCode}");
        }
        return null;
    }
}
