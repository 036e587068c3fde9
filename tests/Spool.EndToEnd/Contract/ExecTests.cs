using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Spool.EndToEnd.Support;
using Xunit;

namespace Spool.EndToEnd.Contract;

/// <summary>The conformance suite of <c>spool exec</c>: what every executor may rely on, whatever machine it runs on.</summary>
public sealed class ExecTests : IDisposable
{
    private readonly Sandbox _box = new();

    public void Dispose() => _box.Dispose();

    private static string Digest(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    /// <summary>Puts an object beside the envelope.</summary>
    private JsonObject Object(string text, string name = "file.txt")
    {
        var digest = Digest(text);
        _box.Write($"objects/{digest[..2]}/{digest}", text);
        return new JsonObject { ["name"] = name, ["digest"] = digest, ["bytes"] = Encoding.UTF8.GetByteCount(text) };
    }

    private static JsonObject Input(string role, string shape, params JsonObject[] files) => new() { ["role"] = role, ["shape"] = shape, ["files"] = new JsonArray([.. files.Select(f => f.DeepClone())]) };

    private static JsonObject Output(string role, string name, string shape = "file") => new() { ["role"] = role, ["shape"] = shape, ["name"] = name };

    private static JsonObject Envelope(string kind, JsonObject? options, JsonObject[] inputs, params JsonObject[] outputs) => new()
    {
        ["format"] = 1,
        ["kind"] = kind,
        ["version"] = 1,
        ["options"] = options ?? [],
        ["inputs"] = new JsonArray([.. inputs]),
        ["outputs"] = new JsonArray([.. outputs]),
    };

    private static JsonObject Run(params string[] words) => new() { ["run"] = new JsonArray([.. words.Select(w => (JsonNode)w)]) };

    private (Ended End, JsonElement Result) Exec(JsonNode envelope, params string[] more) => ExecText(envelope.ToJsonString(), more);

    private (Ended End, JsonElement Result) ExecText(string envelope, params string[] more)
    {
        _box.Write("attempt.json", envelope);
        File.Delete(_box.At("attempt.result.json"));
        var end = _box.Spool(["exec", "attempt.json", .. more]);
        Assert.DoesNotContain("Spool itself broke", end.Err, StringComparison.Ordinal);
        using var document = JsonDocument.Parse(_box.Read("attempt.result.json"));
        Assert.Equal(1, document.RootElement.GetProperty("format").GetInt32());
        // Whatever came out, the folder of the attempt is gone.
        Assert.False(Directory.Exists(_box.At("attempt.attempt")), "the folder of the attempt is left");
        return (end, document.RootElement.Clone());
    }

    private string Made(JsonElement result, string role)
    {
        var file = result.GetProperty("outputs").EnumerateArray().Single(o => o.GetProperty("role").GetString() == role).GetProperty("files")[0];
        var digest = file.GetProperty("digest").GetString()!;
        var text = _box.Read($"objects/{digest[..2]}/{digest}");
        Assert.Equal(digest, Digest(text));
        Assert.Equal(file.GetProperty("bytes").GetInt64(), Encoding.UTF8.GetByteCount(text));
        return text;
    }

    private static void Refused((Ended End, JsonElement Result) attempt, string kind, string words)
    {
        attempt.End.Must(1);
        var failure = attempt.Result.GetProperty("failure");
        Assert.Equal(kind, failure.GetProperty("kind").GetString());
        Assert.Contains(words, failure.GetProperty("sentence").GetString(), StringComparison.Ordinal);
        Assert.Empty(attempt.Result.GetProperty("outputs").EnumerateArray());
    }

    [Fact]
    public void Writing_and_copying_give_their_outputs_by_digest()
    {
        var written = Exec(Envelope("files.write", new JsonObject { ["text"] = "hello\n" }, [], Output("file", "file.txt")));
        written.End.Must(0);
        Assert.Equal(JsonValueKind.Null, written.Result.GetProperty("failure").ValueKind);
        Assert.Equal("hello\n", Made(written.Result, "file"));
        var copied = Exec(Envelope("files.copy", null, [Input("file", "file", Object("copy me\n"))], Output("file", "file.txt")));
        copied.End.Must(0);
        Assert.Equal("copy me\n", Made(copied.Result, "file"));
    }

    [Fact]
    public void A_command_runs_only_when_this_machine_allows_its_program()
    {
        var envelope = Envelope("command", Run("cp", "in/file/file.txt", "out/file/file.txt"), [Input("file", "file", Object("x\n"))], Output("file", "file.txt"));
        Refused(Exec(envelope), "BadOutput", "the program 'cp' is not allowed on this machine");
        var allowed = Exec(envelope, "--allow", "cp");
        allowed.End.Must(0);
        Assert.Equal("x\n", Made(allowed.Result, "file"));
        // The settings of the machine allow it as well.
        Directory.CreateDirectory(_box.Variables["SPOOL_STATE"]);
        File.WriteAllText(Path.Join(_box.Variables["SPOOL_STATE"], "settings.yaml"), "allow: [cp]\n");
        Exec(envelope).End.Must(0);
    }

    [Fact]
    public void A_failing_tool_a_silent_one_and_a_hanging_one_are_told_apart()
    {
        var failing = Exec(Envelope("command", Run("sh", "-c", "echo 'error: no luck' >&2; exit 7"), [], Output("file", "a.txt")), "--allow", "sh");
        Refused(failing, "ToolFailed", "sh ended with exit code 7");
        Assert.Equal(7, failing.Result.GetProperty("failure").GetProperty("exit_code").GetInt32());
        Assert.Equal("error: no luck", failing.Result.GetProperty("failure").GetProperty("decisive_line").GetString());
        Refused(Exec(Envelope("command", Run("true"), [], Output("file", "a.txt")), "--allow", "true"), "BadOutput", "without writing its output");
        var hanging = Envelope("command", Run("sleep", "1000"), [], Output("file", "a.txt"));
        hanging["timeout_s"] = 0.5;
        Refused(Exec(hanging, "--allow", "sleep"), "TimedOut", "sleep was stopped after 0.5 s");
        Refused(Exec(Envelope("command", Run("no-such-program"), [], Output("file", "a.txt")), "--allow", "no-such-program"), "Unavailable", "is not on this machine");
    }

    [Fact]
    public void A_missing_object_and_a_damaged_one_are_never_used()
    {
        var gone = Object("gone\n");
        File.Delete(_box.At($"objects/{Digest("gone\n")[..2]}/{Digest("gone\n")}"));
        Refused(Exec(Envelope("files.copy", null, [Input("file", "file", gone)], Output("file", "file.txt"))), "Unavailable", "is not here");
        var damaged = Object("whole\n");
        File.WriteAllText(_box.At($"objects/{Digest("whole\n")[..2]}/{Digest("whole\n")}"), "whale\n");
        Refused(Exec(Envelope("files.copy", null, [Input("file", "file", damaged)], Output("file", "file.txt"))), "BadOutput", "is damaged");
        var folder = Object("folder\n");
        File.Delete(_box.At($"objects/{Digest("folder\n")[..2]}/{Digest("folder\n")}"));
        Directory.CreateDirectory(_box.At($"objects/{Digest("folder\n")[..2]}/{Digest("folder\n")}"));
        Assert.Equal(1, Exec(Envelope("files.copy", null, [Input("file", "file", folder)], Output("file", "file.txt"))).End.Code);
    }

    [Theory]
    [InlineData("../x.txt")]
    [InlineData("/tmp/x.txt")]
    [InlineData("a/../../x.txt")]
    [InlineData("..")]
    [InlineData("")]
    [InlineData("nul\0.txt")]
    public void Path_tricks_in_the_names_of_inputs_and_outputs_are_refused(string name)
    {
        var good = Object("x\n");
        var bad = Object("x\n", name);
        var input = Exec(Envelope("command", Run("true"), [Input("file", "file", bad)], Output("file", "a.txt")), "--allow", "true");
        Assert.Equal("BadOutput", input.Result.GetProperty("failure").GetProperty("kind").GetString());
        Assert.Equal(1, input.End.Code);
        var output = Exec(Envelope("command", Run("true"), [Input("file", "file", good)], Output("file", name)), "--allow", "true");
        Assert.Equal("BadOutput", output.Result.GetProperty("failure").GetProperty("kind").GetString());
        Assert.Equal(1, output.End.Code);
        if (name.Length == 0) return;
        var role = Exec(Envelope("command", Run("true"), [Input(name, "file", good)], Output("file", "a.txt")), "--allow", "true");
        Assert.Equal("BadOutput", role.Result.GetProperty("failure").GetProperty("kind").GetString());
        Assert.False(File.Exists(_box.At("x.txt")) || File.Exists(Path.Join(_box.Root, "x.txt")));
    }

    [Fact]
    public void Path_tricks_in_a_folder_are_refused_and_a_good_folder_is_laid_out()
    {
        var bad = Exec(Envelope("command", Run("ls", "in/all"), [Input("all", "folder", Object("a", "../../a.txt"))], Output("file", "a.txt")), "--allow", "ls");
        Refused(bad, "BadOutput", "cannot be the name of an input");
        var listing = Run("sh", "-c", "cat in/all/deep/b.txt in/all/a.txt > out/file/a.txt; mkdir -p out/made/sub; echo 1 > out/made/sub/one; echo 2 > out/made/two");
        var good = Exec(Envelope("command", listing, [Input("all", "folder", Object("a", "a.txt"), Object("b", "deep/b.txt"))], Output("file", "a.txt"), Output("made", "", "folder")), "--allow", "sh");
        good.End.Must(0);
        Assert.Equal("ba", Made(good.Result, "file"));
        var made = good.Result.GetProperty("outputs").EnumerateArray().Single(o => o.GetProperty("role").GetString() == "made");
        Assert.True(made.GetProperty("folder").GetBoolean());
        Assert.Equal(["sub/one", "two"], made.GetProperty("files").EnumerateArray().Select(f => f.GetProperty("name").GetString()!));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("{\"format\":2,\"kind\":\"files.write\"}")]
    [InlineData("{\"format\":1,\"kind\":\"no.such.kind\"}")]
    [InlineData("{\"format\":1,\"kind\":\"files.write\",\"version\":99,\"options\":{\"text\":\"x\"}}")]
    [InlineData("{\"format\":1,\"kind\":\"files.write\",\"options\":{\"txt\":\"x\"}}")]
    [InlineData("{\"format\":1,\"kind\":\"files.write\",\"options\":[]}")]
    [InlineData("{\"format\":1,\"kind\":\"files.write\",\"options\":{\"text\":\"x\"},\"inputs\":7}")]
    [InlineData("{\"format\":1,\"kind\":\"files.write\",\"options\":{\"text\":\"x\"},\"outputs\":[{\"role\":\"file\",\"shape\":\"cube\",\"name\":\"a\"}]}")]
    [InlineData("{\"format\":1,\"kind\":\"files.copy\",\"inputs\":[{\"role\":\"file\",\"shape\":\"file\",\"files\":[{\"name\":\"a\",\"digest\":\"../../etc/passwd\",\"bytes\":1}]}],\"outputs\":[{\"role\":\"file\",\"shape\":\"file\",\"name\":\"a\"}]}")]
    [InlineData("{\"format\":1,\"kind\":\"files.copy\",\"inputs\":[],\"outputs\":[]}")]
    [InlineData("{\"format\":1,\"kind\":\"files.write\",\"options\":{\"text\":null},\"outputs\":[{\"role\":\"file\",\"shape\":\"file\",\"name\":\"a\"}]}")]
    public void An_envelope_that_is_wrong_still_gets_a_result_that_says_so(string envelope)
    {
        var (end, result) = ExecText(envelope);
        end.Must(1);
        Assert.NotEqual(JsonValueKind.Null, result.GetProperty("failure").ValueKind);
        Assert.NotEqual("Bug", result.GetProperty("failure").GetProperty("kind").GetString());
    }

    [Fact]
    public void An_envelope_that_is_not_there_is_a_plain_error()
    {
        var end = _box.Spool("exec", "nowhere.json");
        Assert.True(end.Code is 1 or 2, end.ToString());
        Assert.Contains("nowhere.json", end.Err, StringComparison.Ordinal);
        Assert.DoesNotContain("Spool itself broke", end.Err, StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_attempt_by_a_run_has_the_same_digests()
    {
        Sandbox.Needs("ffmpeg", "ffprobe");
        var film = File.ReadAllBytes(_box.Film("film.mp4", 0.5));
        _box.Write("source.txt", "three two one\n");
        _box.Workflow("""
            version: 1
            name: same
            steps:
              - { id: write, kind: files.write, with: { text: "a\nb\n" }, out: { file: out/file.txt } }
              - { id: sort, kind: command, in: { file: source.txt }, with: { run: [sort, -r, "${{ in.file }}"], stdout: "${{ out.file }}" }, out: { file: out/sorted.txt } }
              - { id: encode, kind: video.transcode, in: { video: film.mp4 }, with: { crf: 30, preset: ultrafast }, out: { video: out/film.mp4 } }
            """);
        _box.Run("--allow", "sort").Must(0);
        string Of((Ended End, JsonElement Result) attempt)
        {
            attempt.End.Must(0);
            return attempt.Result.GetProperty("outputs")[0].GetProperty("files")[0].GetProperty("digest").GetString()!;
        }

        Assert.Equal(Sandbox.Digest(_box.At("out/file.txt")), Of(Exec(Envelope("files.write", new JsonObject { ["text"] = "a\nb\n" }, [], Output("file", "file.txt")))));
        Assert.Equal(Sandbox.Digest(_box.At("out/sorted.txt")), Of(Exec(Envelope("command", new JsonObject { ["run"] = new JsonArray("sort", "-r", "in/file/source.txt"), ["stdout"] = "out/file/sorted.txt" },
            [Input("file", "file", Object("three two one\n", "source.txt"))], Output("file", "sorted.txt")), "--allow", "sort")));
        var digest = Convert.ToHexStringLower(SHA256.HashData(film));
        Directory.CreateDirectory(_box.At("objects/" + digest[..2]));
        File.WriteAllBytes(_box.At($"objects/{digest[..2]}/{digest}"), film);
        var video = new JsonObject { ["name"] = "video.mp4", ["digest"] = digest, ["bytes"] = film.Length };
        Assert.Equal(Sandbox.Digest(_box.At("out/film.mp4")), Of(Exec(Envelope("video.transcode", new JsonObject { ["crf"] = 30, ["preset"] = "ultrafast" }, [Input("video", "file", video)], Output("video", "video.mp4")))));
    }
}
