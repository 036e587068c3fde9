using System.Net;
using System.Text;
using System.Text.Json;
using Spool.App.Queue;
using Spool.Platform;

namespace Spool.App.Gateway;

/// <summary>Starts and stops the server as a process of its own, which goes on when the terminal is closed.</summary>
public sealed class GatewayProcess(Composition composition, ServerPlace place)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    /// <summary>What the process says before its log is open: why it cannot start.</summary>
    private string Said => Path.Join(place.Logs, "gateway.err");

    private static string OptionsFile(ServerPlace place) => Path.Join(place.Runtime, "options.json");

    /// <summary>The further options of the last start; none where there was none.</summary>
    public static IReadOnlyList<string> LastOptions(ServerPlace place)
    {
        if (place.Disk.Stat(OptionsFile(place)) is null) return [];
        try { return JsonSerializer.Deserialize(DurableFile.Read(place.Disk, OptionsFile(place)), GatewayJson.Default.StringArray) ?? []; }
        catch (JsonException) { return []; } // cut by a crash: the server then starts without them
    }

    /// <summary>How long a start may take until the server is ready, and a stop until it is gone.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Starts it and waits until it is ready.</summary>
    /// <param name="address">Of the API; null for none.</param>
    /// <param name="more">Further options of the server; kept for a restart.</param>
    /// <returns>The server, or why there is none.</returns>
    public async Task<(RunningServer? Server, string? Problem)> StartAsync(IPEndPoint? address, IReadOnlyList<string> more, CancellationToken cancel)
    {
        place.Make();
        var environment = new Dictionary<string, string>();
        foreach (System.Collections.DictionaryEntry entry in Environment.GetEnvironmentVariables()) environment[(string)entry.Key] = (string?)entry.Value ?? "";
        environment["SPOOL_STATE"] = place.Root;
        string[] arguments = ["serve", "--state", place.Root, "--listen", address?.ToString() ?? "none", "--log-format", "none", .. more];
        DurableFile.WritePlain(place.Disk, OptionsFile(place), JsonSerializer.SerializeToUtf8Bytes<string[]>([.. more], GatewayJson.Default.StringArray));
        var process = DetachedProgram.Start(Environment.ProcessPath!, arguments, "/", environment, ("/dev/null", Said));
        var began = composition.Time.GetTimestamp();
        var complaint = "it has not taken its state root yet";
        while (composition.Time.GetElapsedTime(began) < Patience)
        {
            DetachedProgram.Reap(process.Pid);
            if (!process.IsAlive) return (null, $"the server ended at once{Tail()}");
            // Its own lock, and a heart that beat since: an older file tells of the server before.
            if (RunningServer.Find(place) is { } server && server.Process == process && (address is null || server.Address is not null))
            {
                if (await server.ComplaintAsync(place, composition.Time, cancel) is not { } why) return (server, null);
                complaint = why;
            }
            await Task.Delay(Look, composition.Time, cancel);
        }
        return (null, $"the server runs (pid {process.Pid}) but is not ready after {Patience.TotalSeconds:0} s: {complaint}{Tail()}");
    }

    /// <summary>Asks it to end and waits; what it said on the way.</summary>
    public async Task<(bool Ended, string Said)> StopAsync(RunningServer server, CancellationToken cancel)
    {
        var queue = new JobQueue(place, composition.Time);
        var busy = queue.In(ServerPlace.Running).Count(r => r.Engine?.IsAlive == true);
        DetachedProgram.Signal(server.Process, kill: false);
        var began = composition.Time.GetTimestamp();
        while (server.Process.IsAlive)
        {
            if (composition.Time.GetElapsedTime(began) > Patience) return (false, $"pid {server.Process.Pid} was asked to end and has not after {Patience.TotalSeconds:0} s; it goes on ending its runs. To end it at once: kill -9 {server.Process.Pid} (nothing finished is lost)");
            await Task.Delay(Look, composition.Time, cancel);
        }
        var queued = queue.In(ServerPlace.Pending).Count;
        return (true, $"stopped{(busy > 0 ? $"; {Runs(busy)} under way ended" : "")}{(queued > 0 ? $"; {Runs(queued)} queued for the next start" : "")}");
    }

    private static string Runs(int count) => $"{count} run{(count == 1 ? "" : "s")}";

    private string Tail()
    {
        var lines = new StringBuilder();
        foreach (var path in (string[])[Said, place.Log])
        {
            if (place.Disk.Stat(path) is not { Size: > 0 } stat) continue;
            using var file = place.Disk.OpenRead(path);
            var bytes = new byte[Math.Min(stat.Size, 8192)];
            var count = file.Read(stat.Size - bytes.Length, bytes);
            lines.Append($"\n{path} ends with:");
            foreach (var line in Encoding.UTF8.GetString(bytes, 0, count).Split('\n', StringSplitOptions.RemoveEmptyEntries).TakeLast(10)) lines.Append("\n  ").Append(line);
            // Whoever cannot start says so on its standard error; the log then tells of the server before.
            break;
        }
        return lines.Length == 0 ? "; it said nothing" : lines.ToString();
    }
}

[System.Text.Json.Serialization.JsonSerializable(typeof(string[]))]
internal sealed partial class GatewayJson : System.Text.Json.Serialization.JsonSerializerContext;
