using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Spool.EndToEnd.Support;
using Xunit;

namespace Spool.EndToEnd.Server;

/// <summary>A server of its own, and somebody who asks it.</summary>
internal sealed class ServerBench : IDisposable
{
    internal ServerBench()
    {
        Port = FreePort();
        Start();
        Http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = new Uri($"http://127.0.0.1:{Port}") };
        Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
    }

    internal Sandbox Box { get; } = new();
    internal HttpClient Http { get; }
    internal int Port { get; }
    internal Going Server { get; private set; } = null!;
    internal string State => Box.Variables["SPOOL_STATE"];
    internal string Token => File.ReadAllText(Path.Join(State, "token")).Trim();
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Starts it, again after it was killed.</summary>
    internal void Start()
    {
        Server = Box.Start("serve", "--listen", $"127.0.0.1:{Port}");
        Sandbox.Until(() => Server.OutSoFar.Contains("API on", StringComparison.Ordinal), "the server listens");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    internal static StringContent Json(string json) => new(json, Encoding.UTF8, "application/json");

    /// <summary>Runs a workflow to its end.</summary>
    internal async Task<string> RunAsync(string workflow)
    {
        using var answer = await Http.PostAsync("/api/v1/runs", Json($$"""{"workflow":"{{Box.Write("spool.yaml", workflow)}}"}"""), Stop);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        var id = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Stop)).RootElement.GetProperty("id").GetString()!;
        Assert.EndsWith("event: end\ndata: {\"status\":\"succeeded\"}\n\n", await Http.GetStringAsync($"/api/v1/runs/{id}/events", Stop), StringComparison.Ordinal);
        return id;
    }

    /// <summary>Makes results of files of the workspace, by a run; their digests by name.</summary>
    internal async Task<IReadOnlyDictionary<string, string>> ResultsAsync(params string[] files)
    {
        await RunAsync("version: 1\nsteps:\n" + string.Concat(files.Select((f, i) => $"  - {{ id: s{i}, kind: files.copy, in: {{ file: \"{f}\" }}, out: {{ file: \"out/{f}\" }} }}\n")));
        return files.ToDictionary(f => f, f => Sandbox.Digest(Box.At("out/" + f)));
    }

    /// <summary>Makes a file of the workspace with ffmpeg.</summary>
    internal string Make(string name, string arguments)
    {
        Sandbox.Tool("ffmpeg", ["-hide_banner", "-v", "error", "-nostdin", "-y", .. arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(a => a.Replace("@", Box.Folder + "/", StringComparison.Ordinal)), "file:" + Box.At(name)]);
        return name;
    }

    internal async Task<(HttpStatusCode Status, HttpContentHeaders Headers, byte[] Bytes)> GetAsync(string path)
    {
        using var answer = await Http.GetAsync(path, Stop);
        return (answer.StatusCode, answer.Content.Headers, await answer.Content.ReadAsByteArrayAsync(Stop));
    }

    internal async Task<JsonElement> ObjectAsync(string path, HttpStatusCode status = HttpStatusCode.OK)
    {
        using var answer = await Http.GetAsync(path, Stop);
        var text = await answer.Content.ReadAsStringAsync(Stop);
        Assert.True(answer.StatusCode == status, $"{path}: {answer.StatusCode} {text}");
        return JsonDocument.Parse(text).RootElement.Clone();
    }

    public void Dispose()
    {
        Http.Dispose();
        Server.Dispose();
        Box.Dispose();
    }
}
