using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;

namespace Spool.App.Queue;

/// <summary>A key under which a job cannot be queued: it is no key, or it names another job.</summary>
public sealed class KeyRefusedException(string sentence, string? detail, bool isTaken) : Exception(detail is null ? sentence : $"{sentence}: {detail}")
{
    public string Sentence => sentence;
    public string? Detail => detail;

    /// <summary>True when another job has it.</summary>
    public bool IsTaken => isTaken;
}

/// <summary>What is noted of an idempotency key: <c>41 DIGEST</c>, the number of its run and the digest of what was asked; older notes hold the number alone.</summary>
/// <param name="Job">64 hexadecimal digits; null where it was not noted, and any job is taken for the same.</param>
public sealed record KeyNote(long Run, string? Job)
{
    /// <summary>Characters of the longest key.</summary>
    public const int LongestKey = 200;

    /// <summary>Reads a note; null for what is none.</summary>
    public static KeyNote? Read(string text)
    {
        var parts = text.Trim().Split(' ');
        return long.TryParse(parts[0], NumberStyles.None, null, out var run) ? new KeyNote(run, parts.Length > 1 ? parts[1] : null) : null;
    }

    public string Text => Job is null ? Run.ToString(CultureInfo.InvariantCulture) : string.Create(CultureInfo.InvariantCulture, $"{Run} {Job}");

    /// <summary>Why a text is no key; null when it is one.</summary>
    public static string? Refusal(string key) => key.Length is 0 or > LongestKey ? $"an idempotency key has 1 to {LongestKey} characters, and this one has {key.Length}" : null;

    /// <summary>What a job asks for, whatever the order of its variables and however its budget is written: without its key, which only names it.</summary>
    public static string DigestOf(Job job)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            (job with
            {
                IdempotencyKey = null,
                Workspace = job.Place,
                Budget = job.Budget is { } budget ? decimal.Parse(budget.ToString("G29", CultureInfo.InvariantCulture), NumberStyles.Float, CultureInfo.InvariantCulture) : null,
                Vars = job.Vars.OrderBy(v => v.Key, StringComparer.Ordinal).ToDictionary(),
            }).Write(json);
            json.WriteEndObject();
        }
        return Convert.ToHexStringLower(SHA256.HashData(buffer.ToArray()));
    }

    /// <summary>The refusal of a job under the key of another one.</summary>
    /// <param name="earlier">The run of the key.</param>
    public static KeyRefusedException Taken(string key, KeyNote note, QueuedRun earlier, Job job)
    {
        var shown = key.Length <= 60 ? key : key[..60] + "…";
        var differs = Differences(earlier.Job, job);
        return new KeyRefusedException($"the key '{shown}' names another job", $"run {note.Run} was queued with it{(differs.Count > 0 ? $", and this job differs in {string.Join(", ", differs)}" : ", and was asked for otherwise")}; send the same job, or another key", isTaken: true);
    }

    private static List<string> Differences(Job one, Job other)
    {
        var differs = new List<string>();
        void Look(string name, bool isSame)
        {
            if (!isSame) differs.Add($"'{name}'");
        }
        Look("workflow", one.Workflow == other.Workflow);
        Look("workspace", one.Place == other.Place);
        Look("vars", one.Vars.Count == other.Vars.Count && one.Vars.All(v => other.Vars.TryGetValue(v.Key, out var value) && value == v.Value));
        Look("profile", one.Profile == other.Profile);
        Look("inputs", one.Inputs.SequenceEqual(other.Inputs));
        Look("priority", one.Priority == other.Priority);
        Look("budget", one.Budget == other.Budget);
        return differs;
    }
}
