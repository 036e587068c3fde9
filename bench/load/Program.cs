using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Spool.App.Queue;
using Spool.Platform;

// The page's bucket holds 60,000 requests; three measurements fit.
const int MostAsked = 15_000;

// Load for a server, and what its peer does. Each prints one line of figures.
//   load hello PORT                                 a bare Kestrel that says hello, until it is killed
//   load seed STATE COUNT                           so many runs that are over
//   load requests URL TOKEN SECONDS CONNECTIONS     requests a second, p50 and p95 in ms (TOKEN - for none)
//   load live STATE ID PID                          a run under way whose engine is the process PID
//   load events STATE ID URL TOKEN LISTENERS SECONDS   that run under way that says 20 lines a second; p50 and p95 in ms from the write of a line to each listener, one of whom reads nothing
return args switch
{
    ["hello", var port] => await HelloAsync(int.Parse(port, CultureInfo.InvariantCulture)),
    ["seed", var state, var count] => Seed(state, int.Parse(count, CultureInfo.InvariantCulture)),
    ["requests", var url, var token, var seconds, var connections] => await RequestsAsync(url, token, double.Parse(seconds, CultureInfo.InvariantCulture), int.Parse(connections, CultureInfo.InvariantCulture)),
    ["live", var state, var id, var pid] => Live(state, long.Parse(id, CultureInfo.InvariantCulture), int.Parse(pid, CultureInfo.InvariantCulture)),
    ["events", var state, var id, var url, var token, var listeners, var seconds] => await EventsAsync((state, long.Parse(id, CultureInfo.InvariantCulture), url, token), int.Parse(listeners, CultureInfo.InvariantCulture), double.Parse(seconds, CultureInfo.InvariantCulture)),
    _ => 2,
};

static async Task<int> HelloAsync(int port)
{
    var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
    builder.WebHost.UseKestrelCore().ConfigureKestrel(o => o.Listen(IPAddress.Loopback, port));
    var app = builder.Build();
    app.Run(context => context.Response.WriteAsync("hello"));
    await app.RunAsync();
    return 0;
}

static ServerPlace Place(string state)
{
    var disk = new PosixDisk();
    DurableFile.CreateFolders(disk, state);
    var place = new ServerPlace(disk, state);
    place.Make();
    return place;
}

static int Seed(string state, int count)
{
    var place = Place(state);
    var now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
    for (var id = 1L; id <= count; id++)
    {
        var folder = place.RunFolder(id);
        Directory.CreateDirectory(folder);
        var at = now - ((count - id) * 60_000);
        File.WriteAllText(Path.Join(folder, "run.json"), string.Create(CultureInfo.InvariantCulture, $"{{\"status\":\"{(id % 10 == 0 ? "failed" : "succeeded")}\",\"submitted_at\":{at},\"started_at\":{at + 100},\"finished_at\":{at + 9000},\"attempt\":1,\"tasks\":{{\"total\":12,\"ran\":9,\"reused\":3,\"failed\":0,\"blocked\":0,\"waiting\":0,\"skipped\":0,\"cancelled\":0}}}}"));
        File.WriteAllText(Path.Join(place.Stage(id % 10 == 0 ? ServerPlace.Failed : ServerPlace.Done), ServerPlace.Name(id) + ".job"), $"{{\"workflow\":\"/data/project-{id % 50}/spool.yaml\"}}");
    }
    return 0;
}

static int Live(string state, long id, int pid)
{
    var place = Place(state);
    var run = new QueuedRun(id, new Job("/data/live/spool.yaml", null)) { Stage = ServerPlace.Running, Status = "running", Attempt = 1, SubmittedAt = 1, StartedAt = 2, Engine = ProcessIdentity.Of(pid) };
    run.Save(place);
    File.WriteAllText(run.Events(place), "");
    File.WriteAllText(Path.Join(place.Stage(ServerPlace.Running), ServerPlace.Name(id) + ".job"), "{\"workflow\":\"/data/live/spool.yaml\"}");
    return 0;
}

static HttpClient Client(string url, string token, int connections)
{
    var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = connections, UseProxy = false, UseCookies = true }) { BaseAddress = new Uri(url), Timeout = TimeSpan.FromSeconds(60) };
    if (token == "-") return http;
    // As the page asks: it is let ask more often than a token.
    using var open = new HttpRequestMessage(HttpMethod.Post, "/api/v1/session") { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", token) } };
    using var answer = http.Send(open);
    answer.EnsureSuccessStatusCode();
    return http;
}

static void Print(string what, double perSecond, List<double> ms)
{
    ms.Sort();
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what} {perSecond:0} {ms[ms.Count / 2]:0.00} {ms[(int)(ms.Count * 0.95)]:0.00} {ms[^1]:0.0} {ms.Count}"));
}

static async Task<int> RequestsAsync(string url, string token, double seconds, int connections)
{
    var address = new Uri(url);
    using var http = Client(address.GetLeftPart(UriPartial.Authority), token, connections);
    for (var i = 0; i < 50; i++) await http.GetByteArrayAsync(address); // what is compiled on first use is not what is measured
    var clock = Stopwatch.StartNew();
    var all = await Task.WhenAll(Enumerable.Range(0, connections).Select(async _ =>
    {
        var took = new List<double>();
        while (clock.Elapsed.TotalSeconds < seconds && (token == "-" || took.Count < MostAsked / connections))
        {
            var began = Stopwatch.GetTimestamp();
            await http.GetByteArrayAsync(address);
            took.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }
        return took;
    }));
    Print("requests", all.Sum(a => a.Count) / clock.Elapsed.TotalSeconds, [.. all.SelectMany(a => a)]);
    return 0;
}

static async Task<int> EventsAsync((string State, long Id, string Url, string Token) server, int listeners, double seconds)
{
    var place = Place(server.State);
    using var http = Client(server.Url, server.Token, listeners + 1);
    var id = server.Id;
    var run = new QueuedRun(id, new Job("/data/live/spool.yaml", null)) { Attempt = 1 };
    using var stop = new CancellationTokenSource();
    var delays = new List<double>[listeners];
    var heard = new int[listeners];
    using var ready = new CountdownEvent(listeners);
    var following = Enumerable.Range(0, listeners).Select(i => Task.Run(async () =>
    {
        delays[i] = [];
        await using var stream = await http.GetStreamAsync(new Uri($"/api/v1/runs/{id}/events", UriKind.Relative), stop.Token);
        using var reader = new StreamReader(stream);
        ready.Signal();
        try
        {
            while (await reader.ReadLineAsync(stop.Token) is { } line)
            {
                var at = line.IndexOf("\"text\":\"", StringComparison.Ordinal);
                if (at < 0) continue;
                delays[i].Add(Stopwatch.GetElapsedTime(long.Parse(line.AsSpan(at + 8, line.IndexOf('"', at + 8) - at - 8), CultureInfo.InvariantCulture)).TotalMilliseconds);
                heard[i]++;
            }
        }
        catch (OperationCanceledException) { return; }
    })).ToList();
    // The one that stalls: a connection of its own with a small window, of which nothing is ever read.
    using var stalled = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 2048 };
    var address = new Uri(server.Url);
    await stalled.ConnectAsync(IPAddress.Parse(address.Host), address.Port);
    await stalled.SendAsync(Encoding.ASCII.GetBytes($"GET /api/v1/runs/{id}/events HTTP/1.1\r\nHost: {address.Authority}\r\nAuthorization: Bearer {server.Token}\r\n\r\n"));
    ready.Wait(TimeSpan.FromSeconds(20));
    var clock = Stopwatch.StartNew();
    var lines = 0;
    using (var file = new FileStream(run.Events(place), FileMode.Append, FileAccess.Write, FileShare.ReadWrite))
    {
        var padding = new string('x', 400); // an event of a task with its reasons is about so long
        while (clock.Elapsed.TotalSeconds < seconds)
        {
            file.Write(Encoding.ASCII.GetBytes($"{{\"type\":\"progress\",\"task\":\"cut:a\",\"fraction\":0.5,\"text\":\"{Stopwatch.GetTimestamp()}\",\"more\":\"{padding}\"}}\n"));
            await file.FlushAsync();
            lines++;
            await Task.Delay(50);
        }
    }
    await Task.Delay(1000);
    await stop.CancelAsync();
    await Task.WhenAll(following);
    if (heard.Any(h => h != lines)) Console.Error.WriteLine($"of {lines} lines the listeners heard {heard.Min()} to {heard.Max()}");
    Print("events", lines / clock.Elapsed.TotalSeconds, [.. delays.SelectMany(d => d)]);
    return heard.Any(h => h != lines) ? 1 : 0;
}
