using System.Text.Json.Nodes;
using Spool.Engine;
using Spool.Models.Providers;

namespace Spool.Steps.Generate;

/// <summary>
/// Has a language model write a text, from a prompt, from files, or both; with a JSON Schema it writes JSON that is checked here and asked for again
/// when it does not fit, at most twice. What a person says at a review reaches the prompt as <c>${{ review.note }}</c>.
/// </summary>
[StepKind("text.generate", version: 1, Varies = true, InProcess = true)]
public sealed record GenerateText : Step
{
    /// <summary>Texts that the model works on; they count as material, not as instructions.</summary>
    [In("texts")] public InputList? Texts { get; init; }

    /// <summary>A file with the prompt; the option prompt comes after it.</summary>
    [In("prompt")] public InputFile? PromptFile { get; init; }

    /// <summary>A file with the JSON Schema of the answer, instead of the option schema.</summary>
    [In("schema")] public InputFile? SchemaFile { get; init; }

    /// <summary>What the model wrote; with a schema, JSON.</summary>
    [Out("text")] public OutputFile Text { get; init; } = null!;

    /// <summary>What the model is asked to do.</summary>
    public string? Prompt { get; init; }

    /// <summary>Who the model is to be, and what always holds.</summary>
    public string? System { get; init; }

    /// <summary>The JSON Schema of the answer, as JSON.</summary>
    public string? Schema { get; init; }

    /// <summary>The provider by name, or by purpose. Default chat: the one that is set up for it.</summary>
    public string Provider { get; init; } = ProviderWords.Chat;

    /// <summary>The model as the provider names it; default: that of the provider.</summary>
    public string? Model { get; init; }

    /// <summary>The longest answer in tokens (about three quarters of a word), 1 to 200000. Default 4096.</summary>
    [Within(1, 200_000)] public int MaxTokens { get; init; } = 4096;

    /// <summary>How freely it chooses words, 0 to 2; default: the service's own.</summary>
    [Within(0, 2)] public double? Temperature { get; init; }

    public override IReadOnlyList<string> ProvidersUsed() => [Provider];

    public override IEnumerable<(string Option, string Message)> Check()
    {
        if (Schema is not null && Fault(Schema) is { } fault) yield return ("schema", fault);
    }

    public override async Task<StepResult> RunAsync(StepContext context, CancellationToken cancel)
    {
        var prompt = string.Join("\n\n", new[] { PromptFile is null ? null : context.ReadText(PromptFile), Prompt }.Where(p => !string.IsNullOrWhiteSpace(p)).Select(p => p!.Trim()));
        var texts = (Texts?.Files ?? []).Select((f, i) => ($"{i + 1}", context.ReadText(f))).ToList();
        if (prompt.Length == 0) return StepResult.Failed(FailureKind.BadOutput, "there is nothing that the model is asked to do", "set the option prompt, or give a file as the input prompt");
        var user = new ChatMessage("user", prompt + ChatCalls.Material(texts));
        ChatMessage[] messages = string.IsNullOrWhiteSpace(System) ? [user] : [new ChatMessage("system", System.Trim()), user];
        var asked = new Asked(Provider, Model, MaxTokens, Temperature);
        var schema = SchemaFile is null ? Schema : context.ReadText(SchemaFile);
        if (schema is null)
        {
            context.WriteText(Text, await context.WriteAsync(asked, messages, cancel) is var text && text.EndsWith('\n') ? text : text + "\n");
            return StepResult.Done;
        }
        if (Fault(schema) is { } fault) return StepResult.Failed(FailureKind.BadOutput, fault, "correct the schema");
        context.WriteText(Text, JsonText.Canonical(await context.FillAsync(asked, messages, (JsonObject)JsonText.Read(schema)!, cancel), indented: true) + "\n");
        return StepResult.Done;
    }

    private static string? Fault(string schema) => JsonText.Read(schema) is not JsonObject map ? "the schema is no JSON object" : SchemaCheck.Fault(map);
}
