using System.Net;
using Spool.Models.Providers;
using Spool.Platform;
using Xunit;

namespace Spool.Tests.Providers;

public sealed class CallTests
{
    [Fact]
    public async Task An_answer_is_paid_by_what_it_used()
    {
        var server = new PlayedServer().Then(200, PlayedServer.Chat("hi"));
        Assert.Equal("hi", (await server.AskAsync()).Text);
        // 37 bytes with what stands around them are 13 tokens; 13 * 1 + 100 * 10 of a million.
        Assert.Equal([0.001013m], server.Reserved);
        Assert.Equal((0.0002m, false), (Assert.Single(server.Spent).Usd, server.Spent[0].Estimated));
        Assert.Equal(0, server.Released);
    }

    [Fact]
    public async Task A_busy_service_is_asked_again_when_it_says()
    {
        var server = new PlayedServer().Then(429, "{}", "application/json", ("Retry-After", "3")).Then(429, "{}", "application/json", ("retry-after-ms", "250")).Then(200, PlayedServer.Chat("hi"));
        var asked = server.AskAsync();
        Assert.Equal([3, 0.25], await server.EndAsync(asked));
        Assert.Equal("hi", (await asked).Text);
        Assert.Equal((3, 2, 1), (server.Reserved.Count, server.Released, server.Spent.Count));
    }

    [Theory]
    [InlineData(408)]
    [InlineData(409)]
    [InlineData(500)]
    [InlineData(503)]
    public async Task A_passing_failure_is_tried_again_with_growing_pauses_and_costs_nothing(int status)
    {
        var server = new PlayedServer().Then(status, """{"error":{"message":"too much to do"}}""");
        var asked = server.AskAsync();
        var pauses = await server.EndAsync(asked);
        var failure = await Assert.ThrowsAsync<ProviderException>(() => asked);
        Assert.Equal(FaultKind.Unavailable, failure.Kind);
        Assert.Contains("too much to do", failure.Message, StringComparison.Ordinal);
        Assert.Contains("tried 4 times", failure.Message, StringComparison.Ordinal);
        Assert.Equal(3, pauses.Count);
        for (var i = 0; i < 3; i++) Assert.InRange(pauses[i], 0.75 * (1 << i), 1.25 * (1 << i));
        Assert.Equal((4, 4, 0), (server.Requests.Count, server.Released, server.Spent.Count));
    }

    [Theory]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(413)]
    [InlineData(422)]
    [InlineData(302)]
    public async Task A_refusal_is_not_tried_again(int status)
    {
        var server = new PlayedServer().Then(status, """{"error":{"message":"no"}}""", "application/json", ("Location", "https://elsewhere.example.com"));
        var failure = await server.FailsAsync(server.AskAsync());
        Assert.Equal((FaultKind.Refused, status), (failure.Kind, failure.Status));
        Assert.Equal((1, 1, 0), (server.Requests.Count, server.Released, server.Spent.Count));
    }

    [Fact]
    public async Task A_service_that_wants_a_long_pause_is_not_waited_for()
    {
        var server = new PlayedServer().Then(429, "{}", "application/json", ("Retry-After", "3600"));
        var asked = server.AskAsync();
        Assert.Empty(await server.EndAsync(asked));
        Assert.Equal(FaultKind.Unavailable, (await Assert.ThrowsAsync<ProviderException>(() => asked)).Kind);
    }

    [Fact]
    public async Task An_answer_that_breaks_off_is_booked_at_the_most_it_can_have_cost_each_time()
    {
        var server = new PlayedServer();
        server.Settings = server.Settings with { MaxRetries = 1 };
        server.Then((_, _) => Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(new Torn()) }));
        var failure = await server.FailsAsync(server.AskAsync());
        Assert.Contains("cut off", failure.Message, StringComparison.Ordinal);
        Assert.Equal(2, server.Spent.Count);
        Assert.All(server.Spent, s => Assert.Equal((0.001013m, true), (s.Usd, s.Estimated)));
    }

    [Fact]
    public async Task A_connection_that_was_never_made_costs_nothing()
    {
        var server = new PlayedServer();
        server.Then((_, _) => throw new HttpRequestException(HttpRequestError.ConnectionError, "refused"));
        Assert.Equal(FaultKind.Unavailable, (await server.FailsAsync(server.AskAsync())).Kind);
        Assert.Equal((4, 0), (server.Released, server.Spent.Count));
    }

    [Fact]
    public async Task A_slow_service_times_out()
    {
        var server = new PlayedServer();
        server.Settings = server.Settings with { Timeout = 5, MaxRetries = 0 };
        server.Then(async (_, cancel) =>
        {
            server.Hanging = true;
            await Task.Delay(Timeout.InfiniteTimeSpan, cancel);
            return new HttpResponseMessage();
        });
        var failure = await server.FailsAsync(server.AskAsync());
        Assert.Equal(FaultKind.TimedOut, failure.Kind);
        Assert.True(Assert.Single(server.Spent).Estimated);
    }

    [Theory]
    [InlineData("<html>hello</html>", "text/html", "a web page")]
    [InlineData("{\"choices\":", "application/json", "no JSON")]
    [InlineData("{}", "application/json", "no chat answer")]
    [InlineData("{\"choices\":[]}", "application/json", "no chat answer")]
    [InlineData("{\"choices\":[{\"message\":{\"content\":7}}]}", "application/json", "an empty text")]
    public async Task An_answer_of_no_use_ends_the_call_and_is_paid(string body, string type, string said)
    {
        var server = new PlayedServer().Then(200, body, type);
        var failure = await server.FailsAsync(server.AskAsync());
        Assert.Equal(FaultKind.BadAnswer, failure.Kind);
        Assert.Contains(said, failure.Message, StringComparison.Ordinal);
        Assert.Single(server.Requests);
        Assert.True(Assert.Single(server.Spent).Estimated);
    }

    [Fact]
    public async Task Nothing_is_sent_when_there_is_no_money()
    {
        var server = new PlayedServer { Allowed = 0.0001m }.Then(200, PlayedServer.Chat("hi"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => server.AskAsync());
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task A_service_that_keeps_failing_is_left_alone_for_a_while_and_then_tried_once()
    {
        var server = new PlayedServer();
        server.Settings = server.Settings with { MaxRetries = 0 };
        for (var i = 0; i < 6; i++) server.Then(500);
        server.Then(200, PlayedServer.Chat("hi"));
        for (var i = 0; i < Breaker.MostFailures; i++) await server.FailsAsync(server.AskAsync());
        Assert.Contains("left alone", (await server.FailsAsync(server.AskAsync())).Message, StringComparison.Ordinal);
        Assert.Equal(Breaker.MostFailures, server.Requests.Count);
        server.Time.Advance(TimeSpan.FromSeconds(31));
        await server.FailsAsync(server.AskAsync());
        Assert.Contains("left alone", (await server.FailsAsync(server.AskAsync())).Message, StringComparison.Ordinal);
        server.Time.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal("hi", (await server.AskAsync()).Text);
        Assert.Equal("hi", (await server.AskAsync()).Text);
    }

    [Fact]
    public async Task The_key_goes_into_its_header_and_comes_back_in_no_text()
    {
        string? sent = null;
        var server = new PlayedServer();
        server.Then((request, _) =>
        {
            sent = request.Headers.Authorization!.ToString();
            return Task.FromResult(new HttpResponseMessage(HttpStatusCode.Unauthorized) { Content = new StringContent($"{{\"error\":{{\"message\":\"Incorrect API key provided: {PlayedServer.Key}, also Bearer abcdefgh123\"}}}}") });
        });
        var failure = await server.FailsAsync(server.AskAsync());
        Assert.Equal("Bearer " + PlayedServer.Key, sent);
        Assert.Contains("[key]", failure.Message, StringComparison.Ordinal);
        Assert.Contains("A_KEY", failure.Next, StringComparison.Ordinal);
        Assert.All(server.Log.Append(failure.Message), l => Assert.False(l.Contains("0123456789", StringComparison.Ordinal) || l.Contains("abcdefgh123", StringComparison.Ordinal), l));
    }

    [Fact]
    public async Task What_is_larger_than_its_bound_is_not_read()
    {
        var server = new PlayedServer().Bytes(new byte[100_000]);
        var failure = await server.FailsAsync(server.Line.LookAsync(() => server.Line.Request(HttpMethod.Get, "/x"), a => a.Body, 1000, CancellationToken.None));
        Assert.Contains("more than the 1,000", failure.Message, StringComparison.Ordinal);
    }

    /// <summary>A stream that gives some bytes and then breaks.</summary>
    private sealed class Torn : Stream
    {
        private bool _given;

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => 0; set => throw new NotSupportedException(); }
        public override void Flush() { }
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override int Read(byte[] buffer, int offset, int count)
        {
            if (_given) throw new HttpIOException(HttpRequestError.ResponseEnded, "the connection was closed");
            _given = true;
            buffer[offset] = (byte)'{';
            return 1;
        }
    }
}
