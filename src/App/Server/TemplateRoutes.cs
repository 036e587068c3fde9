using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Spool.App.Queue;
using Spool.Platform;

namespace Spool.App.Server;

/// <summary>
/// New projects from templates: the list of <c>spool templates --json</c>, and <c>spool new</c> for a folder of the user's, which may be run at once.
/// Both are asked of the program itself, so the page and the terminal make the same folder and refuse the same mistakes.
/// </summary>
internal sealed partial class TemplateRoutes(ServerPlace place, JobQueue queue, Workers workers, string home)
{
    private int _made;
    private const int LongestArgument = 4096, MostInputs = 200;

    internal void AddTo(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/v1/templates", ListAsync);
        routes.MapPost("/api/v1/workspaces", MakeAsync);
    }

    private async Task ListAsync(HttpContext context)
    {
        var (_, said) = await workers.AskAsync(["templates", "--json"], context.RequestAborted);
        await Answer.JsonAsync(context, HttpStatusCode.OK, json =>
        {
            json.WriteString("home", home);
            json.WriteStartArray("templates");
            foreach (var line in said.Split('\n').Where(l => l.StartsWith('{'))) json.WriteRawValue(line);
            json.WriteEndArray();
        });
    }

    private async Task MakeAsync(HttpContext context)
    {
        NewWorkspace wanted;
        try
        {
            using var document = await Body.ReadAsync(context);
            wanted = Read(document.RootElement);
        }
        catch (FormatException e)
        {
            await Answer.ProblemAsync(context, HttpStatusCode.BadRequest, "the project cannot be made", e.Message);
            return;
        }
        var texts = Path.Join(place.Root, "tmp", string.Create(CultureInfo.InvariantCulture, $"new-{Interlocked.Increment(ref _made)}"));
        try
        {
            Forget(texts); // of a server that was killed
            var (code, said) = await workers.AskAsync(["new", wanted.Template, wanted.Folder, "--json", .. Options(wanted, texts)], context.RequestAborted);
            if (code != 0)
            {
                await Answer.ProblemAsync(context, HttpStatusCode.BadRequest, "the project was not made", Complaint(said));
                return;
            }
        }
        finally { Forget(texts); }
        var run = wanted.Run ? queue.Add(new Job(Path.Join(wanted.Folder, "spool.yaml"), wanted.Folder)).ToString(CultureInfo.InvariantCulture) : null;
        await Answer.JsonAsync(context, HttpStatusCode.Created, json =>
        {
            json.WriteString("workspace", wanted.Folder);
            if (run is not null) json.WriteString("run", run);
        });
    }

    /// <summary>What was asked for: texts as they were typed, lists as their items.</summary>
    private sealed record NewWorkspace(string Template, string Folder, IReadOnlyList<(string Name, string Text, bool IsList)> Inputs, bool Run);

    private static NewWorkspace Read(JsonElement root)
    {
        string Text(string name) => root.ValueKind == JsonValueKind.Object && root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : throw new FormatException($"it names no '{name}'");
        var template = Text("template");
        // Never a path, an option or a response file: templates of the page are those of the list.
        if (!Named().IsMatch(template)) throw new FormatException($"'{template}' is no name of a template");
        var folder = Text("folder");
        if (!Path.IsPathRooted(folder) || folder.Contains('\0', StringComparison.Ordinal)) throw new FormatException($"the folder '{folder}' is no absolute path");
        var inputs = new List<(string, string, bool)>();
        if (root.TryGetProperty("inputs", out var given) && given.ValueKind == JsonValueKind.Object)
            foreach (var input in given.EnumerateObject())
            {
                if (!Named().IsMatch(input.Name) || inputs.Count == MostInputs) throw new FormatException($"'{input.Name}' is no name of an input");
                inputs.Add(input.Value.ValueKind switch
                {
                    JsonValueKind.String => (input.Name, input.Value.GetString()!, false),
                    JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => (input.Name, input.Value.GetRawText(), false),
                    JsonValueKind.Array => (input.Name, string.Join('\n', input.Value.EnumerateArray().Select(Item)), true),
                    _ => throw new FormatException($"the input '{input.Name}' is neither a text, a number, true, false nor a list"),
                });
            }
        return new(template, Path.GetFullPath(folder).TrimEnd('/'), inputs, root.TryGetProperty("run", out var run) && run.ValueKind == JsonValueKind.True);

        static string Item(JsonElement item) => item.ValueKind switch
        {
            JsonValueKind.String when item.GetString() is { } text && !text.Contains('\n', StringComparison.Ordinal) => text,
            JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => item.GetRawText(),
            _ => throw new FormatException("an item of a list is a text of one line, a number, true or false"),
        };
    }

    /// <summary>The options of <c>spool new</c>. Lists, long texts and those that begin as a file's name would go by a file, so that nothing in them means anything.</summary>
    private IEnumerable<string> Options(NewWorkspace wanted, string texts)
    {
        foreach (var (name, text, isList) in wanted.Inputs)
        {
            yield return "--var";
            if (!isList && text.Length <= LongestArgument && !text.StartsWith('@') && !text.Contains('\0', StringComparison.Ordinal))
            {
                yield return $"{name}={text}";
                continue;
            }
            DurableFile.CreateFolders(place.Disk, texts);
            place.Disk.SetMode(texts, 0x1c0);
            DurableFile.WritePlain(place.Disk, Path.Join(texts, name), Encoding.UTF8.GetBytes(text + "\n"));
            yield return $"{name}=@{Path.Join(texts, name)}";
        }
    }

    private void Forget(string texts)
    {
        if (place.Disk.Stat(texts) is null) return;
        foreach (var entry in place.Disk.List(texts)) place.Disk.DeleteFile(Path.Join(texts, entry.Name));
        place.Disk.DeleteFolder(texts);
    }

    /// <summary>What the program said was wrong: the messages of its problems, or its sentence.</summary>
    private static string Complaint(string said)
    {
        var told = new List<string>();
        foreach (var line in said.Split('\n').Where(l => l.StartsWith('{')))
        {
            try
            {
                using var document = JsonDocument.Parse(line);
                if (!document.RootElement.TryGetProperty("problems", out var problems)) continue;
                foreach (var problem in problems.EnumerateArray())
                    told.Add(problem.GetProperty("message").GetString() + (problem.TryGetProperty("hint", out var hint) && hint.GetString() is { Length: > 0 } more ? $" ({more})" : ""));
            }
            catch (JsonException) { continue; } // a text of several lines that looks like one
        }
        if (told.Count > 0) return string.Join("; ", told);
        // As the terminal has it, without the words that set it off there.
        return string.Join('\n', said.Split('\n').Where(l => l.Length > 0 && !l.StartsWith("see: ", StringComparison.Ordinal)).Select(l => l.StartsWith("error: ", StringComparison.Ordinal) ? l[7..] : l)).Trim();
    }

    [GeneratedRegex("^[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Named();
}
