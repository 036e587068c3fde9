using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Spool.Engine.Scheduling;
using Spool.Platform;

namespace Spool.App.Cli;

/// <summary>
/// The door to a run from other terminals: a Unix socket in a folder only the user may enter. One request a connection: a JSON line with
/// <c>verb</c> (status, tasks, task, cancel, drain, decide); one JSON line back. The run answers between two of its steps, so what it says is never half done.
/// </summary>
public sealed class OwnerSocket : IDisposable
{
    private readonly Socket _socket;
    private readonly string _path;

    private OwnerSocket(Socket socket, string path)
    {
        _socket = socket;
        _path = path;
    }

    public static string PathFor(Composition composition, string workspace) =>
        Path.Join(MachinePaths.RuntimeFolder(MachinePaths.Current, composition.Environment, MachinePaths.UserId), $"{Digest.Of(workspace).Short}-{Environment.ProcessId}.sock");

    /// <summary>Listens; null when no socket can be had here (then other terminals see the journal only).</summary>
    public static OwnerSocket? Listen(string path, Composition composition, RunDriver driver, CancellationTokenSource stop) => Listen(path, composition, async request => request.GetProperty("verb").GetString() switch
    {
        "status" => await driver.AskAsync(StatusJson.Of),
        "cancel" => Cancel(stop),
        "drain" => await DrainAsync(driver),
        "tasks" => await driver.AskAsync(view => Report.TaskPages.Page(view.Tasks, view.OpenSteps(), Report.TaskPages.Wanted.Of(request))),
        "task" => await driver.AskAsync(view => Report.TaskPages.One(view, driver.World, request.GetProperty("task").GetString()!)),
        // A run that is over does not read its loop any more: whoever asks takes the way without an engine then.
        "decide" => Decided(await driver.DecideAsync(request.GetProperty("review").GetString(), DecisionOf(request)).WaitAsync(TimeSpan.FromSeconds(4), TimeProvider.System)),
        _ => Encoding.UTF8.GetBytes("{\"error\":\"unknown verb\"}\n"),
    });

    /// <summary>Listens with an answer for each request.</summary>
    public static OwnerSocket? Listen(string path, Composition composition, Func<JsonElement, Task<byte[]>> answer)
    {
        try
        {
            DurableFile.CreateFolders(composition.Disk, Path.GetDirectoryName(path)!);
            composition.Disk.SetMode(Path.GetDirectoryName(path)!, 0x1c0);
            if (composition.Disk.Stat(path, followLinks: false) is not null) composition.Disk.DeleteFile(path);
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            socket.Bind(new UnixDomainSocketEndPoint(path));
            socket.Listen(16);
            var owner = new OwnerSocket(socket, path);
            _ = owner.ServeAsync(answer);
            return owner;
        }
        catch (Exception e) when (e is SocketException or DiskException or ArgumentException) { return null; }
    }

    private async Task ServeAsync(Func<JsonElement, Task<byte[]>> answer)
    {
        while (true)
        {
            Socket client;
            try { client = await _socket.AcceptAsync(); }
            catch (Exception e) when (e is SocketException or ObjectDisposedException) { return; }
            _ = AnswerAsync(client, answer);
        }
    }

    private static async Task AnswerAsync(Socket client, Func<JsonElement, Task<byte[]>> answer)
    {
        try
        {
            using var stream = new NetworkStream(client, ownsSocket: true);
            using var reader = new StreamReader(stream, Encoding.UTF8);
            var line = await reader.ReadLineAsync();
            if (line is null) return;
            using var request = JsonDocument.Parse(line);
            await stream.WriteAsync(await answer(request.RootElement));
        }
        catch (Exception e) when (e is IOException or SocketException or JsonException or KeyNotFoundException or InvalidOperationException or TimeoutException)
        {
            client.Dispose();
        }
    }

    private static byte[] Cancel(CancellationTokenSource stop)
    {
        stop.Cancel();
        return Encoding.UTF8.GetBytes("{\"ok\":true}\n");
    }

    private static async Task<byte[]> DrainAsync(RunDriver driver)
    {
        await driver.DrainAsync();
        return Encoding.UTF8.GetBytes("{\"ok\":true}\n");
    }

    /// <summary>The decision in a request.</summary>
    public static ReviewDecision DecisionOf(JsonElement request) =>
        new(request.GetProperty("verdict").GetString()!, [.. request.GetProperty("notes").EnumerateArray().Select(n => n.GetString()!)], request.GetProperty("who").GetString()!)
        {
            Input = request.GetProperty("input").GetString(),
            DiscardEdit = request.GetProperty("discard_edit").GetBoolean(),
            Since = request.TryGetProperty("since", out var since) && since.ValueKind == JsonValueKind.Number ? since.GetInt64() : null,
        };

    /// <summary>The answer to a decision.</summary>
    public static byte[] Decided((bool Taken, string Said) answer) => Line(w =>
    {
        w.WriteBoolean("taken", answer.Taken);
        w.WriteString("said", answer.Said);
    });

    private static byte[] Line(Action<Utf8JsonWriter> content)
    {
        using var buffer = new MemoryStream();
        using (var write = new Utf8JsonWriter(buffer))
        {
            write.WriteStartObject();
            content(write);
            write.WriteEndObject();
        }
        return [.. buffer.ToArray(), .. "\n"u8];
    }

    /// <summary>Asks the owner of a workspace; null when nobody answers.</summary>
    public static JsonElement? Ask(string? path, string verb) => Ask(path, w => w.WriteString("verb", verb));

    /// <summary>Asks the owner of a workspace with an object; null when nobody answers.</summary>
    public static JsonElement? Ask(string? path, Action<Utf8JsonWriter> content)
    {
        if (path is null) return null;
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            socket.ReceiveTimeout = 5000;
            socket.Connect(new UnixDomainSocketEndPoint(path));
            socket.Send(Line(content));
            using var reader = new StreamReader(new NetworkStream(socket));
            var line = reader.ReadToEnd();
            using var document = JsonDocument.Parse(line);
            return document.RootElement.Clone();
        }
        catch (Exception e) when (e is SocketException or IOException or JsonException or ArgumentException) { return null; }
    }

    public void Dispose()
    {
        _socket.Dispose();
        try { File.Delete(_path); }
        catch (IOException) { return; }
    }
}
