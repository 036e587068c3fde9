using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Spool.EndToEnd.Support;
using Xunit;

namespace Spool.EndToEnd.Server;

/// <summary>The API as its document has it: a client that knows only the document does all that a person does.</summary>
public sealed class OpenApiTests : IDisposable
{
    private readonly Sandbox _box = new();
    private readonly int _port = FreePort();
    private readonly Going _server;
    private readonly HttpClient _http;
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public OpenApiTests()
    {
        _server = _box.Start("serve", "--listen", $"127.0.0.1:{_port}");
        Sandbox.Until(() => _server.OutSoFar.Contains("API on", StringComparison.Ordinal), "the server listens");
        _http = Client(File.ReadAllText(Path.Join(_box.Variables["SPOOL_STATE"], "token")).Trim());
    }

    public void Dispose()
    {
        _http.Dispose();
        _server.Dispose();
        _box.Dispose();
    }

    private HttpClient Client(string token)
    {
        var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{_port}") };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return http;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private async Task<OpenApiClient> ApiAsync(HttpClient? http = null)
    {
        using var open = new HttpClient { BaseAddress = _http.BaseAddress };
        return new OpenApiClient(http ?? _http, JsonDocument.Parse(await open.GetStringAsync("/openapi/v1.json", Stop)).RootElement.Clone());
    }

    private static async Task<JsonElement> UntilAsync(OpenApiClient api, string id, string status)
    {
        for (var tries = 0; tries < 300; tries++)
        {
            var run = await api.JsonAsync("getRun", [("id", id)], null, Stop);
            if (run.GetProperty("status").GetString() == status) return run;
            await Task.Delay(150, Stop);
        }
        throw new TimeoutException($"run {id} never was {status}");
    }

    [Fact]
    public async Task A_client_made_from_the_document_submits_follows_decides_edits_and_downloads()
    {
        _box.Write("a/in.txt", "one\n");
        _box.Write("a/spool.yaml", """
            version: 1
            steps:
              - { id: made, kind: files.copy, in: { file: in.txt }, out: { file: work/made.txt } }
              - { id: look, kind: review, in: { file: work/made.txt }, with: { message: "Good?" } }
              - { id: both, kind: files.copy, in: { file: work/made.txt }, out: { file: out/both.txt } }
              - { id: more, kind: files.copy, in: { file: assets/more.txt }, out: { file: out/more.txt } }
            """);
        var api = await ApiAsync();
        var id = (await api.JsonAsync("submitRun", [("Idempotency-Key", "k1")], new { workflow = _box.At("a/spool.yaml"), priority = 1 }, Stop)).GetProperty("id").GetString()!;
        Assert.Equal(id, (await api.JsonAsync("submitRun", [("Idempotency-Key", "k1")], new { priority = 1, workflow = _box.At("a/spool.yaml") }, Stop)).GetProperty("id").GetString());
        var other = await api.CallAsync("submitRun", [("Idempotency-Key", "k1")], new { workflow = _box.At("a/spool.yaml") }, Stop);
        Assert.Equal(HttpStatusCode.Conflict, other.Status);
        Assert.Contains($"run {id} was queued with it, and this job differs in 'priority'", JsonDocument.Parse(other.Body).RootElement.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadRequest, (await api.CallAsync("submitRun", [("Idempotency-Key", "")], new { workflow = _box.At("a/spool.yaml") }, Stop)).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await api.CallAsync("submitRun", [("Idempotency-Key", new string('k', 201))], new { workflow = _box.At("a/spool.yaml") }, Stop)).Status);
        var refused = _box.Spool("submit", _box.At("a/spool.yaml"), "--idempotency-key", "k1").Must(2).Err;
        Assert.Contains("the key 'k1' names another job", refused, StringComparison.Ordinal);
        Assert.Equal(id, _box.Spool("submit", _box.At("a/spool.yaml"), "--priority", "1", "--idempotency-key", "k1", "--json").Must(0).Object.GetProperty("id").GetString());
        await UntilAsync(api, id, "waiting");
        var page = await api.JsonAsync("getPage", [("id", id)], null, Stop);
        Assert.Equal("waiting", page.GetProperty("run").GetProperty("status").GetString());
        var tasks = await api.JsonAsync("listTasks", [("id", id), ("limit", "2")], null, Stop);
        Assert.Equal((4, 2, 2), (tasks.GetProperty("total").GetInt32(), tasks.GetProperty("tasks").GetArrayLength(), tasks.GetProperty("next").GetInt32()));
        Assert.Equal("succeeded", (await api.JsonAsync("getTask", [("id", id), ("task", "made")], null, Stop)).GetProperty("status").GetString());

        // A text that an open review shows is edited; what nobody asked about is not.
        var text = await api.JsonAsync("getText", [("id", id), ("path", "work/made.txt")], null, Stop);
        Assert.Equal("one\n", text.GetProperty("text").GetString());
        var digest = text.GetProperty("digest").GetString()!;
        Assert.Equal(HttpStatusCode.Conflict, (await api.CallAsync("putText", [("id", id), ("path", "work/made.txt")], new { text = "two\n", digest = new string('0', 64) }, Stop)).Status);
        await api.JsonAsync("putText", [("id", id), ("path", "work/made.txt")], new { text = "two\n", digest }, Stop);
        Assert.Equal(HttpStatusCode.NotFound, (await api.CallAsync("getText", [("id", id), ("path", "../../state/token")], null, Stop)).Status);

        var review = (await api.JsonAsync("listReviews", [("id", id)], null, Stop)).GetProperty("reviews")[0];
        var name = $"{id}:{review.GetProperty("review").GetString()}";
        Assert.Equal(HttpStatusCode.Conflict, (await api.CallAsync("approveReview", [("review", name)], new { digest = new string('0', 64) }, Stop)).Status);
        await api.JsonAsync("approveReview", [("review", name)], new { digest = review.GetProperty("shown").GetString(), note = "better" }, Stop);
        Assert.Equal(HttpStatusCode.Conflict, (await api.CallAsync("rejectReview", [("review", name)], null, Stop)).Status);

        // The missing file is sent in two parts and put in its place.
        var bytes = Encoding.UTF8.GetBytes("what was missing");
        var upload = (await api.JsonAsync("beginUpload", [], new { size = bytes.Length, name = "more.txt", sha256 = Convert.ToHexStringLower(SHA256.HashData(bytes)) }, Stop)).GetProperty("id").GetString()!;
        Assert.Equal(HttpStatusCode.NoContent, (await api.CallAsync("appendUpload", [("id", upload), ("Upload-Offset", "0")], bytes[..5], Stop)).Status);
        var whole = await api.CallAsync("appendUpload", [("id", upload), ("Upload-Offset", "5")], bytes[5..], Stop);
        var sent = JsonDocument.Parse(whole.Body).RootElement.GetProperty("digest").GetString()!;
        Assert.Equal(HttpStatusCode.Forbidden, (await api.CallAsync("bringInput", [("id", id)], new { path = "spool.yaml", upload = sent }, Stop)).Status);
        await UntilAsync(api, id, "waiting");
        await api.JsonAsync("bringInput", [("id", id)], new { path = "assets/more.txt", upload = sent }, Stop);
        await UntilAsync(api, id, "succeeded");

        var final = (await api.JsonAsync("getPage", [("id", id)], null, Stop)).GetProperty("artifacts").EnumerateArray().Single(a => a.GetProperty("path").GetString() == "out/both.txt");
        Assert.Equal("two\n", Encoding.UTF8.GetString((await api.CallAsync("getArtifact", [("digest", final.GetProperty("digest").GetString()!)], null, Stop)).Body));
        Assert.EndsWith("event: end\ndata: {\"status\":\"succeeded\"}\n\n", Encoding.UTF8.GetString((await api.CallAsync("followRun", [("id", id)], null, Stop)).Body), StringComparison.Ordinal);
        Assert.Equal(2, (await api.JsonAsync("listVersions", [("id", id), ("path", "work/made.txt")], null, Stop)).GetProperty("versions").GetArrayLength() + 1);
        await api.JsonAsync("changeRun", [("id", id)], new { label = "the good one", rating = 5 }, Stop);
        Assert.Equal(id, (await api.JsonAsync("listRuns", [("label", "good"), ("rating", "5")], null, Stop)).GetProperty("runs")[0].GetProperty("id").GetString());
        JsonElement found = default;
        for (var tries = 0; tries < 50 && (found.ValueKind == JsonValueKind.Undefined || found.GetArrayLength() == 0); tries++)
        {
            await Task.Delay(200, Stop);
            if (await api.CallAsync("search", [("q", "missing")], null, Stop) is (HttpStatusCode.OK, var hits)) found = JsonDocument.Parse(hits).RootElement.GetProperty("hits");
        }
        Assert.Contains(found.EnumerateArray(), h => h.GetProperty("path").GetString() == "out/more.txt");
    }

    [Fact]
    public async Task Every_operation_answers_as_the_document_tells_also_to_nonsense()
    {
        _box.Write("a/spool.yaml", "version: 1\nvars: { unused: '1' }\nprofiles: { fast: { vars: { unused: '2' } } }\nsteps:\n  - { id: one, kind: files.write, with: { text: x }, out: { file: out/a.txt } }\n");
        var api = await ApiAsync();
        var id = (await api.JsonAsync("submitRun", [], new { workflow = _box.At("a/spool.yaml") }, Stop)).GetProperty("id").GetString()!;
        await UntilAsync(api, id, "succeeded");
        foreach (var read in (string[])["me", "listRuns", "getQueue", "listWatched", "listTemplates", "listServices", "getSettings", "live", "ready", "metrics", "openApi", "listResults"])
            Assert.Equal((read, HttpStatusCode.OK), (read, (await api.CallAsync(read, [], null, Stop)).Status));
        foreach (var read in (string[])["getRun", "getPage", "listTasks", "listReviews", "previewDelete"])
            Assert.Equal((read, HttpStatusCode.OK), (read, (await api.CallAsync(read, [("id", id)], null, Stop)).Status));
        foreach (var about in (string[])["getRun", "getPage", "getCuration", "listTasks", "listReviews", "previewDelete", "deleteRun", "cancelRun", "pauseRun", "resumeRun", "retryRun", "runAgain", "allowStandIns", "followRun"])
            foreach (var nonsense in (string[])["999", "abc", "../../etc/passwd", "%2e%2e", "-1", "1 OR 1=1"])
                Assert.Equal((about, HttpStatusCode.NotFound), (about, (await api.CallAsync(about, [("id", nonsense)], null, Stop)).Status));
        foreach (var digest in (string[])["x", "../../../etc/passwd", "..%2f..%2ftoken", new string('a', 64), new string('A', 64)])
            foreach (var look in (string[])["getArtifact", "getThumbnail", "getPoster", "getPreview", "playArtifact", "getProxy", "getWaveform", "getSprite"])
                Assert.InRange((int)(await api.CallAsync(look, [("digest", digest)], null, Stop)).Status, 400, 404);
        foreach (var late in (string[])["retryRun", "allowStandIns"]) Assert.Equal((late, HttpStatusCode.Conflict), (late, (await api.CallAsync(late, [("id", id)], null, Stop)).Status));
        // The same job as a run of its own: all that it was asked with is kept, but not its key.
        var asked = (await api.JsonAsync("submitRun", [("Idempotency-Key", "once")], new { workflow = _box.At("a/spool.yaml"), workspace = _box.At("b"), vars = new { unused = "7" }, profile = "fast", budget = 3.5 }, Stop)).GetProperty("id").GetString()!;
        var again = (await api.JsonAsync("runAgain", [("id", asked)], null, Stop)).GetProperty("id").GetString()!;
        Assert.NotEqual(asked, again);
        var jobs = Directory.GetFiles(Path.Join(_box.Variables["SPOOL_STATE"], "queue"), "*.job", SearchOption.AllDirectories).ToDictionary(f => long.Parse(Path.GetFileNameWithoutExtension(f), System.Globalization.CultureInfo.InvariantCulture), f => JsonDocument.Parse(File.ReadAllText(f)).RootElement);
        var (first, second) = (jobs[long.Parse(asked, System.Globalization.CultureInfo.InvariantCulture)], jobs[long.Parse(again, System.Globalization.CultureInfo.InvariantCulture)]);
        foreach (var kept in (string[])["workflow", "workspace", "vars", "profile", "budget"]) Assert.Equal(first.GetProperty(kept).GetRawText(), second.GetProperty(kept).GetRawText());
        Assert.False(second.TryGetProperty("idempotency_key", out _));
        Assert.Equal(HttpStatusCode.OK, (await api.CallAsync("deleteRun", [("id", id)], null, Stop)).Status);
    }

    [Fact]
    public async Task A_token_does_what_its_role_lets_and_a_cookie_needs_the_pages_header()
    {
        var looker = _box.Spool("token", "add", "wall", "--role", "look", "--json").Must(0).Object.GetProperty("token").GetString()!;
        using var http = Client(looker);
        var api = await ApiAsync(http);
        Assert.Equal("look", (await api.JsonAsync("me", [], null, Stop)).GetProperty("role").GetString());
        Assert.Equal(HttpStatusCode.Forbidden, (await api.CallAsync("pauseQueue", [], null, Stop)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await api.CallAsync("submitRun", [], new { workflow = "/x/spool.yaml" }, Stop)).Status);
        _box.Spool("token", "remove", "wall").Must(0);
        Assert.Equal(HttpStatusCode.Unauthorized, (await api.CallAsync("me", [], null, Stop)).Status);

        using var session = await _http.PostAsync("/api/v1/session", null, Stop);
        var cookie = session.Headers.GetValues("Set-Cookie").Single();
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
        using var page = new HttpClient(new HttpClientHandler { UseCookies = false }) { BaseAddress = _http.BaseAddress };
        page.DefaultRequestHeaders.Add("Cookie", cookie.Split(';')[0]);
        Assert.Equal(HttpStatusCode.OK, (await page.GetAsync("/api/v1/me", Stop)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await page.PostAsync("/api/v1/queue/pause", null, Stop)).StatusCode);
        page.DefaultRequestHeaders.Add("X-Spool-Client", "page");
        Assert.Equal(HttpStatusCode.OK, (await page.PostAsync("/api/v1/queue/pause", null, Stop)).StatusCode);
        using (var left = await page.DeleteAsync("/api/v1/session", Stop)) Assert.Equal(HttpStatusCode.NoContent, left.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await page.GetAsync("/api/v1/me", Stop)).StatusCode);
        var audit = File.ReadLines(Path.Join(_box.Variables["SPOOL_STATE"], "audit.jsonl")).Select(l => JsonDocument.Parse(l).RootElement).ToList();
        Assert.Contains(audit, a => a.GetProperty("path").GetString() == "/api/v1/queue/pause" && a.GetProperty("page").GetBoolean() && a.GetProperty("status").GetInt32() == 200);
        Assert.DoesNotContain(File.ReadAllText(Path.Join(_box.Variables["SPOOL_STATE"], "audit.jsonl")), looker, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_thirty_first_submission_of_a_minute_is_told_when_to_come_again()
    {
        var api = await ApiAsync();
        var codes = new List<HttpStatusCode>();
        for (var i = 0; i < 34; i++) codes.Add((await api.CallAsync("submitRun", [], new { workflow = "/nowhere/spool.yaml" }, Stop)).Status);
        Assert.Equal(HttpStatusCode.BadRequest, codes[0]);
        Assert.Contains(HttpStatusCode.TooManyRequests, codes);
        using var refused = await _http.PostAsync("/api/v1/runs", new StringContent("{}", Encoding.UTF8, "application/json"), Stop);
        Assert.True(refused.StatusCode != HttpStatusCode.TooManyRequests || refused.Headers.RetryAfter?.Delta is { TotalSeconds: >= 1 });
    }

    [Fact]
    public async Task With_a_certificate_it_speaks_HTTPS_and_only_then_may_it_be_reached_from_afar()
    {
        Sandbox.Needs("openssl");
        Assert.Contains("give a certificate", _box.Spool("serve", "--listen", "0.0.0.0:7999").Must(2).Err, StringComparison.Ordinal);
        Sandbox.Tool("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", _box.At("key.pem"), "-out", _box.At("cert.pem"), "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,DNS:spool.test,DNS:evil.test"]);
        var port = FreePort();
        _box.Variables["SPOOL_STATE"] = Path.Join(_box.Root, "other");
        using var server = _box.Start("serve", "--listen", $"0.0.0.0:{port}", "--tls-cert", _box.At("cert.pem"), "--tls-key", _box.At("key.pem"), "--host", "spool.test");
        Sandbox.Until(() => server.OutSoFar.Contains("API on https", StringComparison.Ordinal), "the server listens");
        using var root = X509CertificateLoader.LoadCertificateFromFile(_box.At("cert.pem"));
        var trust = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        trust.CustomTrustStore.Add(root);
        using var http = new HttpClient(new SocketsHttpHandler { SslOptions = { CertificateChainPolicy = trust } }) { BaseAddress = new Uri($"https://localhost:{port}") };
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/health/live", Stop)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await http.GetAsync("/api/v1/runs", Stop)).StatusCode);
        http.DefaultRequestHeaders.Host = $"spool.test:{port}";
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/health/live", Stop)).StatusCode);
        http.DefaultRequestHeaders.Host = $"evil.test:{port}";
        Assert.Equal(HttpStatusCode.MisdirectedRequest, (await http.GetAsync("/health/live", Stop)).StatusCode);
    }
}
