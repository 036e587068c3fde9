using System.Diagnostics;
using System.Globalization;
using Spool.EndToEnd.Support;
using Xunit;

namespace Spool.EndToEnd.Crash;

/// <summary>Layer 6: the engine is killed at random moments of a run of real tools, again and again, until the run comes through.</summary>
public sealed class KillLoopTests
{
    private const string Yaml = """
        version: 1
        name: kills
        steps:
          - id: sections
            kind: text.split
            in: { text: script.md }
            out: { sections: work/sections/, order: work/order.json }
          - id: narration
            kind: speech.synthesize
            in: { text: "work/sections/{stem}.md" }
            with: { read-bullets: false }
            out: { audio: "work/narration/{stem}.wav", data: "work/narration/{stem}.json" }
          - id: slides
            kind: images.slide
            in: { text: "work/sections/{stem}.md" }
            with: { size: 320x180 }
            out: { image: "work/slides/{stem}.png" }
          - id: clips
            kind: video.from-image
            in: { image: "work/slides/{stem}.png", audio: "work/narration/{stem}.wav" }
            with: { preset: ultrafast, size: 320x180, fps: 10 }
            out: { video: "work/clips/{stem}.mp4" }
          - id: join
            kind: video.concat
            in: { videos: { path: "work/clips/*.mp4", order: work/order.json } }
            with: { transition: dissolve, preset: ultrafast }
            out: { video: out/joined.mp4 }
        """;

    private const string Script = """
        ## One

        - first

        The sky is blue.

        ## Two

        - second

        The sea is blue too.

        ## Three

        - third

        That is all.
        """;

    private static Sandbox Fresh()
    {
        var box = new Sandbox();
        box.Workflow(Yaml);
        box.Write("script.md", Script);
        return box;
    }

    [Fact]
    public void A_run_of_real_tools_survives_being_killed_at_random_moments()
    {
        Sandbox.Needs("ffmpeg", "flite", "rsvg-convert");
        var seed = Environment.GetEnvironmentVariable("SPOOL_SEED") is { } given ? int.Parse(given, CultureInfo.InvariantCulture) : Random.Shared.Next(100_000);
        var random = new Random(seed);
        var wanted = Sandbox.IsLong ? 100 : 15;
        int kills = 0, loops = 0, again = 0;
        double longest = 0;
        SortedDictionary<string, string> undisturbed;
        TimeSpan whole;
        using (var box = Fresh())
        {
            var clock = Stopwatch.StartNew();
            box.Run().Must(0);
            whole = clock.Elapsed;
            undisturbed = box.Digests("out", "work");
        }
        Assert.Contains("out/joined.mp4", undisturbed.Keys);
        while (kills < wanted)
        {
            using var box = Fresh();
            loops++;
            var known = new HashSet<string>();
            while (true)
            {
                using var engine = box.Start("run", "--json");
                var killed = kills < wanted && !engine.EndsWithin(random.NextDouble() * whole);
                if (killed)
                {
                    engine.Kill();
                    kills++;
                }
                var end = engine.Wait();
                var ran = end.Tasks("succeeded");
                Assert.True(!ran.Any(known.Contains), $"seed {seed}, kill {kills}: ran again: {string.Join(", ", ran.Where(known.Contains))}");
                known.UnionWith(ran);
                if (!killed)
                {
                    end.Must(0);
                    break;
                }
                longest = Math.Max(longest, Sandbox.MustLeaveNothing(engine.Pid));
                var journalled = box.Journalled();
                Assert.True(known.IsSubsetOf(journalled), $"seed {seed}, kill {kills}: told but not journalled: {string.Join(", ", known.Except(journalled))}");
                known.UnionWith(journalled);
                if (!Directory.Exists(box.At(".spool"))) continue;
                var doctor = box.Spool("doctor", "--json");
                // Between the folder and its first file there is nothing yet to be examined.
                Assert.True(doctor.Code == 0 || !File.Exists(box.At(".spool/FORMAT")), $"seed {seed}, kill {kills}: doctor: {doctor}");
                again++;
            }
            box.MustBeSound();
            Assert.Equal(undisturbed, box.Digests("out", "work"));
            box.Run().Must(0);
            Assert.Empty(Directory.EnumerateFileSystemEntries(box.At(".spool/attempts")));
        }
        Sandbox.Say(string.Create(CultureInfo.InvariantCulture, $"counts: L6 kills {kills}, runs that came through {loops}, looks by doctor {again}, last tool gone after {longest:0.00} s at most, seed {seed}"));
    }
}
