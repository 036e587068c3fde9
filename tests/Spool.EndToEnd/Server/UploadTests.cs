using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Spool.EndToEnd.Support;
using Xunit;

namespace Spool.EndToEnd.Server;

public sealed class UploadTests : IDisposable
{
    private const string Root = "/api/v1/uploads";
    private readonly ServerBench _bench = new();
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _bench.Dispose();

    private static byte[] Noise(int bytes)
    {
        var noise = new byte[bytes];
        new Random(7).NextBytes(noise);
        return noise;
    }

    private async Task<(HttpStatusCode Status, string Text)> BeginAsync(string json)
    {
        using var answer = await _bench.Http.PostAsync(Root, ServerBench.Json(json), Stop);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(Stop));
    }

    private async Task<string> BeginAsync(long size, string? sha256 = null)
    {
        var (status, text) = await BeginAsync($$"""{"size":{{size}},"name":"../../a \\ film.mp4"{{(sha256 is null ? "" : $",\"sha256\":\"{sha256}\"")}}}""");
        Assert.True(status == HttpStatusCode.Created, text);
        return JsonDocument.Parse(text).RootElement.GetProperty("id").GetString()!;
    }

    private async Task<HttpResponseMessage> PatchAsync(string id, string offset, HttpContent content, string type = "application/offset+octet-stream")
    {
        using var request = new HttpRequestMessage(HttpMethod.Patch, $"{Root}/{id}") { Content = content };
        request.Headers.Add("Upload-Offset", offset);
        request.Headers.ExpectContinue = true;
        content.Headers.ContentType = new MediaTypeHeaderValue(type);
        return await _bench.Http.SendAsync(request, Stop);
    }

    private Task<HttpResponseMessage> PatchAsync(string id, long offset, ReadOnlyMemory<byte> bytes) => PatchAsync(id, offset.ToString(CultureInfo.InvariantCulture), new ReadOnlyMemoryContent(bytes));

    private async Task<long> StandsAsync(string id)
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, $"{Root}/{id}");
        using var answer = await _bench.Http.SendAsync(request, Stop);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return long.Parse(answer.Headers.GetValues("Upload-Offset").Single(), CultureInfo.InvariantCulture);
    }

    [Fact]
    public async Task A_file_is_sent_in_parts_goes_on_after_a_kill_and_is_kept_by_its_digest()
    {
        var film = Noise((20 << 20) + 12_345);
        var digest = Convert.ToHexStringLower(SHA256.HashData(film));
        var id = await BeginAsync(film.Length, digest);
        long at = 0;
        for (var part = 0; ; part++)
        {
            using var answer = await PatchAsync(id, at, film.AsMemory((int)at, (int)Math.Min(8 << 20, film.Length - at)));
            if (answer.StatusCode == HttpStatusCode.OK)
            {
                Assert.Equal(digest, JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Stop)).RootElement.GetProperty("digest").GetString());
                break;
            }
            Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
            at = long.Parse(answer.Headers.GetValues("Upload-Offset").Single(), CultureInfo.InvariantCulture);
            if (part == 0)
            {
                _bench.Server.Kill();
                _bench.Server.Wait();
                _bench.Start();
                Assert.Equal(8 << 20, at = await StandsAsync(id));
            }
        }
        Assert.Equal(digest, Sandbox.Digest(Path.Join(_bench.State, "uploads/done", digest)));
        // Nothing was run, and nobody is given it: it belongs to no run.
        Assert.Empty((await _bench.ObjectAsync("/api/v1/runs")).GetProperty("runs").EnumerateArray());
        Assert.Equal(HttpStatusCode.NotFound, (await _bench.GetAsync($"/api/v1/artifacts/{digest}")).Status);
        Assert.Equal("700", Sandbox.Tool("stat", ["-c", "%a", Path.Join(_bench.State, "uploads")]).Trim());
    }

    [Fact]
    public async Task What_came_before_a_broken_connection_need_not_be_sent_again()
    {
        var bytes = Noise(3 << 20);
        var id = await BeginAsync(bytes.Length);
        using (var socket = new System.Net.Sockets.TcpClient("127.0.0.1", _bench.Port))
        {
            var stream = socket.GetStream();
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"PATCH {Root}/{id} HTTP/1.1\r\nHost: 127.0.0.1:{_bench.Port}\r\nAuthorization: Bearer {_bench.Token}\r\nUpload-Offset: 0\r\nContent-Type: application/offset+octet-stream\r\nContent-Length: {bytes.Length}\r\n\r\n"), Stop);
            await stream.WriteAsync(bytes.AsMemory(0, 1 << 20), Stop);
            await stream.FlushAsync(Stop);
            await Task.Delay(300, Stop);
        }
        long at = 0;
        for (var i = 0; i < 100 && (at = await StandsAsync(id)) == 0; i++) await Task.Delay(50, Stop);
        Assert.InRange(at, 1, 1 << 20);
        using var rest = await PatchAsync(id, at, bytes.AsMemory((int)at));
        Assert.Equal(HttpStatusCode.OK, rest.StatusCode);
        Assert.Contains(Convert.ToHexStringLower(SHA256.HashData(bytes)), await rest.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_breaks_a_rule_is_refused_and_says_which()
    {
        var id = await BeginAsync(10);
        using (var wrong = await PatchAsync(id, 4, new byte[3]))
        {
            Assert.Equal(HttpStatusCode.Conflict, wrong.StatusCode);
            Assert.Equal("0", wrong.Headers.GetValues("Upload-Offset").Single());
        }
        async Task Refused(HttpStatusCode status, Task<HttpResponseMessage> sent)
        {
            using var answer = await sent;
            Assert.True(answer.StatusCode == status, $"{answer.StatusCode}, not {status}: {await answer.Content.ReadAsStringAsync(Stop)}");
            Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        }
        await Refused(HttpStatusCode.RequestEntityTooLarge, PatchAsync(id, 0, new byte[11]));
        await Refused(HttpStatusCode.RequestEntityTooLarge, PatchAsync(id, 0, new byte[(8 << 20) + 1]));
        await Refused(HttpStatusCode.BadRequest, PatchAsync(id, "-1", new ReadOnlyMemoryContent(new byte[3])));
        await Refused(HttpStatusCode.BadRequest, PatchAsync(id, "99999999999999999999", new ReadOnlyMemoryContent(new byte[3])));
        await Refused(HttpStatusCode.UnsupportedMediaType, PatchAsync(id, "0", new ReadOnlyMemoryContent(new byte[3]), "application/json"));
        await Refused(HttpStatusCode.UnsupportedMediaType, PatchAsync(id, "0", new ReadOnlyMemoryContent(new byte[3]), "multipart/form-data"));
        await Refused(HttpStatusCode.NotFound, PatchAsync(new string('0', 32), 0, new byte[3]));
        await Refused(HttpStatusCode.NotFound, PatchAsync("..%2Fqueue", 0, new byte[3]));
        Assert.Equal(0, await StandsAsync(id));
        // Bytes are for parts alone: no other route takes them, and one without a length is no way around.
        using (var job = new ByteArrayContent("{}"u8.ToArray()))
        {
            job.Headers.ContentType = new MediaTypeHeaderValue("application/offset+octet-stream");
            await Refused(HttpStatusCode.UnsupportedMediaType, _bench.Http.PostAsync("/api/v1/runs", job, Stop));
        }
        using (var pieces = new HttpRequestMessage(HttpMethod.Post, "/api/v1/runs") { Content = new StringContent("{}", Encoding.UTF8, "text/plain") })
        {
            pieces.Headers.TransferEncodingChunked = true;
            await Refused(HttpStatusCode.UnsupportedMediaType, _bench.Http.SendAsync(pieces, Stop));
        }
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await BeginAsync($$"""{"size":{{(8L << 30) + 1}},"name":"a"}""")).Status);
        foreach (var body in new[] { "{", "[]", "{}", """{"size":"1","name":"a"}""", """{"size":-1,"name":"a"}""", """{"size":1.5,"name":"a"}""", """{"size":1,"name":""}""", """{"size":1,"name":"a\u0000b"}""", """{"size":1,"name":"a","sha256":"xyz"}""" })
            Assert.True((await BeginAsync(body)).Status == HttpStatusCode.BadRequest, body);
        var other = await BeginAsync(3, new string('a', 64));
        await Refused(HttpStatusCode.UnprocessableEntity, PatchAsync(other, 0, "abc"u8.ToArray()));
        await Refused(HttpStatusCode.NotFound, PatchAsync(other, 0, "abc"u8.ToArray()));
        for (var i = 0; i < 19; i++) await BeginAsync(1);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await BeginAsync("""{"size":1,"name":"a"}""")).Status);
        using var gone = await _bench.Http.DeleteAsync($"{Root}/{id}", Stop);
        Assert.Equal(HttpStatusCode.NoContent, gone.StatusCode);
        await BeginAsync(1);
    }

    [Fact]
    public async Task A_websocket_says_the_same_as_the_stream_and_goes_on_where_it_was_cut_off()
    {
        var id = await _bench.RunAsync("version: 1\nsteps:\n  - { id: one, kind: files.write, with: { text: \"a\" }, out: { file: work/a.txt } }\n  - { id: two, kind: files.copy, in: { file: work/a.txt }, out: { file: out/b.txt } }\n");
        var stream = await _bench.Http.GetStringAsync($"/api/v1/runs/{id}/events", Stop);
        var said = stream.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Where(e => e.StartsWith("id: ", StringComparison.Ordinal)).Select(e => e.Split('\n')).Select(e => (Id: e[0][4..], Data: e[1][6..])).ToList();
        var heard = await HearAsync($"/api/v1/runs/{id}/events/ws");
        Assert.Equal(said, heard[..^1].Select(h => (h.GetProperty("id").GetString()!, h.GetProperty("data").GetRawText())));
        Assert.Equal(("end", "succeeded"), (heard[^1].GetProperty("event").GetString(), heard[^1].GetProperty("data").GetProperty("status").GetString()));
        var rest = await HearAsync($"/api/v1/runs/{id}/events/ws?after={said[1].Id}");
        Assert.Equal(said.Skip(2).Select(s => s.Id), rest[..^1].Select(h => h.GetProperty("id").GetString()!));
        foreach (var (token, origin, status) in new[] { ("wrong", null, HttpStatusCode.Unauthorized), (_bench.Token, "http://evil.example", HttpStatusCode.Forbidden) })
        {
            using var socket = Socket(token, origin);
            await Assert.ThrowsAsync<WebSocketException>(() => socket.ConnectAsync(new Uri($"ws://127.0.0.1:{_bench.Port}/api/v1/runs/{id}/events/ws"), Stop));
            Assert.Equal(status, socket.HttpStatusCode);
        }
        Assert.Equal(HttpStatusCode.UpgradeRequired, (await _bench.GetAsync($"/api/v1/runs/{id}/events/ws")).Status);
    }

    private static ClientWebSocket Socket(string token, string? origin = null)
    {
        var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Authorization", "Bearer " + token);
        if (origin is not null) socket.Options.SetRequestHeader("Origin", origin);
        socket.Options.CollectHttpResponseDetails = true;
        return socket;
    }

    private async Task<List<JsonElement>> HearAsync(string path)
    {
        using var socket = Socket(_bench.Token, $"http://127.0.0.1:{_bench.Port}");
        await socket.ConnectAsync(new Uri($"ws://127.0.0.1:{_bench.Port}{path}"), Stop);
        var (heard, buffer, message) = (new List<JsonElement>(), new byte[4096], new MemoryStream());
        while (true)
        {
            var part = await socket.ReceiveAsync(buffer.AsMemory(), Stop);
            if (part.MessageType == WebSocketMessageType.Close) break;
            message.Write(buffer, 0, part.Count);
            if (!part.EndOfMessage) continue;
            heard.Add(JsonDocument.Parse(message.ToArray()).RootElement.Clone());
            message.SetLength(0);
        }
        Assert.Equal(WebSocketCloseStatus.NormalClosure, socket.CloseStatus);
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, Stop);
        return heard;
    }
}
