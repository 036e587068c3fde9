using System.Globalization;
using System.Text.Json;
using Spool.Engine;
using Spool.Media.Metrics;
using Spool.Media.Streams;

namespace Spool.Steps.Curate;

/// <summary>Lists the stretches of a stream in which nothing moves. A gap in the numbers, or a frame that cannot be read, ends a stretch.</summary>
[StepKind("curate.idle", version: 1, InProcess = true)]
public sealed record FindIdle : Step
{
    /// <summary>The measured frames, as curate.flag wrote them.</summary>
    [In("metrics")] public InputFile Metrics { get; init; } = null!;

    /// <summary>The stretches.</summary>
    [Out("idle")] public OutputFile Stretches { get; init; } = null!;

    /// <summary>A stretch begins when the mean motion of the window falls below this (0 is a still picture, 1 a full change).</summary>
    [Within(0, 1)] public double Motion { get; init; } = 0.02;

    /// <summary>It ends when the mean rises above this; the same as motion where it is not given.</summary>
    [Within(0, 1)] public double? Leave { get; init; }

    /// <summary>Frames of the trailing mean.</summary>
    [Within(1, 10_000)] public int Window { get; init; } = 5;

    /// <summary>The shortest stretch, in frames without motion.</summary>
    [Within(1, 1_000_000)] public int MinRun { get; init; } = 8;

    /// <summary>The shortest stretch in seconds, for films; 0 for none.</summary>
    [Within(0, 86_400)] public double MinSeconds { get; init; }

    public override IEnumerable<(string Option, string Message)> Check()
    {
        if (Leave < Motion) yield return (nameof(Leave), $"a stretch cannot end below the motion it begins with: leave {Leave} is less than motion {Motion}");
    }

    public override Task<StepResult> RunAsync(StepContext context, CancellationToken cancel)
    {
        bool film = false, measured = false, readable = false;
        var frames = context.Frames(Metrics, f =>
        {
            film |= f.Seconds is not null;
            measured |= f.HasMotion;
            readable |= f.Error is null;
            return new IdleFrame(f.Index, (double?)f.Motion, f.Seconds ?? 0);
        });
        var rule = new IdleRule(Motion, Leave ?? Motion, Window, MinRun, film ? MinSeconds : 0);
        var found = measured ? Idle.Find(frames, rule) : [];
        context.WriteBytes(Stretches, StreamLines.Object(json =>
        {
            json.WriteStartObject("rule");
            json.WriteNumber("enter", rule.Enter);
            json.WriteNumber("leave", rule.Leave);
            json.WriteNumber("min_frames", rule.MinFrames);
            json.WriteNumber("min_s", rule.MinSeconds);
            json.WriteNumber("window", rule.Window);
            json.WriteEndObject();
            json.WriteStartArray("stretches");
            foreach (var stretch in found) Write(json, stretch, film);
            json.WriteEndArray();
            if (readable && !measured) json.WriteString("unavailable", "motion was not measured");
        }));
        context.Fact("idle", found.Count.ToString(CultureInfo.InvariantCulture));
        return Task.FromResult(StepResult.Done);
    }

    private static void Write(Utf8JsonWriter json, IdleStretch stretch, bool film)
    {
        json.WriteStartObject();
        json.WriteNumber("end_frame", stretch.Last);
        if (film) json.WriteNumber("end_s", Math.Round((decimal)stretch.EndSeconds, 6));
        else json.WriteNull("end_s");
        json.WriteNumber("frames", stretch.Last - stretch.First + 1);
        json.WriteNumber("mean_motion", FrameLine.Rounded(stretch.Motion) ?? 0);
        json.WriteNumber("start_frame", stretch.First);
        if (film) json.WriteNumber("start_s", Math.Round((decimal)stretch.StartSeconds, 6));
        else json.WriteNull("start_s");
        json.WriteEndObject();
    }
}
