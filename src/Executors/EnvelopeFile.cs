using System.Text.Json;
using Spool.Engine;
using Spool.Engine.Artifacts;
using Spool.Engine.Attempts;
using Spool.Engine.Definition;
using Spool.Platform;

namespace Spool.Executors;

/// <summary>
/// One attempt as a file that any machine can run. It holds no local path: inputs are named by role and digest and are looked up in a folder of
/// objects (laid out like the store: <c>aa/&lt;digest&gt;</c>), outputs go into the same folder, and the result file names them by digest.
/// <code>{"format":1,"kind":"files.copy","version":1,"options":{…},"inputs":[{"role","shape":"file|list|folder","files":[{"name","digest","bytes"}]}],
///  "outputs":[{"role","shape","name"}],"seed":0,"timeout_s":60,"environment":{},"secrets":["ENV_NAME"]}</code>
/// The result: <code>{"format":1,"failure":null|{"kind","sentence",…},"outputs":[{"role","folder","files":[{"name","digest","bytes"}]}],"facts":{},"seconds","cpu_seconds","max_rss_bytes"}</code>
/// </summary>
public sealed class EnvelopeFile(IDisk disk, Catalogue catalogue, ToolTable tools, IExecutor executor, IReadOnlySet<string> allowed, Func<string, string?> environment)
{
    public async Task<AttemptResult> RunAsync(string envelope, string objects, string result, CancellationToken cancel)
    {
        AttemptResult attempt;
        var store = new ObjectStore(disk, objects);
        try
        {
            using var document = JsonDocument.Parse(DurableFile.Read(disk, envelope));
            var folder = Path.Join(Path.GetDirectoryName(result), Path.GetFileNameWithoutExtension(envelope) + ".attempt");
            DurableFile.DeleteTree(disk, folder);
            var spec = await SpecAsync(document.RootElement, store, folder);
            attempt = await executor.RunAsync(spec, AttemptWatcher.Silent, cancel);
            foreach (var file in attempt.Outputs.SelectMany(o => o.Files))
            {
                DurableFile.CreateFolders(disk, Path.GetDirectoryName(store.PathOf(file.Digest))!);
                disk.Rename(file.Path, store.PathOf(file.Digest), RenameMode.Replace);
            }
            DurableFile.DeleteTree(disk, folder);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or InvalidCastException or ArgumentException)
        {
            attempt = Refused($"the envelope cannot be read: {e.Message}");
        }
        catch (DiskException e) when (e.Path != envelope) { attempt = Refused(e.Message); }
        catch (StepFailedException e) { attempt = new AttemptResult(e.Failure, [], new Dictionary<string, string>()); }
        DurableFile.Write(disk, result, Write(attempt));
        return attempt;
    }

    private static AttemptResult Refused(string sentence) => new(new Failure(FailureKind.BadOutput, sentence), [], new Dictionary<string, string>());

    private async Task<AttemptSpec> SpecAsync(JsonElement root, ObjectStore store, string folder)
    {
        if (root.GetProperty("format").GetInt32() != 1) throw Fail("the envelope is of another format than 1");
        var name = root.GetProperty("kind").GetString()!;
        var kind = catalogue.Find(name) ?? throw Fail($"there is no step kind '{name}' in this version");
        if (root.TryGetProperty("version", out var version) && version.GetInt32() != kind.Version)
            throw Fail($"{name} is of version {kind.Version} here, the envelope asks for {version.GetInt32()}");
        var problems = new ProblemList();
        var with = root.TryGetProperty("options", out var options) ? (YamlMap)Node(options) : null;
        var step = OptionBinder.Bind(kind, with, new Mark("envelope", 0, 0), problems) ?? throw Fail(problems.Problems[0].Message);
        var programs = new Dictionary<string, string>();
        foreach (var tool in step.ToolsUsed())
        {
            if (kind.Traits.AnyRoles && !allowed.Contains(tool)) throw Fail($"the program '{tool}' is not allowed on this machine");
            programs[tool] = (await tools.FindAsync(tool))?.Path ?? throw new StepFailedException(new Failure(FailureKind.Unavailable, $"{tool} is not on this machine"));
        }
        var inputs = Items(root, "inputs").Select(i => new AttemptInput(Plain(i, "role"), Shape(i), [.. Items(i, "files").Select(f => File(f, store))])).ToList();
        var outputs = Items(root, "outputs").Select(o => new AttemptOutput(Plain(o, "role"), Shape(o), Shape(o) == RoleShape.Folder ? "" : Plain(o, "name"))).ToList();
        foreach (var role in kind.Inputs.Where(r => r.Required && inputs.TrueForAll(i => i.Role != r.Name))) throw Fail($"{name} needs the input '{role.Name}'");
        foreach (var role in kind.Outputs.Where(r => r.Required && outputs.TrueForAll(o => o.Role != r.Name))) throw Fail($"{name} needs the output '{role.Name}'");
        var variables = root.TryGetProperty("environment", out var env) ? env.EnumerateObject().ToDictionary(v => v.Name, v => v.Value.GetString() ?? "") : [];
        foreach (var secret in Items(root, "secrets")) variables[secret.GetString()!] = environment(secret.GetString()!) ?? "";
        return new AttemptSpec(kind, step, inputs, outputs, folder)
        {
            Seed = root.TryGetProperty("seed", out var seed) ? seed.GetInt64() : 0,
            Timeout = root.TryGetProperty("timeout_s", out var timeout) ? TimeSpan.FromSeconds(timeout.GetDouble()) : null,
            Tools = programs,
            Environment = variables,
        };
    }

    private AttemptFile File(JsonElement file, ObjectStore store)
    {
        var digest = Digest.Parse(file.GetProperty("digest").GetString()!);
        var name = file.GetProperty("name").GetString()!;
        if (name.Length == 0 || name.StartsWith('/') || name.Split('/').Any(p => p is "" or "." or "..")) throw Fail($"'{name}' cannot be the name of an input");
        if (disk.Stat(store.PathOf(digest)) is not { } stat) throw new StepFailedException(new Failure(FailureKind.Unavailable, $"the object {digest} is not here"));
        if (ContentHash.OfFile(disk, store.PathOf(digest), null, CancellationToken.None) != digest) throw Fail($"the object {digest} is damaged");
        return new AttemptFile(name, store.PathOf(digest), digest, stat.Size);
    }

    private static IEnumerable<JsonElement> Items(JsonElement of, string name) => of.TryGetProperty(name, out var list) ? list.EnumerateArray() : [];

    // Roles and output names become parts of paths.
    private static string Plain(JsonElement of, string name)
    {
        var text = of.GetProperty(name).GetString()!;
        return text.Length > 0 && text is not ("." or "..") && !text.Contains('/', StringComparison.Ordinal) && !text.Contains('\0', StringComparison.Ordinal) ? text : throw Fail($"'{text}' cannot be a {name}");
    }

    private static RoleShape Shape(JsonElement of) => Enum.Parse<RoleShape>(of.GetProperty("shape").GetString()!, ignoreCase: true);

    private static StepFailedException Fail(string sentence) => new(new Failure(FailureKind.BadOutput, sentence));

    private static YamlNode Node(JsonElement element)
    {
        var at = new Mark("envelope", 0, 0);
        return element.ValueKind switch
        {
            JsonValueKind.Object => new YamlMap(at, [.. element.EnumerateObject().Select(p => new YamlEntry(p.Name, at, Node(p.Value)))]),
            JsonValueKind.Array => new YamlList(at, [.. element.EnumerateArray().Select(Node)]),
            JsonValueKind.String => new YamlScalar(at, element.GetString()!, true),
            _ => new YamlScalar(at, element.GetRawText(), false),
        };
    }

    private static byte[] Write(AttemptResult attempt)
    {
        var buffer = new MemoryStream();
        using (var write = new Utf8JsonWriter(buffer))
        {
            write.WriteStartObject();
            write.WriteNumber("format", 1);
            if (attempt.Failure is { } failure)
            {
                write.WriteStartObject("failure");
                write.WriteString("kind", failure.Kind.ToString());
                write.WriteString("sentence", failure.Sentence);
                write.WriteString("decisive_line", failure.DecisiveLine);
                if (failure.ExitCode is { } code) write.WriteNumber("exit_code", code);
                write.WriteString("command", failure.Command);
                write.WriteString("next", failure.Next);
                write.WriteEndObject();
            }
            else write.WriteNull("failure");
            write.WriteStartArray("outputs");
            foreach (var output in attempt.Outputs)
            {
                write.WriteStartObject();
                write.WriteString("role", output.Role);
                write.WriteBoolean("folder", output.Shape == RoleShape.Folder);
                write.WriteStartArray("files");
                foreach (var file in output.Files)
                {
                    write.WriteStartObject();
                    write.WriteString("name", file.Name);
                    write.WriteString("digest", file.Digest.ToString());
                    write.WriteNumber("bytes", file.Bytes);
                    write.WriteEndObject();
                }
                write.WriteEndArray();
                write.WriteEndObject();
            }
            write.WriteEndArray();
            write.WriteStartObject("facts");
            foreach (var (name, value) in attempt.Facts) write.WriteString(name, value);
            write.WriteEndObject();
            write.WriteNumber("seconds", attempt.Elapsed.TotalSeconds);
            write.WriteNumber("cpu_seconds", attempt.Cpu.TotalSeconds);
            write.WriteNumber("max_rss_bytes", attempt.MaxRssBytes);
            write.WriteString("log_tail", attempt.LogTail);
            write.WriteEndObject();
        }
        return buffer.ToArray();
    }
}
