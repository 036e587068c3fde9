using Spool.Engine;
using Spool.Media.Ffmpeg;
using Spool.Media.Prose;
using Spool.Models.Speech;

namespace Spool.Steps.Speech;

/// <summary>
/// The check of speech that was just made. The voices of this machine say the same text in the same way every time, so a sentence that is
/// heard wrong is not tried again: the failure says so, and what helps instead.
/// </summary>
public sealed record SpokenCheck
{
    /// <summary>The recogniser: pocketsphinx.</summary>
    public CheckEngine Engine { get; init; } = CheckEngine.Pocketsphinx;

    /// <summary>The word error rate up to which speech passes.</summary>
    public double? Threshold { get; init; }

    /// <summary>What to do with speech that is surely not what the text says.</summary>
    public OnFailure OnFailure { get; init; } = OnFailure.Fail;

    internal IReadOnlyList<string> ToolsUsed() => Recognition.ToolsOf(Recogniser.Pocketsphinx, "");

    internal IEnumerable<(string Option, string Message)> Check()
    {
        if (Threshold is { } threshold && threshold is < 0 or > 2) yield return ("verify", $"verify.threshold must be from 0 to 2, not {threshold}");
    }

    internal async Task<StepResult> RunAsync(StepContext context, SpeechTrack track, OutputFile audio, string voice, CancellationToken cancel)
    {
        var stream = new MediaStream(0, StreamKind.Audio, "pcm_s16le") { Channels = 1, SampleRate = track.Sound.Rate };
        var heard = await Recognition.PocketsphinxAsync(context, audio.Path, (stream, track.Sound.Seconds), cancel);
        var rules = new SpeechRules(Threshold ?? SpeechReport.UsualThreshold(weak: true), Weak: true);
        var comparison = SpeechComparison.Of([.. track.Timings.Select(t => t.Text)], heard.Words, rules);
        SpeechReport.Tell(context, comparison, heard.Engine);
        if (comparison.Verdict != SpeechVerdict.Failed || OnFailure == OnFailure.Report) return StepResult.Done;
        return StepResult.Failed(FailureKind.BadOutput, $"{SpeechReport.Sentence(comparison, heard.Engine)}; {voice} would say it the same way again",
            "write the word as it sounds in a pronunciation file, change the text, the voice or the rate, or set verify.on-failure: report");
    }
}

/// <summary>What listens to speech that was just made.</summary>
public enum CheckEngine { Pocketsphinx }
