using System.Text;
using System.Text.RegularExpressions;

namespace Spool.Models.Providers;

/// <summary>Why a call gave nothing: the service is away, it refuses the request, its answer is of no use, or it took too long.</summary>
public enum FaultKind { Unavailable, Refused, BadAnswer, TimedOut }

/// <summary>A call that failed for good, after all that could be tried again was tried. Its texts hold no key.</summary>
public sealed class ProviderException(FaultKind kind, string sentence, string? next = null) : Exception(sentence)
{
    public FaultKind Kind { get; } = kind;

    /// <summary>What a person does next.</summary>
    public string? Next { get; } = next;

    /// <summary>The HTTP status of the refusal; 0 when there was none.</summary>
    public int Status { get; init; }
}

/// <summary>
/// Takes keys out of texts: the key of the call in every spelling in which it may come back (as it is, in base64, as part of an address), and
/// whatever looks like a key of a known make, because services repeat what they were sent in their messages.
/// </summary>
public static partial class Redaction
{
    [GeneratedRegex(@"\b(?:sk-|hf_|ghp_|xai-|gsk_|AIza)[A-Za-z0-9_\-*]{8,}|\b[Bb]earer\s+[A-Za-z0-9._~+/\-]{8,}=*")]
    private static partial Regex LooksLikeKey { get; }

    public static string Of(string text, string? key)
    {
        if (!string.IsNullOrEmpty(key))
        {
            foreach (var spelling in new[] { key, Convert.ToBase64String(Encoding.UTF8.GetBytes(key)), Uri.EscapeDataString(key) })
                text = text.Replace(spelling, "[key]", StringComparison.Ordinal);
        }
        return LooksLikeKey.Replace(text, "[key]");
    }

    /// <summary>A short piece of foreign text for a message: one line, without control characters, at most 300 letters.</summary>
    public static string Short(string text, string? key)
    {
        var clean = new StringBuilder();
        foreach (var c in Of(text, key))
        {
            if (clean.Length >= 300) return clean.Append('…').ToString();
            if (char.IsControl(c) || char.IsWhiteSpace(c))
            {
                if (clean.Length > 0 && clean[^1] != ' ') clean.Append(' ');
            }
            else clean.Append(c);
        }
        return clean.ToString().TrimEnd();
    }
}
