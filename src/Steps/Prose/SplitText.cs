using System.Text.Encodings.Web;
using System.Text.Json;
using Spool.Engine;
using Spool.Media.Prose;

namespace Spool.Steps.Prose;

/// <summary>Cuts a Markdown script into one file per section, each named by its heading, so that inserting a section renames no other.</summary>
[StepKind("text.split", version: 1, InProcess = true)]
public sealed record SplitText : Step
{
    [In("text")] public InputFile Text { get; init; } = null!;

    [Out("sections")] public OutputFolder Sections { get; init; } = null!;

    [Out("order")] public OutputFile? Order { get; init; }

    /// <summary>The heading level at which sections begin, 1 to 6 (2 = <c>##</c>). Default 2.</summary>
    [Within(1, 6)] public int Level { get; init; } = 2;

    /// <summary>Text before the first section: auto (kept as <c>intro.md</c> when there is more than a title), keep or drop. Default auto.</summary>
    public IntroText Intro { get; init; } = IntroText.Auto;

    public override Task<StepResult> RunAsync(StepContext context, CancellationToken cancel) => Task.FromResult(Run(context));

    private StepResult Run(StepContext context)
    {
        var text = context.ReadText(Text);
        if (string.IsNullOrWhiteSpace(text))
            return StepResult.Failed(FailureKind.BadOutput, "the text is empty, so there is nothing to split", "write the script first");
        var levels = Media.Prose.Sections.Levels(text);
        if (!levels.Contains(Level) && Intro != IntroText.Keep)
        {
            var mark = new string('#', Level);
            return StepResult.Failed(FailureKind.BadOutput, $"the text has no heading of level {Level} ({mark} ...) to split at",
                levels.Count > 0 ? $"set level: {levels[^1]}, the level of headings it has" : $"begin each section with a line '{mark} Title'");
        }
        var sections = Media.Prose.Sections.Split(text, Level, Intro);
        foreach (var section in sections) context.WriteText(Sections, section.Stem + ".md", section.Text);
        if (Order is not null) context.WriteBytes(Order, List(sections));
        context.Fact("sections", sections.Count.ToString());
        return StepResult.Done;
    }

    private static byte[] List(IReadOnlyList<Section> sections)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartArray();
            foreach (var section in sections)
            {
                json.WriteStartObject();
                json.WriteString("stem", section.Stem);
                json.WriteString("title", section.Title);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        bytes.WriteByte((byte)'\n');
        return bytes.ToArray();
    }
}
