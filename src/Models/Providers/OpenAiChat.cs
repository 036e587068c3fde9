using System.Text.Json.Nodes;
using Spool.Models.Cost;

namespace Spool.Models.Providers;

/// <summary>
/// Chat over the interface of OpenAI (<c>POST /chat/completions</c>), which nearly every server speaks. For JSON it goes down a ladder until the
/// server takes a rung: a schema (<c>json_schema</c>), any JSON with the schema in words (<c>json_object</c>), plain text with the schema in
/// words. <c>extra: { json: … }</c> begins lower. Whatever the rung, the caller checks the answer.
/// </summary>
public sealed class OpenAiChat(ProviderLine line)
{
    private static readonly string[] Rungs = ["json_schema", "json_object", "text"];

    public async Task<ChatAnswer> AskAsync(ChatQuestion question, CancellationToken cancel)
    {
        if (question.Schema is null) return await WholeAsync(question, null, cancel);
        var first = Array.IndexOf(Rungs, JsonText.Text(line.Settings.Extra, "json") ?? Rungs[0]);
        for (var rung = Math.Max(0, first); ; rung++)
        {
            try { return await WholeAsync(question, Rungs[rung], cancel); }
            catch (ProviderException e) when (e.Status is 400 or 422 && rung + 1 < Rungs.Length)
            {
                line.Log($"{line.Settings.Name}: does not take {Rungs[rung]}, so {Rungs[rung + 1]} is tried");
            }
        }
    }

    /// <summary>An answer that is not cut off: when it is, the question is asked once more with twice the room.</summary>
    private async Task<ChatAnswer> WholeAsync(ChatQuestion question, string? rung, CancellationToken cancel)
    {
        for (var room = question.MostTokens; ; room *= 2)
        {
            var answer = await OnceAsync(question with { MostTokens = room }, rung, cancel);
            if (answer.Finish == "content_filter") throw new ProviderException(FaultKind.BadAnswer, $"{line.Settings.Name} held its answer back (content filter)", "word the prompt otherwise");
            if (answer.Finish != "length") return answer;
            if (room > question.MostTokens) throw new ProviderException(FaultKind.BadAnswer, $"the answer of {question.Model} was cut off after {room} tokens", "raise max-tokens, or ask for less");
            line.Log($"{line.Settings.Name}: the answer was cut off after {room} tokens, so it is asked for with twice the room");
        }
    }

    private Task<ChatAnswer> OnceAsync(ChatQuestion question, string? rung, CancellationToken cancel)
    {
        var messages = question.Messages;
        if (question.Schema is not null && rung != "json_schema") messages = [.. messages, new ChatMessage("user", "Answer with one JSON value and nothing else. It must meet this JSON Schema:\n" + JsonText.Write(question.Schema))];
        var body = new JsonObject { ["model"] = question.Model, ["messages"] = new JsonArray([.. messages.Select(m => m.ToJson())]) };
        body[line.Settings.Url!.StartsWith("https://api.openai.com/", StringComparison.Ordinal) ? "max_completion_tokens" : "max_tokens"] = question.MostTokens;
        if (question.Temperature is { } temperature) body["temperature"] = temperature;
        if (rung == "json_schema")
        {
            body["response_format"] = new JsonObject
            {
                ["type"] = "json_schema",
                ["json_schema"] = new JsonObject { ["name"] = "answer", ["strict"] = SchemaCheck.IsStrict(question.Schema!), ["schema"] = question.Schema!.DeepClone() },
            };
        }
        else if (rung == "json_object") body["response_format"] = new JsonObject { ["type"] = "json_object" };
        foreach (var (name, value) in line.Settings.Extra ?? []) if (name != "json") body[name] = value?.DeepClone();
        var price = CallPrice.Of(line.Settings, question.Model, line.Network.Time.GetUtcNow());
        var bytes = messages.Sum(m => m.Bytes) + (question.Schema is null ? 0 : JsonText.Write(question.Schema).Length);
        var cost = price.Chat(bytes, messages.Sum(m => m.Pictures.Count), question.MostTokens);
        return line.CallAsync(cost, () => line.Request(HttpMethod.Post, "/chat/completions", ProviderLine.Json(body)), answer =>
        {
            var read = Read(line.JsonOf(answer));
            return (read, price.ChatSpent(cost, read.InputTokens, read.OutputTokens));
        }, ProviderLine.MostJson, cancel);
    }

    private ChatAnswer Read(JsonNode node)
    {
        if (JsonText.At(node, "choices") is not JsonArray { Count: > 0 } choices || JsonText.At(choices[0], "message") is not JsonObject message)
            throw line.Useless("JSON that is no chat answer", Redaction.Short(JsonText.Write(node), line.Key));
        if (JsonText.Text(message, "refusal") is { Length: > 0 } refusal) throw new ProviderException(FaultKind.BadAnswer, $"{line.Settings.Name} refuses to answer: {Redaction.Short(refusal, line.Key)}", "word the prompt otherwise");
        var finish = JsonText.Text(choices[0], "finish_reason") ?? "stop";
        var text = WithoutThoughts(Content(message["content"]));
        if (text.Length == 0 && finish is not ("length" or "content_filter")) throw line.Useless("an empty text");
        var usage = JsonText.At(node, "usage");
        return new ChatAnswer(text, finish, JsonText.Count(JsonText.At(usage, "prompt_tokens")), JsonText.Count(JsonText.At(usage, "completion_tokens")));
    }

    private static string Content(JsonNode? content) => content switch
    {
        JsonValue value when value.TryGetValue<string>(out var text) => text,
        JsonArray parts => string.Concat(parts.Select(p => JsonText.Text(p, "text") ?? "")),
        _ => "",
    };

    /// <summary>Some models think aloud first; that is no part of the answer.</summary>
    private static string WithoutThoughts(string text)
    {
        var trimmed = text.Trim();
        var end = trimmed.StartsWith("<think>", StringComparison.Ordinal) ? trimmed.IndexOf("</think>", StringComparison.Ordinal) : -1;
        return end < 0 ? trimmed : trimmed[(end + 8)..].Trim();
    }
}
