using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Spool.EndToEnd.Support;
using Xunit;

namespace Spool.EndToEnd.Server;

public sealed class ApiTests : IDisposable
{
    private readonly Sandbox _box = new();
    private readonly int _port = FreePort();
    private readonly Going _server;
    private readonly HttpClient _http;
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ApiTests()
    {
        _server = _box.Start("serve", "--listen", $"127.0.0.1:{_port}");
        Sandbox.Until(() => _server.OutSoFar.Contains("API on", StringComparison.Ordinal), "the server listens");
        _http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{_port}") };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
    }

    private string Token => File.ReadAllText(Path.Join(_box.Variables["SPOOL_STATE"], "token")).Trim();

    public void Dispose()
    {
        _http.Dispose();
        _server.Dispose();
        _box.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static StringContent Body(string json) => new(json, Encoding.UTF8, "application/json");

    private async Task<JsonElement> GetAsync(string path) => JsonDocument.Parse(await _http.GetStringAsync(path, Stop)).RootElement.Clone();

    private async Task<string> SubmitAsync(string workspace, string? key = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/runs") { Content = Body($$"""{"workflow":"{{_box.At($"{workspace}/spool.yaml")}}"}""") };
        if (key is not null) request.Headers.Add("Idempotency-Key", key);
        using var answer = await _http.SendAsync(request, Stop);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        return JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Stop)).RootElement.GetProperty("id").GetString()!;
    }

    [Fact]
    public async Task A_run_is_submitted_followed_and_its_result_fetched()
    {
        _box.Write("a/spool.yaml", """
            version: 1
            steps:
              - { id: one, kind: files.write, with: { text: "some bytes" }, out: { file: work/a.txt } }
              - { id: two, kind: files.copy, in: { file: work/a.txt }, out: { file: out/b.txt } }
            """);
        var id = await SubmitAsync("a", key: "once");
        Assert.Equal(id, await SubmitAsync("a", key: "once"));
        var events = await _http.GetStringAsync($"/api/v1/runs/{id}/events", Stop);
        Assert.Contains("\"task\":\"two\"", events, StringComparison.Ordinal);
        Assert.EndsWith("event: end\ndata: {\"status\":\"succeeded\"}\n\n", events, StringComparison.Ordinal);
        // Somebody who was cut off goes on behind what was heard.
        var first = events.Split('\n').First(l => l.StartsWith("id: ", StringComparison.Ordinal))[4..];
        using var again = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/runs/{id}/events");
        again.Headers.Add("Last-Event-ID", first);
        using var rest = await _http.SendAsync(again, Stop);
        var missed = await rest.Content.ReadAsStringAsync(Stop);
        Assert.DoesNotContain($"id: {first}\n", missed, StringComparison.Ordinal);
        Assert.Contains("\"task\":\"two\"", missed, StringComparison.Ordinal);
        Assert.Equal("succeeded", (await GetAsync($"/api/v1/runs/{id}")).GetProperty("status").GetString());
        Assert.Equal(id, (await GetAsync("/api/v1/runs?status=succeeded")).GetProperty("runs")[0].GetProperty("id").GetString());
        Assert.Equal(0, (await GetAsync("/api/v1/runs?status=failed")).GetProperty("runs").GetArrayLength());
        var digest = Sandbox.Digest(_box.At("a/out/b.txt"));
        using var part = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/artifacts/{digest}");
        part.Headers.Range = new RangeHeaderValue(5, 9);
        using var bytes = await _http.SendAsync(part, Stop);
        Assert.Equal((HttpStatusCode.PartialContent, "bytes"), (bytes.StatusCode, await bytes.Content.ReadAsStringAsync(Stop)));
        Assert.Equal("attachment", bytes.Content.Headers.ContentDisposition?.DispositionType);
        var metrics = await _http.GetStringAsync("/metrics", Stop);
        Assert.Contains("spool_runs{status=\"succeeded\"} 1\n", metrics, StringComparison.Ordinal);
        Assert.DoesNotContain(_box.Root, metrics, StringComparison.Ordinal);
        Assert.Equal("ready", (await GetAsync("/health/ready")).GetProperty("status").GetString());
    }

    [Fact]
    public async Task A_running_run_is_cancelled_and_a_finished_one_is_not()
    {
        _box.Write("a/spool.yaml", "version: 1\nsteps:\n  - { id: m, kind: audio.music, with: { duration: 600 }, out: { audio: m.wav } }\n");
        var id = await SubmitAsync("a");
        await UntilAsync(id, "running");
        // At once, while the engine may not even own its workspace yet.
        using (var answer = await _http.PostAsync($"/api/v1/runs/{id}/cancel", null, Stop)) Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        await UntilAsync(id, "cancelled");
        using var late = await _http.PostAsync($"/api/v1/runs/{id}/cancel", null, Stop);
        Assert.Equal(HttpStatusCode.Conflict, late.StatusCode);
    }

    [Fact]
    public async Task A_review_is_listed_and_of_many_decisions_one_is_taken()
    {
        _box.Write("a/spool.yaml", """
            version: 1
            steps:
              - { id: text, kind: files.write, with: { text: "hello" }, out: { file: work/a.txt } }
              - { id: look, kind: review, in: { file: work/a.txt }, with: { message: "Good?", on-reject: abort } }
              - { id: copy, kind: files.copy, in: { file: work/a.txt }, out: { file: out/b.txt } }
            """);
        var id = await SubmitAsync("a");
        await UntilAsync(id, "waiting");
        Assert.Contains("look", (await GetAsync($"/api/v1/runs/{id}/reviews")).GetProperty("reviews")[0].GetRawText(), StringComparison.Ordinal);
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => _http.PostAsync($"/api/v1/reviews/{id}:look/{(i % 2 == 0 ? "approve" : "reject")}", Body("""{"note":"at once"}"""), Stop)));
        var said = string.Join('\n', await Task.WhenAll(answers.Select(async (a, i) => $"{(i % 2 == 0 ? "approve" : "reject")} {(int)a.StatusCode} {await a.Content.ReadAsStringAsync(Stop)}")));
        Assert.True(answers.Count(a => a.StatusCode == HttpStatusCode.OK) == 1, said);
        Assert.All(answers.Where(a => a.StatusCode != HttpStatusCode.OK), a => Assert.Equal(HttpStatusCode.Conflict, a.StatusCode));
        using var none = await _http.PostAsync("/api/v1/reviews/99:look/approve", null, Stop);
        Assert.Equal(HttpStatusCode.NotFound, none.StatusCode);
        using var option = await _http.PostAsync($"/api/v1/reviews/{id}:--help/approve", null, Stop);
        Assert.Equal(HttpStatusCode.NotFound, option.StatusCode);
    }

    [Theory]
    [InlineData("version: 1\nsteps:\n  - { id: a, kind: files.wirte }\n", "{}", "SPL0113 line 3")]
    [InlineData("version: 1\nsteps:\n  - { id: a, kind: files.write, with: { text: x }, out: { file: a.txt } }\n", """{"nope":"1"}""", "no variable 'nope'")]
    public async Task A_job_whose_text_is_wrong_is_refused_with_its_problems_and_not_queued(string yaml, string vars, string said)
    {
        _box.Write("a/spool.yaml", yaml);
        foreach (var workflow in new[] { yaml, _box.At("a/spool.yaml") })
        {
            using var answer = await _http.PostAsync("/api/v1/runs", Body($$$"""{"workflow":{{{JsonSerializer.Serialize(workflow)}}},"workspace":"{{{_box.At("a")}}}","vars":{{{vars}}}}"""), Stop);
            var text = await answer.Content.ReadAsStringAsync(Stop);
            Assert.True(answer.StatusCode == HttpStatusCode.BadRequest, text);
            Assert.Contains(said[..7], text, StringComparison.Ordinal);
        }
        Assert.Equal(0, (await GetAsync("/api/v1/runs")).GetProperty("runs").GetArrayLength());
    }

    [Fact]
    public async Task A_value_that_begins_with_an_at_is_a_text_and_never_a_file()
    {
        _box.Write("secret", "not for others");
        _box.Write("a/spool.yaml", "version: 1\nvars: { title: plain }\nsteps:\n  - { id: a, kind: files.write, with: { text: \"${{ vars.title }}\" }, out: { file: out/a.txt } }\n");
        using var answer = await _http.PostAsync("/api/v1/runs", Body($$$"""{"workflow":"{{{_box.At("a/spool.yaml")}}}","vars":{"title":"@{{{_box.At("secret")}}}"}}"""), Stop);
        await UntilAsync(JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Stop)).RootElement.GetProperty("id").GetString()!, "succeeded");
        Assert.Equal("@" + _box.At("secret"), _box.Read("a/out/a.txt"));
    }

    [Fact]
    public async Task A_rejection_that_ends_the_run_is_not_approved_over_by_the_next_who_looks()
    {
        _box.Write("a/spool.yaml", """
            version: 1
            steps:
              - { id: text, kind: files.write, with: { text: "hello" }, out: { file: work/a.txt } }
              - { id: look, kind: review, in: { file: work/a.txt }, with: { message: "Good?", on-reject: abort } }
            """);
        var id = await SubmitAsync("a");
        await UntilAsync(id, "waiting");
        foreach (var (verdict, wanted) in new[] { ("reject", HttpStatusCode.OK), ("approve", HttpStatusCode.Conflict), ("reject", HttpStatusCode.Conflict) })
        {
            using var answer = await _http.PostAsync($"/api/v1/reviews/{id}:look/{verdict}", null, Stop);
            Assert.Equal((verdict, wanted), (verdict, answer.StatusCode));
        }
    }

    [Theory]
    [InlineData("abort")]
    [InlineData("regenerate")]
    public async Task Who_says_that_the_rejection_is_known_approves_after_all_and_the_run_goes_on(string onReject)
    {
        _box.Write("a/spool.yaml", $$"""
            version: 1
            steps:
              - { id: text, kind: files.write, with: { text: "hello" }, out: { file: work/a.txt } }
              - { id: look, kind: review, in: { file: work/a.txt }, with: { message: "Good?", on-reject: {{onReject}} } }
              - { id: copy, kind: files.copy, in: { file: work/a.txt }, out: { file: out/b.txt } }
            """);
        var id = await SubmitAsync("a");
        await UntilAsync(id, "waiting");
        async Task<HttpStatusCode> Say(string verdict, string? body)
        {
            using var answer = await _http.PostAsync($"/api/v1/reviews/{id}:look/{verdict}", body is null ? null : Body(body), Stop);
            return answer.StatusCode;
        }
        Assert.Equal(HttpStatusCode.BadRequest, await Say("reject", """{"over":true}"""));
        Assert.Equal(HttpStatusCode.BadRequest, await Say("approve", """{"over":"yes"}"""));
        Assert.Equal(HttpStatusCode.OK, await Say("reject", null));
        // A text that is made anew is the same text, so it waits as rejected; or the rejection ended the run.
        if (onReject == "abort") await UntilAsync(id, "failed");
        async Task<string?> StateAsync() => (await GetAsync($"/api/v1/runs/{id}/reviews")).GetProperty("reviews").EnumerateArray().Select(r => r.GetProperty("state").GetString()).SingleOrDefault();
        for (var i = 0; i < 100 && await StateAsync() != "rejected"; i++) await Task.Delay(50, Stop);
        Assert.Equal("rejected", await StateAsync());
        Assert.Equal(HttpStatusCode.Conflict, await Say("approve", """{"over":false}"""));
        Assert.Equal(HttpStatusCode.OK, await Say("approve", """{"over":true}"""));
        Assert.Equal(HttpStatusCode.Conflict, await Say("approve", """{"over":true}"""));
        await UntilAsync(id, "succeeded");
        Assert.Equal("hello", _box.Read("a/out/b.txt").Trim());
    }

    private async Task UntilAsync(string id, string status)
    {
        for (var i = 0; i < 300; i++)
        {
            if ((await GetAsync($"/api/v1/runs/{id}")).GetProperty("status").GetString() == status) return;
            await Task.Delay(50, Stop);
        }
        Assert.Fail($"run {id} did not become {status}: {await GetAsync($"/api/v1/runs/{id}")} | {_server.OutSoFar}");
    }

    [Fact]
    public async Task A_stranger_is_refused_and_the_server_stays_up()
    {
        async Task<HttpStatusCode> Ask(Action<HttpRequestMessage> change, string path = "/api/v1/runs")
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            change(request);
            using var answer = await _http.SendAsync(request, Stop);
            return answer.StatusCode;
        }
        Assert.Equal(HttpStatusCode.Unauthorized, await Ask(r => r.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Token[..^1] + "x")));
        Assert.Equal(HttpStatusCode.Unauthorized, await Ask(r => r.Headers.Authorization = new AuthenticationHeaderValue("Basic", Token)));
        Assert.Equal(HttpStatusCode.Forbidden, await Ask(r => r.Headers.Add("Origin", "http://evil.example")));
        Assert.Equal(HttpStatusCode.Forbidden, await Ask(r => r.Headers.Add("Origin", "null")));
        Assert.Equal(HttpStatusCode.Forbidden, await Ask(r => r.Headers.Add("Origin", $"http://localhost.evil.example:{_port}")));
        Assert.Equal(HttpStatusCode.Forbidden, await Ask(r => r.Headers.Add("Sec-Fetch-Site", "cross-site")));
        Assert.Equal(HttpStatusCode.MisdirectedRequest, await Ask(r => r.Headers.Host = $"evil.example:{_port}"));
        Assert.Equal(HttpStatusCode.OK, await Ask(r => r.Headers.Host = $"localhost:{_port}"));
        Assert.Equal(HttpStatusCode.BadRequest, await Ask(_ => { }, "/api/v1/artifacts/..%2F..%2Fetc%2Fpasswd"));
        Assert.Equal(HttpStatusCode.NotFound, await Ask(_ => { }, "/api/v1/runs/..%2Ftoken"));
        Assert.Equal(HttpStatusCode.NotFound, await Ask(_ => { }, $"/api/v1/artifacts/{new string('0', 64)}"));
        Assert.Equal(HttpStatusCode.RequestHeaderFieldsTooLarge, await Ask(r => r.Headers.Add("X-Long", new string('a', 20_000))));
        foreach (var (body, code) in new[] { ("[", HttpStatusCode.BadRequest), (new string('[', 100_000), HttpStatusCode.BadRequest), ("{\"workflow\":\"/nowhere/spool.yaml\"}", HttpStatusCode.BadRequest), (new string(' ', 5 << 20), HttpStatusCode.RequestEntityTooLarge) })
        {
            // A body that is refused by its length is not sent at all.
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/runs") { Content = Body(body) };
            request.Headers.ExpectContinue = true;
            using var answer = await _http.SendAsync(request, Stop);
            Assert.Equal(code, answer.StatusCode);
            Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        }
        using var form = await _http.PostAsync("/api/v1/runs", new StringContent("{}", Encoding.UTF8, "text/plain"), Stop);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, form.StatusCode);
        Assert.Equal("600", Sandbox.Tool("stat", ["-c", "%a", Path.Join(_box.Variables["SPOOL_STATE"], "token")]).Trim());
        Assert.Equal("live", (await GetAsync("/health/live")).GetProperty("status").GetString());
        Assert.Contains("could be reached from other machines", _box.Spool("serve", "--listen", "0.0.0.0:7007").Must(2).Err, StringComparison.Ordinal);
    }
}
