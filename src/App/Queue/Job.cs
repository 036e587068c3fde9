using System.Text.Json;

namespace Spool.App.Queue;

/// <summary>A job is not of the form that is told in docs/formats/queue.md: the end of a sentence that starts with its name.</summary>
public sealed class JobFault(string about) : FormatException(about);

/// <summary>What somebody wants to have run: the content of a <c>.job</c> file (docs/formats/queue.md).</summary>
/// <param name="Workflow">The workflow file, absolute; or, when it holds a line break, its text.</param>
/// <param name="Workspace">The folder of inputs and outputs, absolute; null: the workflow's folder.</param>
public sealed record Job(string Workflow, string? Workspace)
{
    private static readonly string[] Keys = ["workflow", "workspace", "vars", "profile", "inputs", "priority", "budget", "idempotency_key"];

    public IReadOnlyDictionary<string, string> Vars { get; init; } = new Dictionary<string, string>();
    public string? Profile { get; init; }
    /// <summary>Higher ones start first; 0 where nothing is said.</summary>
    public int Priority { get; init; }
    /// <summary>US dollars that the run may spend.</summary>
    public decimal? Budget { get; init; }
    /// <summary>Files to be brought into the workspace before it runs.</summary>
    public IReadOnlyList<JobInput> Inputs { get; init; } = [];
    /// <summary>Jobs with the same key are one.</summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>Stands for a file that is no job.</summary>
    public static Job Unreadable { get; } = new("(unreadable)", "/");

    /// <summary>True when the workflow is given as text.</summary>
    public bool IsText => IsWorkflowText(Workflow);

    // A path may hold a line break, and no workflow begins with a slash.
    private static bool IsWorkflowText(string workflow) => !Path.IsPathRooted(workflow) && workflow.Contains('\n', StringComparison.Ordinal);

    /// <summary>Where it runs.</summary>
    public string Place => Workspace ?? Path.GetDirectoryName(Workflow)!;

    /// <summary>How deep the JSON of a job may be nested.</summary>
    public const int MostLevels = 16;

    /// <summary>Reads the content of a job's file.</summary>
    /// <exception cref="JobFault">The bytes are no job.</exception>
    public static Job Read(byte[] bytes)
    {
        if (bytes.Length > 4 << 20) throw new JobFault("is larger than 4 MiB");
        try
        {
            using var document = JsonText.Parse(bytes, MostLevels);
            return Read(document.RootElement);
        }
        catch (JsonTextException e) { throw new JobFault(e.Message); }
    }

    /// <summary>Reads the file of a job that was taken in before: earlier versions took files with text behind the JSON, or with a key twice.</summary>
    /// <exception cref="JobFault">The bytes are no job.</exception>
    public static Job ReadKept(byte[] bytes)
    {
        try { return Read(bytes); }
        catch (JobFault)
        {
            var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { MaxDepth = MostLevels });
            try
            {
                using var document = JsonDocument.ParseValue(ref reader);
                return Read(document.RootElement);
            }
            catch (Exception e) when (e is JsonException or ArgumentException) { throw new JobFault("is no JSON"); }
        }
    }

    /// <summary>Reads a job that came as JSON.</summary>
    /// <exception cref="JobFault">The object is no job.</exception>
    public static Job Read(JsonElement root)
    {
        try { return ReadFields(root); }
        catch (InvalidOperationException) { throw new JobFault("holds half a character, which no text has"); }
    }

    private static Job ReadFields(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object) throw new JobFault("is no JSON object");
        foreach (var property in root.EnumerateObject())
            if (!Keys.Contains(property.Name)) throw new JobFault($"has a key '{property.Name}' that a job does not know; {Engine.NearestName.Hint(property.Name, Keys) ?? $"its keys: {string.Join(", ", Keys)}"}");
        var workflow = Text(root, "workflow") ?? throw new JobFault("names no 'workflow'");
        var workspace = Text(root, "workspace");
        var isText = IsWorkflowText(workflow);
        if (!isText && !Path.IsPathRooted(workflow)) throw new JobFault($"names the workflow '{workflow}', which is no absolute path");
        if (isText && workspace is null) throw new JobFault("gives its workflow as text, so it must name a 'workspace'");
        if (workspace is not null && !Path.IsPathRooted(workspace)) throw new JobFault($"names the workspace '{workspace}', which is no absolute path");
        return new Job(workflow, workspace is null ? null : Path.GetFullPath(workspace).TrimEnd('/'))
        {
            Vars = root.TryGetProperty("vars", out var vars) ? Variables(vars) : new Dictionary<string, string>(),
            Inputs = root.TryGetProperty("inputs", out var inputs) ? JobInput.Read(inputs) : [],
            Profile = Text(root, "profile"),
            Priority = Number(root, "priority") is { } priority ? priority is >= -1_000_000 and <= 1_000_000 && priority == Math.Truncate(priority) ? (int)priority : throw new JobFault("has a 'priority' that is no whole number up to a million") : 0,
            Budget = Number(root, "budget") is { } budget ? budget >= 0 ? budget : throw new JobFault("has a 'budget' below 0") : null,
            IdempotencyKey = Text(root, "idempotency_key"),
        };
    }

    private static Dictionary<string, string> Variables(JsonElement vars)
    {
        if (vars.ValueKind != JsonValueKind.Object) throw new JobFault("has 'vars' that are no object");
        return vars.EnumerateObject().ToDictionary(v => v.Name, v => v.Value.ValueKind switch
        {
            JsonValueKind.String => v.Value.GetString()!,
            JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False or JsonValueKind.Array => v.Value.GetRawText(),
            _ => throw new JobFault($"has a variable '{v.Name}' that is neither text, number, true, false nor a list"),
        });
    }

    private static string? Text(JsonElement root, string name) => !root.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null ? null
        : value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text && !text.Contains('\0', StringComparison.Ordinal) ? text : throw new JobFault($"has a '{name}' that is no text");

    private static decimal? Number(JsonElement root, string name) => !root.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out var number) ? number : throw new JobFault($"has a '{name}' that is no number");

    public void Write(Utf8JsonWriter json)
    {
        json.WriteString("workflow", Workflow);
        if (Workspace is not null) json.WriteString("workspace", Workspace);
        if (Vars.Count > 0)
        {
            json.WriteStartObject("vars");
            foreach (var (name, value) in Vars) json.WriteString(name, value);
            json.WriteEndObject();
        }
        if (Inputs.Count > 0)
        {
            json.WriteStartArray("inputs");
            foreach (var input in Inputs)
            {
                json.WriteStartObject();
                json.WriteString("src", input.Source);
                json.WriteString("dest", input.Destination);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        if (Profile is not null) json.WriteString("profile", Profile);
        if (Priority != 0) json.WriteNumber("priority", Priority);
        if (Budget is { } budget) json.WriteNumber("budget", budget);
        if (IdempotencyKey is not null) json.WriteString("idempotency_key", IdempotencyKey);
    }
}
