using System.Text.Json.Nodes;

namespace Spool.Models.Providers;

/// <summary>
/// Asks for JSON until it meets the schema: an answer that does not is shown to the model together with what is wrong, at most twice. Models put
/// JSON between sentences or in a fenced block; the first whole value is taken.
/// </summary>
public static class StructuredAnswer
{
    public const int MostAgain = 2;

    /// <summary>The JSON that meets the schema of the question.</summary>
    /// <param name="ask">Sends a question; every call of it costs.</param>
    public static async Task<JsonNode> AskAsync(Func<ChatQuestion, CancellationToken, Task<ChatAnswer>> ask, ChatQuestion question, Action<string> log, CancellationToken cancel)
    {
        if (SchemaCheck.Fault(question.Schema) is { } fault) throw new ProviderException(FaultKind.Refused, fault, "leave it out of the schema");
        for (var again = 0; ; again++)
        {
            var answer = await ask(question, cancel);
            var value = Find(answer.Text);
            IReadOnlyList<string> errors = value is null ? ["the answer holds no JSON"] : SchemaCheck.Errors(value, question.Schema!);
            if (errors.Count == 0) return value!;
            var said = string.Join("; ", errors);
            if (again == MostAgain) throw new ProviderException(FaultKind.BadAnswer, $"{question.Model} did not answer as the schema asks, {MostAgain + 1} times; last: {said}", "simplify the schema, or take a model that follows it");
            log($"the answer does not meet the schema, so it is asked for again: {said}");
            question = question with
            {
                Messages = [.. question.Messages, new ChatMessage("assistant", answer.Text), new ChatMessage("user", $"That does not meet the schema: {said}. Answer again with the whole corrected JSON and nothing else.")],
            };
        }
    }

    /// <summary>The first JSON object or array in a text that is whole; null when there is none.</summary>
    public static JsonNode? Find(string text)
    {
        if (JsonText.Read(text.Trim()) is { } whole) return whole;
        var tries = 0;
        for (var start = text.AsSpan().IndexOfAny('{', '['); start >= 0 && tries < 50; tries++)
        {
            if (End(text, start) is { } end && JsonText.Read(text[start..end]) is { } value) return value;
            var next = text.AsSpan(start + 1).IndexOfAny('{', '[');
            start = next < 0 ? -1 : start + 1 + next;
        }
        return null;
    }

    /// <summary>Behind the bracket that closes the one at the start, strings left out.</summary>
    private static int? End(string text, int start)
    {
        var depth = 0;
        var quoted = false;
        for (var i = start; i < text.Length; i++)
        {
            var c = text[i];
            if (quoted)
            {
                if (c == '\\') i++;
                else if (c == '"') quoted = false;
            }
            else if (c == '"') quoted = true;
            else if (c is '{' or '[') depth++;
            else if (c is '}' or ']' && --depth == 0) return i + 1;
        }
        return null;
    }
}
