using Spool.App.Providers;
using Spool.Engine;
using Spool.Engine.Definition;
using Spool.Models.Providers;
using Xunit;

namespace Spool.Tests.Providers;

public sealed class SettingsTests
{
    private static (IReadOnlyList<ProviderSettings> All, IReadOnlyList<Problem> Problems) Read(string yaml, bool workspace = false, IReadOnlyList<ProviderSettings>? users = null)
    {
        var problems = new ProblemList();
        var node = YamlText.Read("providers.yaml", yaml, problems);
        return (new ProviderReader(problems, workspace, users ?? []).Read(((YamlMap)node!)["providers"]), problems.Problems);
    }

    private static ProviderSettings One(string body) => Assert.Single(Read("providers:\n  one: " + body).All);

    [Fact]
    public void All_keys_are_read_and_survive_the_way_through_json()
    {
        var (all, problems) = Read("""
            providers:
              voice:
                kind: openai
                url: https://api.example.com/v1/
                model: tts-1
                key-env: EXAMPLE_KEY
                for: [speech]
                capacity: 2
                free: true
                timeout: 2m
                max-retries: 1
                start: ask the owner
                extra: { sample_rate: 24000, "stream": false, style: "7" }
            """);
        Assert.Empty(problems);
        var read = ProviderSettings.FromJson(Assert.Single(all).ToJson());
        Assert.Equal(("voice", ProviderKind.Openai, "https://api.example.com/v1", "tts-1", "EXAMPLE_KEY"), (read.Name, read.Kind, read.Url, read.Model, read.KeyEnv));
        Assert.Equal((2.0, true, 120.0, 1, "ask the owner"), (read.Capacity, read.Free, read.Timeout, read.MaxRetries, read.Start));
        Assert.Equal(["speech"], read.For);
        Assert.Equal("""{"sample_rate":24000,"stream":false,"style":"7"}""", JsonText.Canonical(read.Extra));
    }

    [Theory]
    [InlineData("{ kind: openai, url: 'http://127.0.0.1:1/v1' }", true)]
    [InlineData("{ kind: openai, url: 'http://[::1]:1/v1' }", true)]
    [InlineData("{ kind: openai, url: 'http://192.168.1.9/v1' }", true)]
    [InlineData("{ kind: openai, url: 'http://gpu-box:8000/v1' }", true)]
    [InlineData("{ kind: openai, url: 'http://gpu.lan/v1' }", true)]
    [InlineData("{ kind: command, run: [piper] }", true)]
    [InlineData("{ kind: openai, url: 'https://api.openai.com/v1' }", false)]
    [InlineData("{ kind: openai, url: 'https://127.0.0.1.example.com/v1' }", false)]
    [InlineData("{ kind: openai, url: 'http://127.0.0.1:1/v1', free: false }", false)]
    [InlineData("{ kind: openai, url: 'https://api.example.com/v1', free: true }", true)]
    public void What_is_local_is_free_unless_it_is_said_otherwise(string body, bool free) => Assert.Equal(free, One(body).IsFree);

    [Theory]
    [InlineData("providers:\n  speech: { kind: canned }", "SPL0401")]
    [InlineData("providers:\n  My Voice: { kind: canned }", "SPL0401")]
    [InlineData("providers:\n  a: { kind: olama }", "SPL0402")]
    [InlineData("providers:\n  a: { model: x }", "SPL0402")]
    [InlineData("providers:\n  a: { kind: canned, modell: x }", "SPL0403")]
    [InlineData("providers:\n  a: { kind: canned, run: [cat] }", "SPL0403")]
    [InlineData("providers:\n  a: { kind: canned, capacity: many }", "SPL0404")]
    [InlineData("providers:\n  a: { kind: canned, timeout: soon }", "SPL0404")]
    [InlineData("providers:\n  a: { kind: canned, for: [chats] }", "SPL0404")]
    [InlineData("providers:\n  a: { kind: gradio, url: 'http://127.0.0.1', for: [chat] }", "SPL0404")]
    [InlineData("providers:\n  a: { kind: canned, extra: [1] }", "SPL0404")]
    [InlineData("providers:\n  a: { kind: command }", "SPL0404")]
    [InlineData("providers:\n  a: { kind: command, run: [/bin/cat] }", "SPL0404")]
    [InlineData("providers:\n  a: { kind: command, run: [cat, '{txt}'] }", "SPL0404")]
    [InlineData("providers:\n  a: cat", "SPL0404")]
    [InlineData("providers: [a]", "SPL0404")]
    [InlineData("providers:\n  a: { kind: openai }", "SPL0405")]
    [InlineData("providers:\n  a: { kind: openai, url: 'file:///etc/passwd' }", "SPL0405")]
    [InlineData("providers:\n  a: { kind: openai, url: 'http://169.254.169.254/v1' }", "SPL0405")]
    [InlineData("providers:\n  a: { kind: openai, url: 'http://[::ffff:169.254.169.254]/v1' }", "SPL0405")]
    [InlineData("providers:\n  a: { kind: openai, url: 'https://a.example.com/v1?key=1' }", "SPL0405")]
    [InlineData("providers:\n  a: { kind: openai, url: 'http://a.example.com/v1', key-env: A_KEY }", "SPL0405")]
    [InlineData("providers:\n  a: { kind: openai, url: 'https://me:pw@a.example.com/v1' }", "SPL0406")]
    [InlineData("providers:\n  a: { kind: canned, api-key: x }", "SPL0406")]
    [InlineData("providers:\n  a: { kind: canned, key-env: sk-12345678 }", "SPL0406")]
    public void What_cannot_be_meant_is_a_problem(string yaml, string code) => Assert.Equal(code, Assert.Single(Read(yaml).Problems).Code);

    [Fact]
    public void A_key_that_was_written_where_its_name_belongs_is_not_repeated() =>
        Assert.DoesNotContain("sk-12345678", Read("providers:\n  a: { kind: canned, key-env: sk-12345678 }").Problems[0].Message, StringComparison.Ordinal);

    [Fact]
    public void A_workspace_sends_a_key_only_where_the_users_own_settings_send_it()
    {
        const string Theirs = "providers:\n  cloud: { kind: openai, url: 'https://evil.example.com/v1', key-env: OPENAI_API_KEY }";
        Assert.Equal("SPL0407", Assert.Single(Read(Theirs, workspace: true).Problems).Code);
        var mine = Read("providers:\n  mine: { kind: openai, url: 'https://evil.example.com/v2', key-env: OPENAI_API_KEY }").All;
        Assert.Empty(Read(Theirs, workspace: true, mine).Problems);
        Assert.Empty(Read(Theirs.Replace("https://evil.example.com", "http://127.0.0.1:9", StringComparison.Ordinal), workspace: true).Problems);
    }

    [Fact]
    public void The_first_that_is_for_a_purpose_is_its_default_and_a_stand_in_never_by_itself()
    {
        var all = Read("""
            providers:
              stand-in: { kind: canned }
              box: { kind: openai, url: "http://box/v1", for: [chat] }
              other: { kind: openai, url: "http://other/v1" }
              voxcpm: { kind: gradio, url: "http://box:7860" }
            """).All;
        var table = ProviderSetup.TableOf(all);
        Assert.Equal(("box", "other", "other"), (table.Find("chat")!.Name, table.Find("speech")!.Name, table.Find("vision")!.Name));
        Assert.Equal("stand-in", table.Find("stand-in")!.Name);
        Assert.Null(ProviderSetup.TableOf([all[0]]).Find("chat"));
    }

    [Fact]
    public void What_decides_results_is_in_the_identity_and_nothing_else()
    {
        var one = One("{ kind: openai, url: 'http://a/v1', model: m, extra: { a: 1, b: 2 } }");
        Assert.Equal(one.Identity(), One("{ kind: openai, url: 'http://b/v1', model: m, key-env: B_KEY, capacity: 3, extra: { b: 2, a: 1 } }").Identity());
        Assert.NotEqual(one.Identity(), One("{ kind: openai, url: 'http://a/v1', model: n, extra: { a: 1, b: 2 } }").Identity());
        Assert.NotEqual(one.Identity(), One("{ kind: openai, url: 'http://a/v1', model: m, extra: { a: 1, b: 3 } }").Identity());
    }

    [Fact]
    public void A_value_fills_its_hole_and_is_never_read_again()
    {
        string[] run = ["--text", "{text_file}", "--out={out}", "--voice", "{voice}", "{lang}"];
        var values = new Dictionary<string, string> { ["text_file"] = "a {out} $(b).txt", ["out"] = "o.wav" };
        Assert.Equal(["--text", "a {out} $(b).txt", "--out=o.wav"], CommandTemplate.Fill(run, values));
    }
}
