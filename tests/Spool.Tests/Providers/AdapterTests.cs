using System.Text;
using System.Text.Json.Nodes;
using Spool.Models.Providers;
using Xunit;

namespace Spool.Tests.Providers;

public sealed class AdapterTests
{
    private static readonly JsonObject Schema = (JsonObject)JsonNode.Parse("""{"type":"object","properties":{"title":{"type":"string","maxLength":5}},"required":["title"],"additionalProperties":false}""")!;

    private static Task<JsonNode> AskAsync(PlayedServer server, JsonObject? schema = null) => StructuredAnswer.AskAsync(new OpenAiChat(server.Line).AskAsync,
        new ChatQuestion("m", [new ChatMessage("user", "a title")], 100) { Schema = schema ?? Schema }, server.Log.Add, CancellationToken.None);

    [Fact]
    public async Task A_chat_sends_roles_pictures_and_the_fields_of_the_settings()
    {
        var server = new PlayedServer().Then(200, PlayedServer.Chat("<think>well</think>\nhi"));
        server.Settings = server.Settings with { Url = "http://box/v1", Extra = new JsonObject { ["keep_alive"] = "5m" } };
        var question = new ChatQuestion("m", [new ChatMessage("system", "be short"), new ChatMessage("user", "what is it?") { Pictures = [new ShownPicture([1, 2, 3], "image/png")] }], 64) { Temperature = 0 };
        Assert.Equal("hi", (await new OpenAiChat(server.Line).AskAsync(question, CancellationToken.None)).Text);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse("""
            {"model":"m","messages":[{"role":"system","content":"be short"},{"role":"user","content":[{"type":"text","text":"what is it?"},{"type":"image_url","image_url":{"url":"data:image/png;base64,AQID"}}]}],
             "max_tokens":64,"temperature":0,"keep_alive":"5m"}
            """), JsonNode.Parse(server.Requests[0].Body)), server.Requests[0].Body);
        Assert.Equal(("POST", "/v1/chat/completions"), (server.Requests[0].Method, server.Requests[0].Path));
    }

    [Fact]
    public async Task An_answer_that_is_cut_off_is_asked_for_once_more_with_twice_the_room()
    {
        var server = new PlayedServer().Then(200, PlayedServer.Chat("lo", "length")).Then(200, PlayedServer.Chat("long"));
        Assert.Equal("long", (await server.AskAsync()).Text);
        Assert.Contains("\"max_completion_tokens\":200", server.Requests[1].Body, StringComparison.Ordinal);
        var never = new PlayedServer().Then(200, PlayedServer.Chat("lo", "length"));
        Assert.Contains("max-tokens", (await never.FailsAsync(never.AskAsync())).Next, StringComparison.Ordinal);
        Assert.Equal(2, never.Requests.Count);
    }

    [Fact]
    public async Task What_the_model_writes_is_checked_and_asked_for_again_with_what_is_wrong()
    {
        var server = new PlayedServer().Then(200, PlayedServer.Chat("""{"title":"too long"}""")).Then(200, PlayedServer.Chat("Sure! ```json\n{\"title\": \"sky}\"}\n```"));
        Assert.Equal("""{"title":"sky}"}""", JsonText.Write(await AskAsync(server)));
        Assert.Contains("/title may have at most 5 letters", server.Requests[1].Body, StringComparison.Ordinal);
        Assert.Contains("\"strict\":true", server.Requests[0].Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task After_two_more_questions_it_is_given_up()
    {
        var server = new PlayedServer().Then(200, PlayedServer.Chat("no JSON here"));
        Assert.Equal(FaultKind.BadAnswer, (await server.FailsAsync(AskAsync(server))).Kind);
        Assert.Equal(3, server.Requests.Count);
        Assert.Equal(3, server.Spent.Count);
    }

    [Fact]
    public async Task A_server_without_schemas_is_asked_in_simpler_ways()
    {
        var server = new PlayedServer().Then(400, """{"error":"response_format"}""").Then(422).Then(200, PlayedServer.Chat("""{"title":"sky"}"""));
        await AskAsync(server);
        Assert.Contains("json_schema", server.Requests[0].Body, StringComparison.Ordinal);
        Assert.Contains("json_object", server.Requests[1].Body, StringComparison.Ordinal);
        Assert.DoesNotContain("response_format", server.Requests[2].Body, StringComparison.Ordinal);
        Assert.Contains("JSON Schema", server.Requests[2].Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"type":"integer"}""", "1", 0)]
    [InlineData("""{"type":"integer"}""", "1.5", 1)]
    [InlineData("""{"type":["string","null"]}""", "null", 0)]
    [InlineData("""{"enum":["a",1]}""", "1", 0)]
    [InlineData("""{"enum":["a",1]}""", "2", 1)]
    [InlineData("""{"const":{"a":[1]}}""", """{"a":[1]}""", 0)]
    [InlineData("""{"type":"array","minItems":1,"maxItems":2,"items":{"type":"string","pattern":"^a"}}""", """["ab"]""", 0)]
    [InlineData("""{"type":"array","minItems":1,"maxItems":2,"items":{"type":"string","pattern":"^a"}}""", """["ab","b","c"]""", 3)]
    [InlineData("""{"type":"number","minimum":0,"maximum":1}""", "2", 1)]
    [InlineData("""{"anyOf":[{"type":"string"},{"type":"null"}]}""", "1", 1)]
    [InlineData("""{"properties":{"a":{"type":"string"}},"additionalProperties":false}""", """{"b":1}""", 1)]
    [InlineData("""{"properties":{"a":{"type":"string"}},"additionalProperties":{"type":"number"}}""", """{"b":1,"c":"x"}""", 1)]
    [InlineData("""{"required":["a","b"]}""", """{"a":null}""", 1)]
    public void The_parts_of_a_schema_mean_what_the_standard_says(string schema, string value, int errors) =>
        Assert.Equal(errors, SchemaCheck.Errors(JsonNode.Parse(value), (JsonObject)JsonNode.Parse(schema)!).Count);

    [Fact]
    public void A_schema_made_in_code_checks_as_one_that_was_read() =>
        Assert.Equal(2, SchemaCheck.Errors(new JsonArray(3, "abc"), new JsonObject { ["items"] = new JsonObject { ["maximum"] = 2, ["maxLength"] = 2 } }).Count);

    [Theory]
    [InlineData("""{"type":"object","properties":{"a":{"oneOf":[]}}}""", "oneOf")]
    [InlineData("""{"items":{"format":"date"}}""", "format")]
    [InlineData("""{"pattern":"("}""", "regular expression")]
    [InlineData("[]", "no object")]
    public void A_schema_that_cannot_be_checked_whole_is_refused(string schema, string said) => Assert.Contains(said, SchemaCheck.Fault(JsonNode.Parse(schema)), StringComparison.Ordinal);

    [Fact]
    public async Task Speech_is_asked_for_as_wav_and_counted_by_characters()
    {
        var server = new PlayedServer().Bytes([1, 2]);
        Assert.Equal([1, 2], await new OpenAiSound(server.Line).SpeakAsync("häuser", "v", "alloy", 1.25, CancellationToken.None));
        Assert.Equal("""{"model":"v","input":"häuser","voice":"alloy","response_format":"wav","speed":1.25}""", server.Requests[0].Body);
        Assert.Equal((0.006m, false), (server.Spent[0].Usd, server.Spent[0].Estimated));
        var wrong = new PlayedServer().Then(200, """{"detail":"soon"}""");
        Assert.Equal(FaultKind.BadAnswer, (await wrong.FailsAsync(new OpenAiSound(wrong.Line).SpeakAsync("a", "v", "x", 1, CancellationToken.None))).Kind);
    }

    [Theory]
    [InlineData("""{"text":" a b ","language":"english","words":[{"word":"a","start":0,"end":0.5},{"word":" b","start":0.5,"end":1}],"segments":[{"text":"a b","start":0,"end":1}]}""")]
    [InlineData("""{"text":"a b","language":"en","segments":[{"text":"a b","start":0,"end":1,"words":[{"word":"a","start":0,"end":0.5,"probability":0.9},{"word":"b","start":0.5,"end":1}]}]}""")]
    public void Words_are_found_beside_segments_and_inside_them(string json)
    {
        var heard = OpenAiSound.Heard(JsonNode.Parse(json)!)!;
        Assert.Equal(("a b", "en"), (heard.Text, heard.Language));
        Assert.Equal([("a", 0.0, 0.5), ("b", 0.5, 1.0)], heard.Words.Select(w => (w.Text, w.Start, w.End)));
    }

    [Fact]
    public async Task A_recording_is_sent_under_a_neutral_name()
    {
        var server = new PlayedServer().Then(200, """{"text":"a"}""");
        server.Settings = server.Settings with { Free = true };
        await new OpenAiSound(server.Line).HearAsync([1], ".wav", 3.2, "w", "en", CancellationToken.None);
        Assert.Contains("filename=audio.wav", server.Requests[0].Body, StringComparison.Ordinal);
        Assert.Contains("verbose_json", server.Requests[0].Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_picture_is_taken_as_bytes_and_never_from_an_address()
    {
        var server = new PlayedServer().Then(200, """{"data":[{"b64_json":"AQI="}]}""");
        server.Settings = server.Settings with { Free = true };
        Assert.Equal([1, 2], await new OpenAiImages(server.Line).DrawAsync("a cat", "m", 64, 32, CancellationToken.None));
        Assert.Contains("\"size\":\"64x32\"", server.Requests[0].Body, StringComparison.Ordinal);
        var away = new PlayedServer { Settings = server.Settings }.Then(200, """{"data":[{"url":"http://169.254.169.254/x"}]}""");
        Assert.Contains("not opened", (await away.FailsAsync(new OpenAiImages(away.Line).DrawAsync("a", "m", 1, 1, CancellationToken.None))).Message, StringComparison.Ordinal);
        Assert.Single(away.Requests);
    }

    [Fact]
    public async Task Gradio_uploads_the_reference_calls_and_fetches_the_result_from_the_same_address()
    {
        var server = new PlayedServer().Then(200, """{"api_prefix":"/gradio_api"}""").Then(200, """["/tmp/gradio/1/reference.wav"]""").Then(200, """{"event_id":"e 1"}""")
            .Then(200, "event: heartbeat\ndata: null\n\nevent: complete\ndata: [{\"path\": \"/tmp/out a.wav\", \"url\": \"http://evil.example.com/x\"}]\n\n", "text/event-stream").Bytes([7]);
        server.Settings = new ProviderSettings { Name = "voxcpm", Kind = ProviderKind.Gradio, Url = "http://box:7860" };
        Assert.Equal([7], await new Gradio(server.Line).SpeakAsync("Say this.", [1], "what I said", CancellationToken.None));
        Assert.Equal(["/config", "/gradio_api/upload", "/gradio_api/call/generate", "/gradio_api/call/generate/e%201", "/gradio_api/file=/tmp/out%20a.wav"], server.Requests.Select(r => r.Path));
        Assert.Equal("""{"data":["Say this.",{"path":"/tmp/gradio/1/reference.wav","meta":{"_type":"gradio.FileData"}},"what I said",2,10,false,false]}""", server.Requests[2].Body);
    }

    [Theory]
    [InlineData("event: error\ndata: \"out of memory\"\n\n", "out of memory")]
    [InlineData("event: error\ndata: null\n\n", "could not make it")]
    [InlineData("event: generating\ndata: []\n\nevent: complete\ndata: [{\"pa", "ends before the result")]
    [InlineData("event: complete\ndata: [null]\n\n", "without a file")]
    [InlineData("event: complete\ndata: {}\n\n", "without a file")]
    public async Task Gradio_that_fails_is_told_in_a_sentence(string stream, string said)
    {
        var server = new PlayedServer().Then(404).Then(200, """{"event_id":"e"}""").Then(200, stream, "text/event-stream");
        server.Settings = new ProviderSettings { Name = "voxcpm", Kind = ProviderKind.Gradio, Url = "http://box:7860" };
        Assert.Contains(said, (await server.FailsAsync(new Gradio(server.Line).SpeakAsync("a", null, null, CancellationToken.None))).Message, StringComparison.Ordinal);
        Assert.Equal("/call/generate", server.Requests[1].Path);
    }

    [Fact]
    public void A_stream_of_events_is_read_as_its_standard_says()
    {
        var events = ServerEvent.Read(Encoding.UTF8.GetBytes(": hello\r\nevent: a\r\ndata: 1\r\ndata:2\r\nid: 7\r\n\r\ndata: b\n\nevent: empty\n\ndata: unfinished"));
        Assert.Equal([new ServerEvent("a", "1\n2"), new ServerEvent("message", "b")], events);
    }

    [Fact]
    public async Task Comfy_queues_the_filled_workflow_waits_and_fetches_the_picture()
    {
        var server = new PlayedServer().Then(200, """{"prompt_id":"p"}""").Then(200, "{}").Then(200, """{"p":{"outputs":{"9":{"images":[{"filename":"a b.png","subfolder":"","type":"output"}]}}}}""").Bytes([9]);
        server.Settings = new ProviderSettings { Name = "comfy", Kind = ProviderKind.Comfyui, Url = "http://box:8188" };
        var workflow = (JsonObject)JsonNode.Parse("""{"3":{"inputs":{"seed":"{seed}","text":"a photo of {prompt}, {other}","steps":20}}}""")!;
        var values = new Dictionary<string, JsonNode> { ["prompt"] = "a {seed} cat", ["seed"] = 7 };
        var drawn = new ComfyUi(server.Line).DrawAsync(workflow, values, CancellationToken.None);
        await server.EndAsync(drawn);
        Assert.Equal([9], await drawn);
        Assert.Equal("""{"prompt":{"3":{"inputs":{"seed":7,"text":"a photo of a {seed} cat, {other}","steps":20}}},"client_id":"spool"}""", server.Requests[0].Body);
        Assert.Equal(["/prompt", "/history/p", "/history/p", "/view?filename=a%20b.png&subfolder=&type=output"], server.Requests.Select(r => r.Path));
    }

    [Theory]
    [InlineData(200, """{"data":[{"id":"m"}]}""", true)]
    [InlineData(200, """{"data":[{"id":"m:latest"}]}""", true)]
    [InlineData(200, """{"data":[{"id":"other"}]}""", false)]
    [InlineData(404, "{}", true)]
    [InlineData(500, "{}", false)]
    [InlineData(401, "{}", false)]
    public async Task A_service_is_up_when_it_answers_and_has_the_model(int status, string body, bool up)
    {
        var server = new PlayedServer().Then(status, body);
        Assert.Equal(up, (await HealthCheck.AskAsync(server.Line, CancellationToken.None)).Up);
        Assert.Single(server.Requests);
    }
}
