using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Spool.Models.Cost;
using Spool.Platform;

namespace Spool.Models.Providers;

/// <summary>A whole answer of a service.</summary>
public sealed record Answer(byte[] Body, string MediaType);

/// <summary>
/// A service as one step may call it, and the one way in which all calls are made: money is set aside before each attempt, a call is made again
/// after failures that pass (network, 408, 409, 429, 5xx), a service that keeps failing is left alone, an answer is read whole and with a bound.
///
/// Money of an attempt: an answer is paid by what it used. A refusal (an HTTP status that is no success) and a connection that was never made
/// cost nothing. A request that was sent and whose answer was lost on the way, cut off or of no use has cost something that nobody will tell: the
/// most that it can have cost is booked as estimated.
/// </summary>
/// <param name="Key">The key itself; it goes into one header and nowhere else.</param>
/// <param name="Reserve">Sets money aside; throws when there is none.</param>
/// <param name="Log">Told one line for each attempt: never what was asked or answered.</param>
public sealed record ProviderLine(ProviderSettings Settings, Network Network, string? Key, Func<CallCost, CancellationToken, Task<SetAside>> Reserve, Action<string> Log)
{
    public const long MostJson = 32L << 20, MostMedia = 512L << 20;

    /// <summary>The longest pause that a service may ask for.</summary>
    public static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(60);

    private string Host => Uri.TryCreate(Settings.Url, UriKind.Absolute, out var address) ? address.Authority : Settings.Name;

    private string Who => $"{Settings.Name} ({Host})";

    /// <summary>Makes a call that may cost, and books what it did cost.</summary>
    /// <param name="make">The request, anew for each attempt.</param>
    /// <param name="read">The result of an answer and what it cost; throws <see cref="ProviderException"/> when it is of no use.</param>
    public async Task<T> CallAsync<T>(CallCost cost, Func<HttpRequestMessage> make, Func<Answer, (T Result, CallSpent Spent)> read, long mostBytes, CancellationToken cancel)
    {
        for (var attempt = 1; ; attempt++)
        {
            var (result, passing) = await TryAsync(cost, make, read, mostBytes, cancel);
            if (passing is null) return result!;
            var pause = Pause(attempt, passing.Asked);
            if (attempt > Settings.MaxRetries || pause is null) throw passing.Fault(attempt);
            Log(string.Create(CultureInfo.InvariantCulture, $"{Settings.Name}: {passing.What}; again in {pause.Value.TotalSeconds:0.0} s"));
            await Task.Delay(pause.Value, Network.Time, cancel);
        }
    }

    /// <summary>Makes a call that costs nothing: looking, uploading, waiting.</summary>
    public Task<T> LookAsync<T>(Func<HttpRequestMessage> make, Func<Answer, T> read, long mostBytes, CancellationToken cancel) =>
        CallAsync(new CallCost(Settings.Name, Settings.Model ?? "", 0, new Dictionary<string, decimal>()), make, answer => (read(answer), new CallSpent(0, new Dictionary<string, decimal>(), false)), mostBytes, cancel);

    public HttpRequestMessage Request(HttpMethod method, string path, HttpContent? content = null) => new(method, Settings.Url + path) { Content = content };

    public static HttpContent Json(JsonNode body)
    {
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(JsonText.Write(body)));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return content;
    }

    /// <summary>The JSON of an answer; what is none ends the call.</summary>
    public JsonNode JsonOf(Answer answer)
    {
        var text = Encoding.UTF8.GetString(answer.Body);
        if (JsonText.Read(text) is { } node) return node;
        throw Useless(answer.MediaType.Contains("html", StringComparison.Ordinal) ? "a web page where JSON was expected" : "no JSON", Redaction.Short(text, Key));
    }

    public ProviderException Useless(string what, string? shown = null) => new(FaultKind.BadAnswer, $"{Who} answered with {what}{(string.IsNullOrEmpty(shown) ? "" : ": " + shown)}",
        what.StartsWith("a web page", StringComparison.Ordinal) ? "check the url of the provider; it often ends in /v1" : null);

    private sealed record Passing(string What, FaultKind Kind, string Who)
    {
        internal TimeSpan? Asked { get; init; }

        internal ProviderException Fault(int attempts) => new(Kind, $"{Who}: {What}{(attempts > 1 ? $" (tried {attempts} times)" : "")}",
            Kind == FaultKind.TimedOut ? "raise the timeout of the provider, or ask for less" : "see whether it is up: spool services");
    }

    private async Task<(T? Result, Passing? Passing)> TryAsync<T>(CallCost cost, Func<HttpRequestMessage> make, Func<Answer, (T, CallSpent)> read, long mostBytes, CancellationToken cancel)
    {
        var breaker = Network.BreakerOf(Settings.Name + " " + Host);
        if (breaker.Closed() is { } left)
            throw new ProviderException(FaultKind.Unavailable, string.Create(CultureInfo.InvariantCulture, $"{Who} failed {Breaker.MostFailures} times in a row and is left alone for another {left.TotalSeconds:0} s"), "see whether it is up: spool services");
        var money = await Reserve(cost, cancel);
        var (settled, sent) = (false, false);
        var began = Network.Time.GetTimestamp();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(Settings.Timeout), Network.Time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel, limit.Token);
        using var client = new HttpClient(Network.Handler, disposeHandler: false) { Timeout = Timeout.InfiniteTimeSpan };
        try
        {
            using var request = make();
            if (Key is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Key);
            var path = request.RequestUri!.AbsolutePath;
            sent = true;
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop.Token);
            Log(string.Create(CultureInfo.InvariantCulture, $"{Settings.Name}: {request.Method} {path} {(cost.Model.Length > 0 ? cost.Model + " " : "")}-> {(int)response.StatusCode} after {Network.Time.GetElapsedTime(began).TotalSeconds:0.00} s"));
            if (!response.IsSuccessStatusCode)
            {
                sent = false;
                var passing = await RefusedAsync(response, stop.Token);
                if (passing.Kind == FaultKind.Unavailable && response.StatusCode != HttpStatusCode.TooManyRequests) breaker.Failed();
                return (default, passing);
            }
            var body = await BodyAsync(response, mostBytes, stop.Token);
            breaker.Succeeded();
            var (result, spent) = read(new Answer(body, response.Content.Headers.ContentType?.MediaType ?? ""));
            await money.Settle(spent);
            settled = true;
            return (result, null);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancel.IsCancellationRequested)
        {
            breaker.Failed();
            return (default, new Passing(string.Create(CultureInfo.InvariantCulture, $"no whole answer within {Settings.Timeout:0.##} s"), FaultKind.TimedOut, Who));
        }
        catch (HttpRequestException e)
        {
            if (e.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError) sent = false;
            breaker.Failed();
            return (default, new Passing(Told(e), FaultKind.Unavailable, Who));
        }
        catch (IOException e)
        {
            breaker.Failed();
            return (default, new Passing("the answer was cut off: " + Redaction.Short(e.Message, Key), FaultKind.Unavailable, Who));
        }
        finally
        {
            if (!settled)
            {
                if (sent) await money.Settle(CallPrice.Lost(cost));
                else await money.Release();
            }
        }

        string Told(HttpRequestException e) => e.HttpRequestError switch
        {
            HttpRequestError.ConnectionError => "no connection: " + Redaction.Short(e.InnerException?.Message ?? e.Message, Key),
            HttpRequestError.NameResolutionError => $"there is no host {Host}",
            HttpRequestError.SecureConnectionError => "no secure connection: " + Redaction.Short(e.InnerException?.Message ?? e.Message, Key),
            HttpRequestError.ResponseEnded => "the answer was cut off",
            _ => Redaction.Short(e.Message, Key),
        };
    }

    private async Task<Passing> RefusedAsync(HttpResponseMessage response, CancellationToken cancel)
    {
        var status = (int)response.StatusCode;
        string said;
        try { said = Said(Encoding.UTF8.GetString(await BodyAsync(response, 1 << 20, cancel))); }
        catch (Exception e) when (e is IOException or HttpRequestException or ProviderException) { said = ""; }
        var what = $"{status} {response.ReasonPhrase ?? response.StatusCode.ToString()}{(said.Length > 0 ? ": " + said : "")}";
        if (status is 408 or 409 or 429 or >= 500) return new Passing(what, FaultKind.Unavailable, Who) { Asked = RetryAfter(response) };
        throw new ProviderException(FaultKind.Refused, $"{Who} refuses: {what}", status switch
        {
            401 or 403 => Settings.KeyEnv is { } name ? $"check the key in {name}" : "it wants a key: set key-env: for this provider",
            404 => "check the url of the provider (it often ends in /v1) and the name of the model",
            413 => "send less at once",
            >= 300 and < 400 => "redirects are not followed; set the url of the provider to where it really is",
            _ => null,
        })
        { Status = status };
    }

    /// <summary>What a service says is wrong: the message of its JSON, or the beginning of its text.</summary>
    private string Said(string text)
    {
        var node = JsonText.Read(text);
        var message = JsonText.Text(node, "error", "message") ?? JsonText.Text(node, "error") ?? JsonText.Text(node, "message") ?? JsonText.Text(node, "detail");
        return Redaction.Short(message ?? (text.Contains("<html", StringComparison.OrdinalIgnoreCase) ? "" : text), Key);
    }

    private async Task<byte[]> BodyAsync(HttpResponseMessage response, long most, CancellationToken cancel)
    {
        var declared = response.Content.Headers.ContentLength;
        if (declared > most) throw Useless($"{declared:N0} bytes, more than the {most:N0} that are read");
        await using var stream = await response.Content.ReadAsStreamAsync(cancel);
        using var whole = new MemoryStream();
        var buffer = new byte[64 << 10];
        int read;
        while ((read = await stream.ReadAsync(buffer, cancel)) > 0)
        {
            if (whole.Length + read > most) throw Useless($"more than the {most:N0} bytes that are read");
            whole.Write(buffer, 0, read);
        }
        if (declared is { } expected && whole.Length < expected) throw new IOException($"{whole.Length} of {expected} bytes came");
        return whole.ToArray();
    }

    private TimeSpan? RetryAfter(HttpResponseMessage response)
    {
        if (response.Headers.TryGetValues("retry-after-ms", out var exact) && double.TryParse(exact.First(), NumberStyles.Float, CultureInfo.InvariantCulture, out var ms) && ms is >= 0 and < 1e9)
            return TimeSpan.FromMilliseconds(ms);
        return response.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - Network.Time.GetUtcNow() is var left && left > TimeSpan.Zero ? left : TimeSpan.Zero,
            _ => null,
        };
    }

    /// <summary>The pause before the next attempt: what the service asks for; else 1, 2, 4 ... seconds, at most 20, a quarter more or less. Null: it asks for too long.</summary>
    private TimeSpan? Pause(int attempt, TimeSpan? asked)
    {
        if (asked is { } wanted) return wanted <= LongestPause ? wanted : null;
        // The last digits of the clock are spread enough to keep many tasks from coming back at one moment.
        var spread = (Network.Time.GetTimestamp() % 1000 / 1000.0 * 0.5) + 0.75;
        return TimeSpan.FromSeconds(Math.Min(20, Math.Pow(2, attempt - 1)) * spread);
    }
}
