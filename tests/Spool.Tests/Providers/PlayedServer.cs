using System.Net;
using System.Text;
using Spool.Models.Cost;
using Spool.Models.Providers;
using Spool.Platform;
using Spool.Tests.Support;

namespace Spool.Tests.Providers;

/// <summary>A service that is played in this process: answers in turn, the last one again and again; writes down requests, money and log.</summary>
internal sealed class PlayedServer : HttpMessageHandler
{
    internal const string Key = "sk-secret-0123456789";

    private readonly Queue<Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>>> _answers = new();

    internal FakeTime Time { get; } = new();
    internal List<(string Method, string Path, string Body)> Requests { get; } = [];
    internal List<string> Log { get; } = [];
    internal List<decimal?> Reserved { get; } = [];
    internal List<CallSpent> Spent { get; } = [];
    internal int Released { get; private set; }
    internal decimal Allowed { get; set; } = 1000;

    internal ProviderSettings Settings { get; set; } = new()
    {
        Name = "cloud",
        Kind = ProviderKind.Openai,
        Url = "https://api.openai.com/v1",
        Model = "m",
        KeyEnv = "A_KEY",
        Prices =
        [
            new UnitPrice { Provider = "openai", Model = "m", Mode = "chat", InputPerMillionTokens = 1m, OutputPerMillionTokens = 10m },
            new UnitPrice { Provider = "openai", Model = "v", Mode = "speech", PerCharacter = 0.001m },
        ],
    };

    private readonly WatchedTime _watched;
    private Network? _network;

    internal PlayedServer() => _watched = new WatchedTime(this);

    internal ProviderLine Line => new(Settings, _network ??= new Network(() => this, _watched), Key, ReserveAsync, Log.Add);

    private Task<SetAside> ReserveAsync(CallCost cost, CancellationToken cancel)
    {
        if (cost.MostUsd is null || cost.MostUsd > Allowed) throw new InvalidOperationException("no money");
        Reserved.Add(cost.MostUsd);
        return Task.FromResult(new SetAside(spent => { Spent.Add(spent); return Task.CompletedTask; }, () => { Released++; return ValueTask.CompletedTask; }));
    }

    internal PlayedServer Then(int status, string body = "{}", string type = "application/json", params (string Name, string Value)[] headers) => Then((_, _) =>
    {
        var response = new HttpResponseMessage((HttpStatusCode)status) { Content = new StringContent(body, Encoding.UTF8, type) };
        foreach (var (name, value) in headers) response.Headers.TryAddWithoutValidation(name, value);
        return Task.FromResult(response);
    });

    internal PlayedServer Then(Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>> answer)
    {
        _answers.Enqueue(answer);
        return this;
    }

    internal PlayedServer Bytes(byte[] bytes, string type = "audio/wav") => Then((_, _) => Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = Content(bytes, type) }));

    internal static HttpContent Content(byte[] bytes, string type)
    {
        var content = new ByteArrayContent(bytes);
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        return content;
    }

    internal static string Chat(string text, string finish = "stop", string usage = ""","usage":{"prompt_tokens":100,"completion_tokens":10}""") =>
        $$"""{"choices":[{"message":{"role":"assistant","content":{{System.Text.Json.JsonSerializer.Serialize(text)}},"reasoning":"x"},"finish_reason":"{{finish}}"}]{{usage}}}""";

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Requests.Add((request.Method.Method, request.RequestUri!.PathAndQuery, request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken)));
        var answer = _answers.Count > 1 ? _answers.Dequeue() : _answers.Peek();
        return await answer(request, cancellationToken);
    }

    /// <summary>Runs it to its end while the clock jumps from pause to pause; gives the pauses in seconds.</summary>
    internal async Task<IReadOnlyList<double>> EndAsync(Task task)
    {
        var pauses = new List<double>();
        while (!task.IsCompleted)
        {
            // The clock jumps only while the call waits for it: in a pause, or for a server that never answers.
            if (!_watched.Pausing && !Hanging)
            {
                await Task.Yield();
                continue;
            }
            _watched.Pausing = Hanging = false;
            var before = Time.GetTimestamp();
            if (Time.AdvanceToNextTimer()) pauses.Add((Time.GetTimestamp() - before) / (double)Time.TimestampFrequency);
        }
        return pauses;
    }

    /// <summary>Told by an answer that never comes.</summary>
    internal volatile bool Hanging;

    /// <summary>Knows a pause between calls from the limit of a call, which is as long as the settings say.</summary>
    private sealed class WatchedTime(PlayedServer server) : TimeProvider
    {
        internal volatile bool Pausing;

        public override long TimestampFrequency => server.Time.TimestampFrequency;
        public override DateTimeOffset GetUtcNow() => server.Time.GetUtcNow();
        public override long GetTimestamp() => server.Time.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = server.Time.CreateTimer(callback, state, dueTime, period);
            if (dueTime.TotalSeconds < server.Settings.Timeout && dueTime >= TimeSpan.Zero) Pausing = true;
            return timer;
        }
    }

    internal async Task<ProviderException> FailsAsync(Task task)
    {
        await EndAsync(task);
        return await Xunit.Assert.ThrowsAsync<ProviderException>(() => task);
    }

    internal Task<ChatAnswer> AskAsync(string prompt = "hello", int most = 100) => new OpenAiChat(Line).AskAsync(new ChatQuestion("m", [new ChatMessage("user", prompt)], most), CancellationToken.None);
}
