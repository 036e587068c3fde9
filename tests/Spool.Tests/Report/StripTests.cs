using Spool.App.Report;
using Xunit;
using TaskStatus = Spool.Engine.Planning.TaskStatus;

namespace Spool.Tests.Report;

public sealed class StripTests
{
    private const string Film = """
          - id: clips
            kind: command
            foreach: { list: [intro, why, sunset] }
            with: { run: [ffmpeg, "${{ out.video }}"] }
            out: { video: "work/${{ item }}.mp4" }
          - id: join
            kind: video.concat
            in: { videos: [work/intro.mp4, work/sunset.mp4, work/why.mp4] }
            out: { video: work/joined.mp4 }
          - id: loud
            kind: audio.normalize
            in: { video: work/joined.mp4 }
            out: { video: out/film.mp4 }
          - id: poster
            kind: video.thumbnail
            in: { video: out/film.mp4 }
            out: { image: out/poster.png }
        """;

    private static StripPlan Lay(GraphSketch sketch, string[] finals, string[]? stems = null, string[]? names = null, Func<string, bool>? wanted = null) => StripPlan.Of(sketch.Tasks, finals, wanted, (_, _) => names ?? [], _ => stems);

    private static string Shown(StripPlan strip) => string.Join(' ', strip.Parts.Select(p => $"{p.Label}={p.Task?.Node.Address ?? "-"}"));

    [Fact]
    public void The_strip_of_a_film_is_the_nearest_list_above_it_in_the_order_of_the_list()
    {
        var strip = Lay(new GraphSketch(Film), ["out/poster.png", "out/film.mp4"]);
        Assert.Equal("out/film.mp4", strip.Film);
        Assert.Equal("intro=clips:intro sunset=clips:sunset why=clips:why", Shown(strip));
    }

    [Fact]
    public void A_scene_that_failed_keeps_its_place_and_the_film_that_is_missing_is_still_the_film()
    {
        var sketch = new GraphSketch(Film).Set("clips:sunset", TaskStatus.Failed).Set("join", TaskStatus.Blocked).Set("loud", TaskStatus.Blocked).Set("poster", TaskStatus.Blocked);
        var strip = Lay(sketch, [], wanted: path => path == "out/film.mp4");
        Assert.Equal("out/film.mp4", strip.Film);
        Assert.Equal(TaskStatus.Failed, strip.Parts[1].Task!.Status);
        Assert.Equal("intro=clips:intro sunset=clips:sunset why=clips:why", Shown(strip));
    }

    [Fact]
    public void An_order_file_puts_the_parts_in_order_and_what_it_does_not_name_comes_last()
    {
        var sketch = new GraphSketch(Film.Replace("videos: [work/intro.mp4, work/sunset.mp4, work/why.mp4]", "videos: { path: \"work/*.mp4\", order: order.json }", StringComparison.Ordinal)
            .Replace("work/joined", "joined/joined", StringComparison.Ordinal), "order.json");
        Assert.Equal("why=clips:why intro=clips:intro sunset=clips:sunset", Shown(Lay(sketch, ["out/film.mp4"], stems: ["why", "intro"])));
    }

    [Fact]
    public void Files_of_a_folder_are_parts_in_natural_order_and_belong_to_the_task_that_made_the_folder()
    {
        var sketch = new GraphSketch("""
              - id: cut
                kind: command
                with: { run: [ffmpeg, "${{ out.parts }}"] }
                out: { parts: parts/ }
              - id: join
                kind: video.concat
                in: { videos: "parts/*.mp4" }
                out: { video: film.mp4 }
            """);
        Assert.Equal("scene-2=cut scene-10=cut", Shown(Lay(sketch, ["film.mp4"], names: ["scene-10.mp4", "notes.txt", "scene-2.mp4"])));
    }

    [Fact]
    public void Without_a_film_the_results_themselves_are_the_strip_and_what_was_not_made_is_among_them()
    {
        var sketch = new GraphSketch("""
              - id: a
                kind: files.write
                foreach: { range: [0, 3] }
                with: { text: x }
                out: { file: "out/${{ item }}.txt" }
            """).Set("a:1", TaskStatus.Failed);
        var strip = Lay(sketch, ["out/0.txt", "out/2.txt"]);
        Assert.Null(strip.Film);
        Assert.Equal("0.txt=a:0 2.txt=a:2 1.txt=a:1", Shown(strip));
    }
}
