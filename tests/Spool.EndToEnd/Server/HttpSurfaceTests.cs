using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Spool.EndToEnd.Support;
using Xunit;

namespace Spool.EndToEnd.Server;

/// <summary>The edges of HTTP: what no well-meant client sends. Requests go over a socket, because a client library tidies addresses up.</summary>
public sealed class HttpSurfaceTests : IDisposable
{
    private readonly ServerBench _bench = new();
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _bench.Dispose();

    private sealed record Said(int Status, IReadOnlyDictionary<string, string> Headers, string Body)
    {
        internal string Title => JsonDocument.Parse(Body).RootElement.GetProperty("title").GetString()!;
    }

    /// <summary>Sends a request as it stands; headers of the same name as the usual ones take their place.</summary>
    private async Task<Said> AskAsync(string method, string target, string? body = null, params (string Name, string Value)[] headers)
    {
        var all = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase) { ["Host"] = $"127.0.0.1:{_bench.Port}", ["Authorization"] = "Bearer " + _bench.Token, ["Connection"] = "close" };
        if (body is not null) (all["Content-Type"], all["Content-Length"]) = ("application/json", Encoding.UTF8.GetByteCount(body).ToString(CultureInfo.InvariantCulture));
        foreach (var (name, value) in headers) all[name] = value;
        using var client = new TcpClient("127.0.0.1", _bench.Port);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.UTF8.GetBytes($"{method} {target} HTTP/1.1\r\n{string.Concat(all.Select(h => $"{h.Key}: {h.Value}\r\n"))}\r\n{body}"), Stop);
        using var buffer = new MemoryStream();
        await stream.CopyToAsync(buffer, Stop);
        var text = Encoding.UTF8.GetString(buffer.ToArray());
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        var lines = text[..end].Split("\r\n");
        return new Said(int.Parse(lines[0].AsSpan(9, 3), CultureInfo.InvariantCulture), lines.Skip(1).Select(l => l.Split(": ", 2)).ToDictionary(l => l[0], l => l[1], StringComparer.OrdinalIgnoreCase), text[(end + 4)..]);
    }

    private async Task<Said> RefusedAsync(int status, string method, string target, string? body = null, params (string Name, string Value)[] headers)
    {
        var said = await AskAsync(method, target, body, headers);
        Assert.True(status == said.Status && said.Headers.GetValueOrDefault("Content-Type") == "application/problem+json", $"{method} {target[..Math.Min(target.Length, 80)]}: {said.Status}, not {status}: {said.Body}");
        Assert.Equal(status, JsonDocument.Parse(said.Body).RootElement.GetProperty("status").GetInt32());
        Assert.True(said.Title.Length > 0);
        return said;
    }

    [Fact]
    public async Task Whatever_is_searched_for_gets_an_answer()
    {
        await _bench.RunAsync("version: 1\nsteps:\n  - { id: one, kind: files.write, with: { text: \"violet rain\" }, out: { file: out/a.txt } }\n");
        for (var tries = 0; (await AskAsync("GET", "/api/v1/search?q=violet")).Body.Contains("\"hits\":[]", StringComparison.Ordinal) && tries < 50; tries++) await Task.Delay(200, Stop);
        foreach (var text in (string[])["%00", "violet%00rain", "%00violet", "\"", "%22%22", "*", "(", ")", "violet%20OR%20(", "NEAR(", "^", "-", "+", ":", "body:violet", "{a}", "%ED%A0%80", "%ff%fe", "%0a%09", "%e2%80%a8", "", new string('a', 1000), "%F0%9F%8E%AC"])
        {
            var said = await AskAsync("GET", "/api/v1/search?q=" + text);
            Assert.True(said.Status == 200 && said.Body.StartsWith("{\"hits\":[", StringComparison.Ordinal), $"{text}: {said.Status} {said.Body}");
        }
        Assert.Contains("violet", (await AskAsync("GET", "/api/v1/search?q=violet%00rain")).Body, StringComparison.Ordinal);
        await RefusedAsync(400, "GET", "/api/v1/search?q=" + new string('a', 1001));
        await RefusedAsync(414, "GET", "/api/v1/search?q=" + new string('a', 10_000));
        Assert.Contains("at most 1000 characters", _bench.Box.Spool("search", new string('a', 10_000)).Must(2).Err, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_that_is_no_JSON_is_told_line_and_column()
    {
        _bench.Box.Write("spool.yaml", "version: 1\nsteps:\n  - { id: one, kind: files.write, with: { text: x }, out: { file: out/a.txt } }\n");
        _bench.Box.Spool("submit", _bench.Box.At("spool.yaml")).Must(0);
        foreach (var (method, target) in new[] { ("POST", "/api/v1/runs"), ("PATCH", "/api/v1/runs/1"), ("POST", "/api/v1/uploads"), ("PUT", "/api/v1/watched"), ("POST", "/api/v1/workspaces"), ("POST", "/api/v1/runs/1/decisions"), ("PUT", "/api/v1/runs/1/text?path=a.txt"), ("POST", "/api/v1/runs/1/inputs") })
        {
            foreach (var (body, title) in new[] { ("{\n x", "the body is no JSON: at line 2, column 2 'x' cannot stand"), ("{} {}", "the body is no JSON: at line 1, column 4 text stands behind its end"), ("{\"a\":1,\"a\":1}", "the body gives the key 'a' twice, again at line 1, column 8"), ("{\"a\":\"\\ud800\"}", "the body holds half a character, which no text has, in the text at line 1, column 6") })
                Assert.Equal((target, title), (target, (await RefusedAsync(400, method, target, body)).Title));
            foreach (var body in (string[])["[]", "7"]) await RefusedAsync(400, method, target, body);
        }
        Assert.Equal("the body is empty", (await RefusedAsync(400, "POST", "/api/v1/uploads", " ")).Title);
        Assert.Equal("the body is empty", (await RefusedAsync(400, "POST", "/api/v1/uploads", "")).Title);
    }

    [Fact]
    public async Task A_run_that_waits_for_a_file_says_which()
    {
        var file = _bench.Box.Write("spool.yaml", "version: 1\nsteps:\n  - { id: one, kind: files.copy, in: { file: assets/more.txt }, out: { file: out/a.txt } }\n");
        var id = _bench.Box.Spool("submit", file, "--idempotency-key", "k", "--json").Must(0).Object.GetProperty("id").GetString();
        Sandbox.Until(() => _bench.Server.OutSoFar.Contains("waits", StringComparison.Ordinal), "it waits");
        Assert.Contains("waits: missing input: assets/more.txt", _bench.Server.OutSoFar, StringComparison.Ordinal);
        Assert.DoesNotContain("spool reviews", _bench.Server.OutSoFar, StringComparison.Ordinal);
        // Who asks again is told the same number, also when the workflow is not what it was.
        _bench.Box.Write("spool.yaml", "version: 1\nsteps: nonsense\n");
        var again = await AskAsync("POST", "/api/v1/runs", $$"""{"workflow":"{{file}}","workspace":"{{_bench.Box.Folder}}"}""", ("Idempotency-Key", "k"));
        Assert.Equal((201, $$"""{"id":"{{id}}"}"""), (again.Status, again.Body));
    }

    [Fact]
    public async Task The_state_root_of_a_server_is_the_users_alone()
    {
        for (var tries = 0; tries < 50 && Directory.GetFiles(_bench.State, "index.db*").Length < 3; tries++) await Task.Delay(100, Stop);
        await Task.Delay(1500, Stop); // the next look at the queue
        foreach (var (name, mode) in new[] { ("", "700"), ("logs", "700"), ("queue", "700"), ("index.db", "600"), ("index.db-wal", "600"), ("index.db-shm", "600"), ("token", "600") })
            Assert.Equal((name, mode), (name, Sandbox.Tool("stat", ["-c", "%a", Path.Join(_bench.State, name)]).Trim()));
    }

    [Fact]
    public async Task Headers_mean_what_the_standard_says()
    {
        await _bench.RunAsync("version: 1\nsteps:\n  - { id: one, kind: files.write, with: { text: \"some bytes\" }, out: { file: out/a.txt } }\n");
        var bytes = "/api/v1/artifacts/" + Sandbox.Digest(_bench.Box.At("out/a.txt"));
        foreach (var scheme in (string[])["bearer", "BEARER"]) Assert.Equal(200, (await AskAsync("GET", "/api/v1/me", null, ("Authorization", $"{scheme} {_bench.Token}"))).Status);
        Assert.Equal(200, (await AskAsync("GET", "/api/v1/me", null, ("Host", $"LOCALHOST:{_bench.Port}"), ("Origin", $"http://LocalHost:{_bench.Port}"))).Status);
        await RefusedAsync(421, "GET", "/api/v1/me", null, ("Host", $"LOCALHOST.evil.example:{_bench.Port}"));
        foreach (var target in (string[])[bytes, "/api/v1/runs/1/page", "/openapi/v1.json", "/assets/app.js", "/"])
        {
            var whole = await AskAsync("GET", target);
            if (whole.Status == 404 && target is "/" or "/assets/app.js") continue; // a build without its page
            var tag = whole.Headers["ETag"];
            foreach (var known in (string[])[tag, "W/" + tag, $"\"x\", {tag}", $"\"x\",W/{tag} , \"y\"", "*"])
            {
                var same = await AskAsync("GET", target, null, ("If-None-Match", known));
                Assert.True(same is { Status: 304, Body: "" } && same.Headers["ETag"] == tag, $"{target} {known}: {same.Status}");
            }
            Assert.Equal(200, (await AskAsync("GET", target, null, ("If-None-Match", "\"x\", \"\""))).Status);
        }
        foreach (var range in (string[])["frames=0-1", "bytes=0-1,4-5", "nonsense", "bytes"])
            Assert.Equal((range, 200, "some bytes"), (range, (await AskAsync("GET", bytes, null, ("Range", range))).Status, (await AskAsync("GET", bytes, null, ("Range", range))).Body));
        var part = await AskAsync("GET", bytes, null, ("Range", "Bytes=-5"));
        Assert.Equal((206, "bytes", "private, max-age=31536000, immutable"), (part.Status, part.Body, part.Headers["Cache-Control"]));
        var upload = JsonDocument.Parse((await AskAsync("POST", "/api/v1/uploads", """{"size":3,"name":"a"}""", ("Content-Type", "Application/JSON; charset=utf-8"))).Body).RootElement.GetProperty("id").GetString();
        foreach (var type in (string[])["text/plain", "application/json"]) Assert.Contains("application/offset+octet-stream", (await RefusedAsync(415, "PATCH", "/api/v1/uploads/" + upload, "abc", ("Content-Type", type), ("Upload-Offset", "0"))).Title, StringComparison.Ordinal);
        for (var i = 1; i < 20; i++) Assert.Equal(201, (await AskAsync("POST", "/api/v1/uploads", """{"size":3,"name":"a"}""")).Status);
        var full = await RefusedAsync(429, "POST", "/api/v1/uploads", """{"size":3,"name":"a"}""");
        Assert.InRange(int.Parse(full.Headers["Retry-After"], CultureInfo.InvariantCulture), 86_000, 86_400);
        // A path that no disk could have is wrong, and breaks nothing.
        await RefusedAsync(400, "POST", "/api/v1/runs", $$"""{"workflow":"/{{new string('a', 300)}}/spool.yaml"}""");
        await RefusedAsync(400, "POST", "/api/v1/runs", """{"workflow":"/etc/passwd/spool.yaml"}""");
    }

    [Fact]
    public async Task A_filter_that_is_not_understood_is_refused_and_one_that_is_is_taken()
    {
        await _bench.RunAsync("version: 1\nsteps:\n  - { id: one, kind: files.write, with: { text: \"some bytes\" }, out: { file: out/a.txt } }\n");
        foreach (var (query, title) in new[]
        {
            ("runs?limit=0", "limit=0 is below 1"), ("runs?limit=ten", "limit=ten is no whole number"), ("runs?rating=9", "rating=9 is not from 1 to 5"), ("runs?rating=0", "rating=0 is not from 1 to 5"), ("runs?before=-1", "before=-1 is below 0"),
            ("runs?since=bogus", "since=bogus is not understood"), ("runs?status=nice", "status=nice is not understood"), ("runs?from=bogus", "there is no parameter 'from' here"), ("runs?limit=1&limit=2", "limit=1,2 is no whole number"),
            ("runs/1?x=1", "this address takes none"), ("runs/1/events?from=bogus", "from=bogus is not understood; it is now"), ("runs/1/tasks?status=nice", "status=nice is not understood; it is one of pending"), ("runs/1/tasks?after=-1", "after=-1 is below 0"),
            ("runs/1/tasks?limit=0", "limit=0"), ("runs/1/log?task=one&from=x", "from=x"), ("runs/1/log?task=one&limit=0", "limit=0"), ("runs/1/versions?paht=x", "no parameter 'paht' here; there are path"), ("runs/1/reviews?x=1", "takes none"),
            ("search?q=a&limit=0", "limit=0"), ("search?query=a", "no parameter 'query' here; there are q, limit"), ("gallery?before=x", "before=x is neither"), ("gallery?limit=-1", "limit=-1 is below 1"), ("templates?x", "takes none"), ("queue?x=1", "takes none"),
        }) Assert.Contains(title, (await RefusedAsync(400, "GET", "/api/v1/" + query)).Title, StringComparison.Ordinal);
        foreach (var query in (string[])["runs?limit=5000&rating=5&before=7&status=&text=", "runs/1/tasks?limit=50&status=succeeded&after=0&q=&step=one", "runs/1/events?from=now", "search?q=a&limit=500", "gallery?before=1:out/a.png&limit=1", "gallery?before=1"])
            Assert.True((await AskAsync("GET", "/api/v1/" + query)) is { Status: 200 or 503 } said, query);
        var box = _bench.Box;
        Assert.Contains("--rating is a number of stars from 1 to 5", box.Spool("list", "--server", "--rating", "9").Must(2).Err, StringComparison.Ordinal);
        Assert.Equal("1", box.Spool("list", "--server", "--workspace", box.Folder, "--json").Must(0).Object.GetProperty("id").GetString());
        Assert.Empty(box.Spool("list", "--server", "--workspace", box.Folder + "/..", "--json").Must(0).Out);
        Assert.Empty(box.Spool("list", "--server", "--workspace", box.Folder[..^1], "--json").Must(0).Out);
    }

    [Fact]
    public async Task Every_refusal_is_a_problem_with_a_sentence()
    {
        await _bench.RunAsync("version: 1\nsteps:\n  - { id: one, kind: files.write, with: { text: \"some bytes\" }, out: { file: out/a.txt } }\n");
        var bytes = "/api/v1/artifacts/" + Sandbox.Digest(_bench.Box.At("out/a.txt"));
        foreach (var nowhere in (string[])["/api/v1/artifacts/%2e%2e/sprite.json", "/..%2f..%2ftoken", "/api/v1/nothing", "/api/v1/nothing.json", "/a/b.c", "//", "/api/v1/runs/1/events/x.y"]) await RefusedAsync(404, "GET", nowhere);
        Assert.Contains("GET", (await RefusedAsync(405, "DELETE", "/api/v1/me")).Headers["Allow"], StringComparison.Ordinal);
        await RefusedAsync(405, "POST", "/api/v1/queue", "{}");
        await RefusedAsync(405, "PROPFIND", "/api/v1/runs");
        var range = await RefusedAsync(416, "GET", bytes, null, ("Range", "bytes=1000-"));
        Assert.Equal(("bytes */10", "no-store"), (range.Headers["Content-Range"], range.Headers["Cache-Control"]));
        Assert.False(range.Headers.ContainsKey("ETag"));
        Assert.Equal("nosniff", range.Headers["X-Content-Type-Options"]);
        await RefusedAsync(414, "GET", "/" + new string('a', 5000));
        await RefusedAsync(401, "GET", "/api/v1/nothing", null, ("Authorization", "Bearer x"));
        var made = await RefusedAsync(400, "POST", "/api/v1/workspaces", $$"""{"template":"no-such","folder":"{{_bench.Box.At("new")}}"}""");
        var why = JsonDocument.Parse(made.Body).RootElement.GetProperty("detail").GetString()!;
        Assert.True(why.Contains("no-such", StringComparison.Ordinal) && !why.Contains("error:", StringComparison.Ordinal) && !why.Contains("see:", StringComparison.Ordinal), why);
        // What the listener itself refuses is told by its number alone.
        Assert.Equal((400, ""), ((await AskAsync("GET", "/api/v1/runs/%00")).Status, (await AskAsync("GET", "/api/v1/runs/%00")).Body));
        Assert.Equal(414, (await AskAsync("GET", "/" + new string('a', 20_000))).Status);
        // A record that is damaged beyond what is expected is a problem, too.
        _bench.Box.Write("out/cam/frames.jsonl", "no JSON\n");
        await RefusedAsync(500, "GET", "/api/v1/runs/1/decisions?stream=cam");
        Assert.Equal(200, (await AskAsync("GET", "/health/live")).Status);
    }
}
