using System.Text.Json;
using Spool.EndToEnd.Support;
using Xunit;

namespace Spool.EndToEnd.Crash;

/// <summary>The server is killed again and again while runs of real speech and ffmpeg work go on: all end right, nothing finished runs twice, nothing is left behind.</summary>
public sealed class ServerKillTests : IDisposable
{
    private const int Runs = 10;
    private readonly Sandbox _box = new();
    private readonly Random _random = new(7);

    public ServerKillTests() => Sandbox.Needs("ffmpeg", "ffprobe", "flite");

    public void Dispose() => _box.Dispose();

    private void Submit(int i)
    {
        _box.Write($"w{i}/script.txt", $"This is talk number {i}. It says little, and says it again.");
        _box.Write($"w{i}/spool.yaml", $$"""
            version: 1
            steps:
              - { id: voice, kind: speech.synthesize, in: { text: script.txt }, out: { audio: work/v.wav } }
              - { id: music, kind: audio.music, with: { duration: 20, seed: {{i}} }, out: { audio: work/m.wav } }
              - { id: loud, kind: audio.normalize, in: { audio: work/m.wav }, out: { audio: out/m.wav } }
              - { id: voiced, kind: audio.normalize, in: { audio: work/v.wav }, out: { audio: out/v.wav } }
            """);
        _box.Spool("submit", $"w{i}").Must(0);
    }

    private List<JsonElement> Queue() => [.. _box.Spool("list", "--server", "--json").Must(0).Lines];

    [Fact]
    public void Ten_runs_end_right_although_the_server_is_killed_again_and_again()
    {
        var kills = Sandbox.IsLong ? 100 : 5;
        var runs = Runs;
        for (var i = 0; i < Runs; i++) Submit(i);
        for (var killed = 0; killed < kills; killed++)
        {
            using var server = _box.Start("serve", "--listen", "none");
            Thread.Sleep(_random.Next(100, 1500));
            server.Kill();
            server.Wait();
            // There is always something under way that a kill can hit.
            if (Queue().Count(r => r.GetProperty("finished_at").ValueKind == JsonValueKind.Null) < 2) Submit(runs++);
        }
        _box.Spool("serve", "--until-idle", "--listen", "none").Must(0);
        Assert.All(Queue(), r => Assert.Equal("succeeded", r.GetProperty("status").GetString()));
        for (var i = 0; i < runs; i++)
            Assert.Equal(4, _box.Spool("list", "--workspace", $"w{i}", "--json").Must(0).Lines.Sum(r => r.GetProperty("tasks").GetProperty("ran").GetInt32()));
        var state = _box.Variables["SPOOL_STATE"];
        Assert.Empty(Directory.GetFiles(Path.Join(state, "queue/running")));
        Assert.Empty(Directory.GetFiles(Path.Join(state, "queue/pending")));
        // Processes of ours would have the sandbox's paths in their command lines.
        Assert.DoesNotContain(Directory.EnumerateDirectories("/proc").Select(p => Path.Join(p, "cmdline")).Where(File.Exists).Select(Read), line => line.Contains(_box.Root, StringComparison.Ordinal));
    }

    private static string Read(string path)
    {
        try { return File.ReadAllText(path); }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException) { return ""; }
    }
}
