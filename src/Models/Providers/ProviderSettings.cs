using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Spool.Models.Cost;
using Spool.Platform;

namespace Spool.Models.Providers;

/// <summary>How a service is talked to.</summary>
public enum ProviderKind { Openai, Gradio, Comfyui, Command, Pocketsphinx, WhisperCpp, Canned }

/// <summary>
/// One service as the settings name it, checked: what its adapter needs to call it. Holds the name of the environment variable with its key,
/// never the key.
/// </summary>
public sealed record ProviderSettings
{
    public required string Name { get; init; }
    public required ProviderKind Kind { get; init; }

    /// <summary>The address that paths are appended to, without a slash at its end: <c>http://127.0.0.1:11434/v1</c>. Null for programs.</summary>
    public string? Url { get; init; }

    /// <summary>The model where a step names none.</summary>
    public string? Model { get; init; }

    /// <summary>The environment variable that holds the key; null: none is sent.</summary>
    public string? KeyEnv { get; init; }

    /// <summary>The purposes it is the default for; null: all that its kind can.</summary>
    public IReadOnlyList<string>? For { get; init; }

    public double? Capacity { get; init; }

    /// <summary>Whether calls cost nothing; null: when it is local.</summary>
    public bool? Free { get; init; }

    /// <summary>Seconds that one call may take.</summary>
    public double Timeout { get; init; } = 300;

    /// <summary>How often a call is made again after one that failed for a passing reason.</summary>
    public int MaxRetries { get; init; } = 3;

    /// <summary>Fields that go into requests as they stand (openai), or what the adapter reads (gradio, comfyui).</summary>
    public JsonObject? Extra { get; init; }

    /// <summary>The program and its arguments (command).</summary>
    public IReadOnlyList<string> Run { get; init; } = [];

    /// <summary>What a person does to start it.</summary>
    public string? Start { get; init; }

    /// <summary>The prices that may apply to it.</summary>
    public IReadOnlyList<UnitPrice> Prices { get; init; } = [];

    /// <summary>Of this machine or its network: a local address, or a program.</summary>
    [JsonIgnore]
    public bool IsLocal => Url is null || (Uri.TryCreate(Url, UriKind.Absolute, out var address) && LocalAddress.IsLocal(address));

    [JsonIgnore]
    public bool IsFree => Free ?? IsLocal;

    /// <summary>What decides results besides the step's own options: the protocol, the model, and fields that go into requests. No address, no name of a key.</summary>
    public string Identity()
    {
        var parts = new StringBuilder(ProviderWords.Of(Kind)).Append(' ').Append(Model);
        if (Extra is { Count: > 0 }) parts.Append(' ').Append(Short(JsonText.Canonical(Extra)));
        if (Run.Count > 0) parts.Append(' ').Append(Short(string.Join('\0', Run)));
        return parts.ToString();
    }

    private static string Short(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..16];

    public string ToJson() => JsonSerializer.Serialize(this, ProviderJson.Default.ProviderSettings);

    public static ProviderSettings FromJson(string json) => JsonSerializer.Deserialize(json, ProviderJson.Default.ProviderSettings)!;
}

/// <summary>Kinds and purposes as settings spell them.</summary>
public static class ProviderWords
{
    public const string Chat = "chat", Speech = "speech", Transcription = "transcription", Vision = "vision", Image = "image";

    public static IReadOnlyList<string> Purposes { get; } = [Chat, Speech, Transcription, Vision, Image];

    public static IReadOnlyList<(string Word, ProviderKind Kind)> Kinds { get; } =
    [
        ("openai", ProviderKind.Openai), ("gradio", ProviderKind.Gradio), ("comfyui", ProviderKind.Comfyui), ("command", ProviderKind.Command),
        ("pocketsphinx", ProviderKind.Pocketsphinx), ("whisper-cpp", ProviderKind.WhisperCpp), ("canned", ProviderKind.Canned),
    ];

    public static string Of(ProviderKind kind) => Kinds.First(k => k.Kind == kind).Word;

    /// <summary>What a kind can be used for.</summary>
    public static IReadOnlyList<string> PurposesOf(ProviderKind kind) => kind switch
    {
        ProviderKind.Openai or ProviderKind.Canned => Purposes,
        ProviderKind.Gradio => [Speech],
        ProviderKind.Comfyui => [Image],
        ProviderKind.Command => [Speech, Transcription, Image],
        _ => [Transcription],
    };
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.KebabCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(ProviderSettings))]
internal sealed partial class ProviderJson : JsonSerializerContext;
