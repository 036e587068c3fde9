using System.Text;
using System.Text.Json.Nodes;

namespace Spool.Models.Providers;

/// <summary>A picture shown to a model.</summary>
public sealed record ShownPicture(byte[] Bytes, string MediaType);

/// <summary>One turn of a conversation: <c>system</c>, <c>user</c> or <c>assistant</c>.</summary>
public sealed record ChatMessage(string Role, string Text)
{
    public IReadOnlyList<ShownPicture> Pictures { get; init; } = [];

    internal JsonObject ToJson()
    {
        if (Pictures.Count == 0) return new JsonObject { ["role"] = Role, ["content"] = Text };
        var parts = new JsonArray(new JsonObject { ["type"] = "text", ["text"] = Text });
        foreach (var picture in Pictures)
            parts.Add((JsonNode)new JsonObject { ["type"] = "image_url", ["image_url"] = new JsonObject { ["url"] = $"data:{picture.MediaType};base64,{Convert.ToBase64String(picture.Bytes)}" } });
        return new JsonObject { ["role"] = Role, ["content"] = parts };
    }

    internal long Bytes => Encoding.UTF8.GetByteCount(Text) + 32;
}

/// <summary>A question to a chat model.</summary>
/// <param name="Model">As the service names it.</param>
/// <param name="MostTokens">The longest answer.</param>
public sealed record ChatQuestion(string Model, IReadOnlyList<ChatMessage> Messages, int MostTokens)
{
    /// <summary>0 (always the most likely word) to 2; null: the service's own.</summary>
    public double? Temperature { get; init; }

    /// <summary>The JSON Schema that the answer must meet; null: any text.</summary>
    public JsonObject? Schema { get; init; }
}

/// <summary>What a chat model said.</summary>
/// <param name="Finish"><c>stop</c>, <c>length</c>, <c>content_filter</c> ...</param>
public sealed record ChatAnswer(string Text, string Finish, long? InputTokens, long? OutputTokens);
