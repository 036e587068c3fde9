using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Spool.Engine;
using Spool.Media.Subtitles;
using Spool.Media.Timeline;
using Spool.Models.Providers;

namespace Spool.Steps.Generate;

/// <summary>
/// Has a language model write what a film is published with, from its script or transcript: title, description, tags and, where times are given,
/// chapters. Chapters begin only where the timings have a beginning: a model cannot hear, so it must not make up times.
/// </summary>
[StepKind("text.describe", version: 1, Varies = true, InProcess = true)]
public sealed record DescribeText : Step
{
    private const int MostTimes = 400;

    /// <summary>The script or transcript.</summary>
    [In("text")] public InputFile Script { get; init; } = null!;

    /// <summary>Times: the data of video.concat or speech.synthesize (JSON), or captions (.srt, .vtt).</summary>
    [In("timings")] public InputFile? Timings { get; init; }

    /// <summary>Title, description, tags and chapters as JSON.</summary>
    [Out("data")] public OutputFile? Data { get; init; }

    /// <summary>The same as a text to paste: title, description, chapters as 0:00 lines, tags.</summary>
    [Out("text")] public OutputFile? Text { get; init; }

    /// <summary>Who it is for, the tone, what must be in it.</summary>
    public string? Instructions { get; init; }

    /// <summary>The language to write in; default: that of the script.</summary>
    public string? Language { get; init; }

    /// <summary>The longest title in letters, 10 to 500. Default 100.</summary>
    [Within(10, 500)] public int TitleLength { get; init; } = 100;

    /// <summary>The most tags, 0 to 50. Default 15.</summary>
    [Within(0, 50)] public int Tags { get; init; } = 15;

    /// <summary>The provider by name, or by purpose. Default chat: the one that is set up for it.</summary>
    public string Provider { get; init; } = ProviderWords.Chat;

    /// <summary>The model as the provider names it; default: that of the provider.</summary>
    public string? Model { get; init; }

    /// <summary>The longest answer in tokens, 1 to 200000. Default 4096.</summary>
    [Within(1, 200_000)] public int MaxTokens { get; init; } = 4096;

    /// <summary>How freely it chooses words, 0 to 2; default: the service's own.</summary>
    [Within(0, 2)] public double? Temperature { get; init; }

    public override IReadOnlyList<string> ProvidersUsed() => [Provider];

    public override async Task<StepResult> RunAsync(StepContext context, CancellationToken cancel)
    {
        if (Data is null && Text is null) return StepResult.Failed(FailureKind.BadOutput, "neither data nor text is wanted, so there is nothing to write", "add one under out:");
        var script = context.ReadText(Script);
        if (string.IsNullOrWhiteSpace(script)) return StepResult.Failed(FailureKind.BadOutput, "the text is empty, so there is nothing to describe", "write the script first");
        var times = Timings is null ? [] : Times(context.ReadText(Timings), Timings);
        var prompt = new StringBuilder("Write what this film is published with: a title, a description of two to five sentences, and tags.");
        if (times.Count > 0) prompt.Append(" Also chapters: choose beginnings from the list of times, the first at the first of them, each with a title of a few words.");
        if (!string.IsNullOrWhiteSpace(Instructions)) prompt.Append(' ').Append(Instructions.Trim());
        prompt.Append(Language is null ? " Write in the language of the script." : $" Write in this language: {Language}.");
        var material = new List<(string, string)> { ("script", script) };
        if (times.Count > 0) material.Add(("times", string.Join('\n', times.Select((t, i) => string.Create(CultureInfo.InvariantCulture, $"{i + 1}: {Clock(t.Start)} {t.Title}")))));
        var answer = await context.FillAsync(new Asked(Provider, Model, MaxTokens, Temperature), [new("user", prompt + ChatCalls.Material(material))], Schema(times.Count), cancel);
        var result = Result(answer, times);
        if (Data is not null) context.WriteText(Data, JsonText.Canonical(result, indented: true) + "\n");
        if (Text is not null) context.WriteText(Text, Page(result));
        context.Fact("title", JsonText.Text(result, "title")!);
        return StepResult.Done;
    }

    private JsonObject Schema(int times)
    {
        var fields = new JsonObject
        {
            ["title"] = new JsonObject { ["type"] = "string", ["minLength"] = 1, ["maxLength"] = TitleLength },
            ["description"] = new JsonObject { ["type"] = "string", ["minLength"] = 1 },
            ["tags"] = new JsonObject { ["type"] = "array", ["maxItems"] = Tags, ["items"] = new JsonObject { ["type"] = "string", ["minLength"] = 1, ["maxLength"] = 60 } },
        };
        if (times > 0)
        {
            var chapter = new JsonObject { ["time"] = new JsonObject { ["type"] = "integer", ["minimum"] = 1, ["maximum"] = times }, ["title"] = new JsonObject { ["type"] = "string", ["minLength"] = 1, ["maxLength"] = 80 } };
            fields["chapters"] = new JsonObject
            {
                ["type"] = "array",
                ["items"] = new JsonObject { ["type"] = "object", ["properties"] = chapter, ["required"] = new JsonArray("time", "title"), ["additionalProperties"] = false },
            };
        }
        return new JsonObject { ["type"] = "object", ["properties"] = fields, ["required"] = new JsonArray([.. fields.Select(f => (JsonNode)f.Key)]), ["additionalProperties"] = false };
    }

    /// <summary>The answer with times put in for their numbers: in order, each once, the first at the beginning.</summary>
    private static JsonObject Result(JsonNode answer, IReadOnlyList<(double Start, string Title)> times)
    {
        var chapters = (JsonText.At(answer, "chapters") as JsonArray ?? []).Select(c => (Time: (int)JsonText.Count(JsonText.At(c, "time"))!.Value, Title: OneLine(JsonText.Text(c, "title")!)))
            .OrderBy(c => c.Time).DistinctBy(c => c.Time).ToList();
        if (chapters.Count > 0) chapters[0] = (1, chapters[0].Title);
        return new JsonObject
        {
            ["title"] = OneLine(JsonText.Text(answer, "title")!),
            ["description"] = JsonText.Text(answer, "description")!.Trim(),
            ["tags"] = new JsonArray([.. (JsonText.At(answer, "tags") as JsonArray ?? []).Select(t => OneLine(t!.GetValue<string>()).TrimStart('#')).Where(t => t.Length > 0).Distinct().Select(t => (JsonNode)t)]),
            ["chapters"] = new JsonArray([.. chapters.Select(c => (JsonNode)new JsonObject { ["start"] = Math.Round((decimal)times[c.Time - 1].Start, 3), ["title"] = c.Title })]),
        };
    }

    private static string Page(JsonObject result)
    {
        var text = new StringBuilder().Append(result["title"]).Append("\n\n").Append(result["description"]).Append('\n');
        if (result["chapters"] is JsonArray { Count: > 0 } chapters)
        {
            text.Append('\n');
            foreach (var chapter in chapters) text.Append(Clock((double)chapter!["start"]!.GetValue<decimal>())).Append(' ').Append(chapter["title"]).Append('\n');
        }
        if (result["tags"] is JsonArray { Count: > 0 } tags) text.Append('\n').AppendJoin(", ", tags.Select(t => t!.ToString())).Append('\n');
        return text.ToString();
    }

    /// <summary>Beginnings with what is heard there. Very many are thinned out evenly; the first stays.</summary>
    private static IReadOnlyList<(double Start, string Title)> Times(string text, InputFile file)
    {
        var times = file.Extension switch
        {
            ".srt" => [.. Cues(text, Srt.Parse, file).Select(c => (c.Start / 1000.0, OneLine(c.Text)))],
            ".vtt" => [.. Cues(text, Vtt.Parse, file).Select(c => (c.Start / 1000.0, OneLine(c.Text)))],
            _ => Chapters.Read(text) is { } chapters ? [.. chapters.Select(c => (c.Start, OneLine(c.Title)))] : Sentences(text),
        };
        if (times.Count == 0) throw ProviderCalls.Bad($"{file.Name} holds no times", "give the data of video.concat or speech.synthesize, or captions");
        times.Sort((a, b) => a.Item1.CompareTo(b.Item1));
        var step = (times.Count + MostTimes - 1) / MostTimes;
        return step <= 1 ? times : [.. times.Where((_, i) => i % step == 0)];
    }

    private static List<(double, string)> Sentences(string json) => [.. (JsonText.Read(json) as JsonArray ?? [])
        .Where(s => JsonText.Number(JsonText.At(s, "start")) is >= 0).Select(s => (JsonText.Number(s!["start"])!.Value, OneLine(JsonText.Text(s, "text") ?? JsonText.Text(s, "title") ?? "")))];

    private static IReadOnlyList<Cue> Cues(string text, Func<string, IReadOnlyList<Cue>> parse, InputFile file)
    {
        try { return parse(text); }
        catch (SubtitleException e) { throw ProviderCalls.Bad($"{file.Name}: {e.Message}"); }
    }

    private static string OneLine(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    private static string Clock(double seconds)
    {
        var time = TimeSpan.FromSeconds(Math.Floor(seconds));
        return time.TotalHours >= 1 ? string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours}:{time:mm\\:ss}") : string.Create(CultureInfo.InvariantCulture, $"{time.Minutes}:{time:ss}");
    }
}
