using System.Globalization;
using System.Text;
using System.Text.Json;
using Spool.EndToEnd.Support;
using Xunit;

namespace Spool.EndToEnd.Providers;

public sealed class ProviderTests : IDisposable
{
    private const string Key = "sk-account-7d3f1c9a55";
    private readonly Sandbox _box = new();

    public void Dispose() => _box.Dispose();

    private void Providers(string yaml)
    {
        Directory.CreateDirectory(Path.Join(_box.Root, "state"));
        File.WriteAllText(Path.Join(_box.Root, "state/settings.yaml"), "providers:\n  " + yaml.Replace("\n", "\n  ", StringComparison.Ordinal) + "\n");
        _box.Variables["FAKE_KEY"] = Key;
    }

    private static string Tone(string folder, double seconds = 1)
    {
        var path = Path.Join(folder, "tone.wav");
        if (!File.Exists(path))
            Sandbox.Tool("ffmpeg", ["-hide_banner", "-v", "error", "-nostdin", "-y", "-f", "lavfi", "-i", $"sine=f=440:r=24000:d={seconds.ToString(CultureInfo.InvariantCulture)}", "-ac", "1", "file:" + path]);
        return path;
    }

    private static string Picture(string folder, string name = "drawn.webp")
    {
        var path = Path.Join(folder, name);
        Sandbox.Tool("ffmpeg", ["-hide_banner", "-v", "error", "-nostdin", "-y", "-f", "lavfi", "-i", "testsrc2=s=300x200:d=0.1", "-frames:v", "1", "file:" + path]);
        return path;
    }

    private const string AllSteps = """
        version: 1
        steps:
          - id: script
            kind: text.generate
            with: { prompt: "Say hello." }
            out: { text: work/script.md }
          - id: told
            kind: text.describe
            in: { text: facts.md }
            out: { data: out/about.json }
          - id: proof
            kind: text.audit
            in: { texts: [facts.md] }
            out: { report: out/text-audit.json }
          - id: look
            kind: media.audit
            in: { media: [film.mp4] }
            with: { frames: 2 }
            out: { report: out/media-audit.json }
          - id: draw
            kind: images.generate
            with: { prompt: "a cat", size: 64x48 }
            out: { image: out/cat.png }
          - id: say
            kind: speech.synthesize
            in: { text: facts.md }
            with: { engine: openai, voice: nova }
            out: { audio: out/say.wav }
        """;

    private static readonly string[] AllIds = ["script", "told", "proof", "look", "draw", "say"];

    /// <summary>A good server for all steps.</summary>
    private Reply Good(Asked asked)
    {
        if (asked.Path.EndsWith("/audio/speech", StringComparison.Ordinal))
        {
            var sound = File.ReadAllBytes(Tone(_box.Root));
            // As a server that streams writes it: the sizes are not known when the header goes out.
            var data = sound.AsSpan().IndexOf("data"u8);
            BitConverter.GetBytes(uint.MaxValue).CopyTo(sound, data + 4);
            return new Reply(200, sound, "audio/wav");
        }
        if (asked.Path.EndsWith("/images/generations", StringComparison.Ordinal))
            return Reply.Json($$"""{"data":[{"b64_json":"{{Convert.ToBase64String(File.ReadAllBytes(Picture(_box.Root)))}}"}]}""");
        if (asked.Body.Contains("is_critical", StringComparison.Ordinal))
            return Reply.Chat(asked.Body.Contains("image_url", StringComparison.Ordinal) ? """{"findings":[{"frame":2,"feedback":"a blank frame","is_critical":true}]}""" : """{"findings":[]}""");
        return Reply.Chat(asked.Body.Contains("json_schema", StringComparison.Ordinal) ? """{"title":"Sky","description":"About the sky.","tags":["sky"]}""" : "Hello!");
    }

    private void Sources()
    {
        _box.Write("facts.md", "The sky is blue.\n");
        _box.Film("film.mp4");
        _box.Workflow(AllSteps);
    }

    [Fact]
    public void Every_step_works_with_a_server_and_the_key_is_nowhere()
    {
        Sandbox.Needs("ffmpeg", "ffprobe");
        using var server = new FakeServer((asked, _) => Good(asked));
        Providers($"box: {{ kind: openai, url: \"{server.Url}/v1\", model: m, key-env: FAKE_KEY }}");
        Sources();
        _box.Run().Must(0);
        Assert.Equal("Hello!\n", _box.Read("work/script.md"));
        using var audit = JsonDocument.Parse(_box.Read("out/media-audit.json"));
        Assert.Equal(2, audit.RootElement.GetProperty("total_frames_analyzed").GetInt32());
        Assert.Equal(0.75, audit.RootElement.GetProperty("findings")[0].GetProperty("at").GetDouble(), 0.05);
        Assert.Equal("film.mp4: a blank frame", audit.RootElement.GetProperty("critical_issues")[0].GetString());
        Assert.Contains("width=64", Sandbox.Tool("ffprobe", ["-v", "error", "-show_streams", _box.At("out/cat.png")]), StringComparison.Ordinal);
        Assert.Contains("sample_rate=48000", Sandbox.Tool("ffprobe", ["-v", "error", "-show_streams", _box.At("out/say.wav")]), StringComparison.Ordinal);
        Assert.All(server.Requests, r => Assert.Equal("Bearer " + Key, r.Authorization));
        // Nothing changed, so nobody is asked again.
        var asked = server.Requests.Count;
        _box.Run().Must(0);
        Assert.Equal(asked, server.Requests.Count);
        MustNotHoldTheKey();
    }

    [Fact]
    public void A_service_writes_down_speech_with_the_time_of_every_word_and_never_sees_a_path()
    {
        Sandbox.Needs("ffmpeg", "ffprobe");
        using var server = new FakeServer((_, _) => Reply.Json("""
            {"text":"Hello you. Bye.","language":"english","words":[{"word":"Hello","start":0.1,"end":0.4},{"word":"you.","start":0.4,"end":0.6},{"word":"Bye.","start":0.7,"end":0.9}]}
            """));
        Providers($"box: {{ kind: openai, url: \"{server.Url}/v1\", model: whisper-1, for: [transcription] }}");
        File.Copy(Tone(_box.Root), _box.At("said.wav"));
        _box.Workflow("""
            version: 1
            steps:
              - { id: hear, kind: speech.transcribe, in: { audio: said.wav }, with: { engine: openai }, out: { text: out/said.txt, words: out/said.json, subtitles: out/said.srt } }
            """);
        _box.Run().Must(0);
        Assert.Equal("Hello you.\nBye.\n", _box.Read("out/said.txt"));
        using var words = JsonDocument.Parse(_box.Read("out/said.json"));
        Assert.Equal(0.4, words.RootElement.GetProperty("words")[1].GetProperty("start").GetDouble());
        var asked = Assert.Single(server.Requests);
        Assert.EndsWith("/audio/transcriptions", asked.Path, StringComparison.Ordinal);
        Assert.DoesNotContain(_box.Root, asked.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("said", asked.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("500", "Unavailable", "500")]
    [InlineData("cut", "Unavailable", "cut off")]
    [InlineData("json", "BadOutput", "box")]
    [InlineData("type", "BadOutput", "box")]
    [InlineData("slow", "TimedOut", "no whole answer within")]
    [InlineData("key", "ToolFailed", "Incorrect key [key]")]
    public void Every_step_tells_what_is_wrong_with_a_bad_server(string fault, string kind, string said)
    {
        Sandbox.Needs("ffmpeg", "ffprobe");
        using var server = new FakeServer((asked, _) => fault switch
        {
            "500" => Reply.Json("""{"error":{"message":"out of memory"}}""", 500),
            "cut" => Good(asked) with { Cut = true },
            "json" => Reply.Json("{\"choices\": [{\"message\""),
            "type" => new Reply(200, Encoding.UTF8.GetBytes("<html><body>Welcome</body></html>"), "text/html"),
            "slow" => Good(asked) with { Wait = TimeSpan.FromSeconds(30) },
            _ => Reply.Json($"{{\"error\":{{\"message\":\"Incorrect key {Key}\"}}}}", 401),
        });
        Providers($"box: {{ kind: openai, url: \"{server.Url}/v1\", model: m, key-env: FAKE_KEY, timeout: {(fault == "slow" ? "500ms" : "60s")}, max-retries: 0 }}");
        Sources();
        var run = _box.Run().Must(1);
        foreach (var step in AllIds)
        {
            var failure = run.Failure(step);
            // A dead server is left alone after some failures; then that is the sentence.
            var sentence = failure.GetProperty("sentence").GetString()!;
            if (sentence.Contains("left alone", StringComparison.Ordinal)) continue;
            Assert.Equal((step, kind), (step, failure.GetProperty("kind").GetString()));
            Assert.Contains(said, sentence, StringComparison.Ordinal);
        }
        Assert.DoesNotContain(Key, run.Out + run.Err, StringComparison.Ordinal);
        MustNotHoldTheKey();
    }

    [Fact]
    public void A_busy_server_is_asked_again_after_the_time_it_names()
    {
        using var server = new FakeServer((asked, before) => before == 0 ? Reply.Json("{}", 429) with { Headers = [("Retry-After", "1")] } : Reply.Chat("Hello!"));
        Providers($"box: {{ kind: openai, url: \"{server.Url}/v1\", model: m }}");
        _box.Workflow("""
            version: 1
            steps:
              - id: script
                kind: text.generate
                with: { prompt: "Say hello." }
                out: { text: out/script.md }
            """);
        var run = _box.Run().Must(0);
        Assert.Equal(2, server.Requests.Count);
        Assert.True(run.Took >= TimeSpan.FromSeconds(1), run.Took.ToString());
    }

    [Fact]
    public void A_model_whose_price_is_not_known_is_not_called_when_it_may_cost()
    {
        using var server = new FakeServer((_, _) => Reply.Chat("Hello!"));
        Providers($"box: {{ kind: openai, url: \"{server.Url}/v1\", model: m, free: false }}");
        _box.Workflow("""
            version: 1
            steps:
              - id: script
                kind: text.generate
                with: { prompt: "Say hello." }
                out: { text: out/script.md }
            """);
        var run = _box.Run().Must(1);
        Assert.Equal("OutOfBudget", run.Failure("script").GetProperty("kind").GetString());
        Assert.Empty(server.Requests);
        // With a price of the user's own it is called, and what it cost is journalled.
        File.WriteAllText(Path.Join(_box.Root, "state/prices.json"), """{"prices":[{"provider":"box","model":"m","mode":"chat","input_per_million_tokens":1,"output_per_million_tokens":2}]}""");
        _box.Run().Must(0);
        Assert.Single(server.Requests);
    }

    [Fact]
    public void A_budget_of_a_cent_stops_every_step_before_the_call_that_could_pass_it()
    {
        Sandbox.Needs("ffmpeg", "ffprobe");
        using var server = new FakeServer((asked, _) => Good(asked));
        Providers($"box: {{ kind: openai, url: \"{server.Url}/v1\", model: m, free: false, key-env: FAKE_KEY }}");
        File.WriteAllText(Path.Join(_box.Root, "state/prices.json"), """
            {"prices":[{"provider":"box","model":"m","mode":"chat","input_per_million_tokens":100,"output_per_million_tokens":100,"per_character":0.01,"per_image":0.02}]}
            """);
        Sources();
        _box.Workflow("budget: { usd: 0.01 }\n" + AllSteps);
        var run = _box.Run().Must(1);
        foreach (var step in AllIds) Assert.Equal((step, "OutOfBudget"), (step, run.Failure(step).GetProperty("kind").GetString()));
        Assert.Empty(server.Requests);
        // A short answer is below the cap, its second is not: the first is booked by what it used.
        _box.Workflow("""
            version: 1
            budget: { usd: 0.01 }
            steps:
              - id: one
                kind: text.generate
                with: { prompt: "Hi", max-tokens: 60 }
                out: { text: out/one.md }
              - id: two
                kind: text.generate
                needs: [one]
                with: { prompt: "Hi again", max-tokens: 90 }
                out: { text: out/two.md }
            """);
        var second = _box.Run().Must(1);
        Assert.Equal("OutOfBudget", second.Failure("two").GetProperty("kind").GetString());
        Assert.Single(server.Requests);
        Assert.Contains("0.0025", _box.Spool("cost", "--json").Must(0).Out, StringComparison.Ordinal);
        MustNotHoldTheKey();
    }

    [Fact]
    public void Gradio_speaks_with_the_voice_of_a_reference()
    {
        Sandbox.Needs("ffmpeg", "ffprobe");
        var sound = File.ReadAllBytes(Tone(_box.Root));
        using var server = new FakeServer((asked, _) => asked.Path switch
        {
            "/config" => Reply.Json("""{"api_prefix":"/gradio_api"}"""),
            "/gradio_api/upload" => Reply.Json("""["/tmp/gradio/ref.wav"]"""),
            "/gradio_api/call/generate" => Reply.Json("""{"event_id":"e1"}"""),
            "/gradio_api/call/generate/e1" => new Reply(200, Encoding.UTF8.GetBytes("event: heartbeat\ndata: null\n\nevent: complete\ndata: [{\"path\":\"/tmp/out.wav\"}]\n\n"), "text/event-stream"),
            "/gradio_api/file=/tmp/out.wav" => new Reply(200, sound, "audio/wav"),
            _ => Reply.Json("{}", 404),
        });
        Providers($"voxcpm: {{ kind: gradio, url: \"{server.Url}\", capacity: 1 }}");
        _box.Write("facts.md", "The sky is blue. Grass is green.\n");
        _box.Write("said.txt", "This is my voice.\n");
        File.Copy(Tone(_box.Root), _box.At("me.wav"));
        const string Say = """
            version: 1
            steps:
              - id: say
                kind: speech.synthesize
                in: { text: facts.md, reference: me.wav, reference-text: said.txt }
                with: { engine: gradio }
                out: { audio: out/say.wav }
            """;
        _box.Workflow(Say);
        _box.Run().Must(0);
        var calls = server.Requests.Where(r => r.Path == "/gradio_api/call/generate").ToList();
        Assert.Equal(2, calls.Count);
        Assert.Equal("""{"data":["The sky is blue.",{"path":"/tmp/gradio/ref.wav","meta":{"_type":"gradio.FileData"}},"This is my voice.",2,10,false,false]}""", calls[0].Body);
        _box.Workflow(Say.Replace(", reference-text: said.txt", "", StringComparison.Ordinal));
        Assert.Contains("without its exact text", _box.Run().Must(1).Sentence("say"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("event: error\ndata: \"no GPU\"\n\n", false, "no GPU")]
    [InlineData("event: complete\ndata: [{\"path\":\"/tmp/o", false, "ends before the result")]
    [InlineData("event: complete\ndata: [{\"path\":\"/tmp/out.wav\"}]\n\n", true, "cut off")]
    public void Gradio_that_fails_is_told_in_a_sentence(string stream, bool cut, string said)
    {
        using var server = new FakeServer((asked, _) => asked.Path switch
        {
            "/call/generate" => Reply.Json("""{"event_id":"e1"}"""),
            "/call/generate/e1" => new Reply(200, Encoding.UTF8.GetBytes(stream), "text/event-stream") with { Cut = cut },
            _ => Reply.Json("{}", 404),
        });
        Providers($"voxcpm: {{ kind: gradio, url: \"{server.Url}\", max-retries: 0 }}");
        _box.Write("facts.md", "The sky is blue.\n");
        _box.Workflow("version: 1\nsteps:\n  - id: say\n    kind: speech.synthesize\n    in: { text: facts.md }\n    with: { engine: gradio }\n    out: { audio: out/say.wav }\n");
        Assert.Contains(said, _box.Run().Must(1).Sentence("say"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_program_of_the_settings_speaks_and_draws_when_it_is_allowed()
    {
        Sandbox.Needs("ffmpeg", "ffprobe", "flite", "cp");
        Picture(_box.Root, "drawn.png");
        Providers($$"""
            voice: { kind: command, run: [flite, -voice, "{voice}", -f, "{text_file}", -o, "{out}"], for: [speech] }
            pen: { kind: command, run: [cp, "{{_box.Root}}/drawn.png", "{out}"], for: [image] }
            """);
        _box.Write("facts.md", "The sky is blue.\n");
        _box.Workflow("""
            version: 1
            steps:
              - id: say
                kind: speech.synthesize
                in: { text: facts.md }
                with: { engine: command, voice: kal }
                out: { audio: out/say.wav }
              - id: draw
                kind: images.generate
                with: { prompt: "a cat", size: 64x64 }
                out: { image: out/cat.jpg }
            """);
        var refused = _box.Run().Must(1);
        Assert.Contains("'flite', which is not allowed", refused.Sentence("say"), StringComparison.Ordinal);
        _box.Run("--allow", "flite", "--allow", "cp").Must(0);
        Assert.Contains("codec_name=mjpeg", Sandbox.Tool("ffprobe", ["-v", "error", "-show_streams", _box.At("out/cat.jpg")]), StringComparison.Ordinal);
    }

    [Fact]
    public void ComfyUi_runs_the_workflow_that_is_given()
    {
        Sandbox.Needs("ffmpeg", "ffprobe");
        var picture = File.ReadAllBytes(Picture(_box.Root, "drawn.png"));
        using var server = new FakeServer((asked, before) => asked.Path switch
        {
            "/prompt" => Reply.Json("""{"prompt_id":"p1"}"""),
            "/history/p1" => Reply.Json(before == 0 ? "{}" : """{"p1":{"outputs":{"9":{"images":[{"filename":"a.png","subfolder":"","type":"output"}]}}}}"""),
            "/view?filename=a.png&subfolder=&type=output" => new Reply(200, picture, "image/png"),
            _ => Reply.Json("{}", 404),
        });
        Providers($"comfy: {{ kind: comfyui, url: \"{server.Url}\" }}");
        _box.Write("flow.json", """{"3":{"class_type":"KSampler","inputs":{"seed":"{seed}","text":"{prompt}"}}}""");
        _box.Workflow("version: 1\nsteps:\n  - id: draw\n    kind: images.generate\n    in: { workflow: flow.json }\n    with: { prompt: a cat, size: 64x64 }\n    out: { image: out/cat.png }\n");
        _box.Run().Must(0);
        using var sent = JsonDocument.Parse(server.Requests.First(r => r.Path == "/prompt").Body);
        var inputs = sent.RootElement.GetProperty("prompt").GetProperty("3").GetProperty("inputs");
        Assert.Equal(("a cat", JsonValueKind.Number), (inputs.GetProperty("text").GetString(), inputs.GetProperty("seed").ValueKind));
    }

    [Fact]
    public void Services_says_what_is_needed_what_is_up_and_how_to_start_the_rest()
    {
        using var server = new FakeServer((_, _) => Reply.Json("""{"data":[{"id":"m"}]}"""));
        Providers($$"""
            box: { kind: openai, url: "{{server.Url}}/v1", model: m, for: [chat] }
            dead: { kind: openai, url: "http://127.0.0.1:9/v1", model: m, for: [speech], start: "start the voice" }
            unused: { kind: openai, url: "http://127.0.0.1:9/v1" , for: [] }
            """);
        Sources();
        var seen = _box.Spool("services", "--json").Must(1).Object;
        Assert.False(seen.GetProperty("ok").GetBoolean());
        var services = seen.GetProperty("services").EnumerateArray().ToDictionary(s => s.GetProperty("provider").GetString()!);
        Assert.Equal(["box", "dead", "image", "vision"], services.Keys.Order(StringComparer.Ordinal));
        Assert.True(services["box"].GetProperty("up").GetBoolean());
        Assert.Equal(("start the voice", false), (services["dead"].GetProperty("start").GetString(), services["dead"].GetProperty("up").GetBoolean()));
        Assert.Equal("no provider for image is set up", services["image"].GetProperty("detail").GetString());
        _box.Workflow("version: 1\nsteps:\n  - id: a\n    kind: text.generate\n    with: { prompt: x }\n    out: { text: out/a.md }\n");
        Assert.True(_box.Spool("services", "--json").Must(0).Object.GetProperty("ok").GetBoolean());
        Assert.Contains("✓ box", _box.Spool("services").Must(0).Out, StringComparison.Ordinal);
    }

    [Fact]
    public void A_provider_beside_the_workflow_counts_first_and_cannot_send_a_key_abroad()
    {
        using var mine = new FakeServer((_, _) => Reply.Chat("mine"));
        using var theirs = new FakeServer((_, _) => Reply.Chat("theirs"));
        Providers($"box: {{ kind: openai, url: \"{mine.Url}/v1\", model: m }}");
        _box.Workflow("version: 1\nsteps:\n  - id: a\n    kind: text.generate\n    with: { prompt: x }\n    out: { text: out/a.md }\n");
        _box.Run().Must(0);
        Assert.Equal("mine\n", _box.Read("out/a.md"));
        _box.Write("providers.yaml", $"providers:\n  box: {{ kind: openai, url: \"{theirs.Url}/v1\", model: n }}\n");
        _box.Run().Must(0);
        Assert.Equal("theirs\n", _box.Read("out/a.md"));
        _box.Write("providers.yaml", "providers:\n  box: { kind: openai, url: \"https://example.com/v1\", model: n, key-env: FAKE_KEY }\n");
        Assert.Equal("SPL0407", _box.Run().Must(2).Object.GetProperty("problems")[0].GetProperty("code").GetString());
    }

    [Fact]
    public void Stand_ins_need_nobody_and_say_that_they_are_stand_ins()
    {
        Sandbox.Needs("ffmpeg", "ffprobe");
        Providers("nobody: { kind: canned, for: [chat, vision, image, speech] }");
        Sources();
        _box.Run().Must(0);
        Assert.Contains("This is a stand-in text.", _box.Read("work/script.md"), StringComparison.Ordinal);
        Assert.Contains("stand-in", _box.Read("out/about.json"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_price_file_of_litellm_is_imported()
    {
        _box.Write("litellm.json", """{"gpt-x":{"litellm_provider":"openai","mode":"chat","input_cost_per_token":1.5e-07,"output_cost_per_token":6e-07},"e":{"mode":"embedding"}}""");
        var imported = _box.Spool("prices", "import", "litellm.json", "--json").Must(0).Object;
        Assert.Equal((1, 1), (imported.GetProperty("imported").GetInt32(), imported.GetProperty("left_out").GetInt32()));
        Assert.Contains(_box.Spool("prices", "--json").Must(0).Lines, l => l.GetProperty("model").GetString() == "gpt-x" && l.GetProperty("input_per_million_tokens").GetDecimal() == 0.15m);
    }

    /// <summary>Every byte of the workspace and of the state root, in every spelling of the key.</summary>
    private void MustNotHoldTheKey()
    {
        string[] spellings = [Key, Convert.ToBase64String(Encoding.UTF8.GetBytes(Key)), Key[3..]];
        foreach (var file in Directory.EnumerateFiles(_box.Root, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 }))
        {
            var text = Encoding.Latin1.GetString(File.ReadAllBytes(file));
            Assert.All(spellings, s => Assert.False(text.Contains(s, StringComparison.Ordinal), $"{file} holds the key"));
        }
    }
}
