using System.Text;
using Spool.Interchange.Export;
using Spool.Engine;
using Spool.Engine.Definition;
using Spool.Platform;

namespace Spool.Interchange.Import;

/// <summary>What an import made, and what became of each field.</summary>
public sealed record Imported(string Form, int Made, int Left, IReadOnlyList<string> Files, IReadOnlyList<ImportNote> Notes)
{
    /// <summary>What <see cref="Made"/> counts.</summary>
    public string Unit { get; init; } = "steps";
    public string LeftAs { get; init; } = "left as comments";
    /// <summary>Programs that a run must allow, variables that it must be given.</summary>
    public IReadOnlyList<string> Programs { get; init; } = [];
    public IReadOnlyList<string> Needed { get; init; } = [];
    public required Func<ImportNote, string> Line { get; init; }
}

/// <summary>
/// A workspace made from Winnow: of a configuration (JSON, or the literals of <c>pipeline.py:cfg</c>, which is read as text and never run) the workflow of a
/// curation; of a state folder also its results, as the files of a curation.
/// </summary>
/// <param name="template">The text of the workflow whose variables get the values: the template <see cref="WinnowWorkflow.Template"/>.</param>
/// <param name="source">What is imported, a file or a folder.</param>
/// <param name="folder">The new workspace.</param>
public sealed class WinnowProject(IDisk disk, string template, string source, string folder)
{
    private const int MostBytes = 1 << 20;
    private readonly ImportNotes _notes = new();

    /// <summary>Null with Problems when it is nothing of Winnow; then nothing was written.</summary>
    /// <exception cref="CurationException">Results are damaged.</exception>
    public Imported? Make(ProblemList problems)
    {
        var results = disk.Stat(source) is { Kind: FileKind.Folder };
        var state = results ? WinnowState.Find(disk, source, _notes) : null;
        var streams = state?.Streams() ?? [];
        YamlMap? config = null;
        if (results && streams.Count == 0) problems.Add("SPL0182", new Mark(source, 0, 0), "the folder holds no results of Winnow (no stream under .winnow/state/v1/streams)", "name the folder in which .winnow lies, or a configuration");
        else config = results ? ConfigOf(streams) : Configuration(problems);
        if (problems.Any) return null;
        var settings = new WinnowSettings(config ?? new YamlMap(default, []), results ? state!.Project : Path.GetDirectoryName(FileOf().File)!, _notes);
        var input = results ? WinnowResults.InputOf(streams) : settings.Input;
        if (input is null) _notes.Do(default, null, "ingest.root", "the configuration does not say where the frames lie: set 'input' in spool.yaml");
        var values = settings.Values.Where(v => v.Name != "input").ToList();
        if (input is not null) values.Insert(0, ("input", new YamlScalar(default, input, true)));
        // The template names the stream of pictures right in the input.
        if (streams is [var only]) values.Add(("name", new YamlScalar(default, WinnowResults.NameOf(only), true)));
        var made = DurableFile.CreateFolders(disk, folder);
        var written = state is null ? null : new WinnowResults(disk, state, folder, _notes);
        try
        {
            foreach (var stream in streams) written!.Write(stream, input!);
            DurableFile.WritePlain(disk, Path.Join(folder, WorkflowReader.DefaultName), Encoding.UTF8.GetBytes(WinnowWorkflow.Write(template, values, _notes)));
        }
        catch (CurationException)
        {
            // All or nothing: the folder was empty or not there.
            foreach (var entry in disk.List(folder)) DurableFile.DeleteTree(disk, Path.Join(folder, entry.Name));
            foreach (var one in made.AsEnumerable().Reverse()) disk.DeleteFolder(one);
            throw;
        }
        var files = (written?.Files ?? []).Prepend(WorkflowReader.DefaultName).Append("import-report.md").ToList();
        var imported = results
            ? new Imported("results", streams.Count, settings.Left, files, _notes.All) { Unit = "streams", LeftAs = "keys of the configuration left out", Line = Line }
            : new Imported("configuration", settings.Taken, settings.Left, files, _notes.All) { Unit = "keys", LeftAs = "left out", Line = Line };
        DurableFile.WritePlain(disk, Path.Join(folder, "import-report.md"), Encoding.UTF8.GetBytes(Report(imported)));
        return imported;
    }

    private (string File, string? Name) FileOf()
    {
        // pipeline.py:cfg, where there is no file of the whole name.
        var colon = source.LastIndexOf(':');
        return disk.Stat(source) is null && colon > 0 && source.AsSpan(0, colon).EndsWith(".py") ? (source[..colon], source[(colon + 1)..]) : (source, null);
    }

    private YamlMap? Configuration(ProblemList problems)
    {
        var (file, name) = FileOf();
        var at = new Mark(file, 0, 0);
        if (disk.Stat(file) is not { Kind: FileKind.File } stat)
        {
            problems.Add("SPL0100", at, "there is no such file", "name a JSON file, pipeline.py:cfg, or the folder in which .winnow lies");
            return null;
        }
        if (stat.Size > MostBytes)
        {
            problems.Add("SPL0105", at, $"the file has more than {MostBytes >> 20} MiB");
            return null;
        }
        string text;
        try { text = new UTF8Encoding(false, true).GetString(DurableFile.Read(disk, file)).TrimStart('\uFEFF'); }
        catch (DecoderFallbackException)
        {
            problems.Add("SPL0101", at, "the file is not text in UTF-8");
            return null;
        }
        if (!file.EndsWith(".py", StringComparison.Ordinal))
        {
            var node = YamlText.Read(file, text, problems);
            if (!problems.Any && node is not YamlMap) problems.Add("SPL0182", node?.At ?? at, "this is no configuration of Winnow: it is no JSON object");
            return node as YamlMap;
        }
        var literals = new WinnowLiterals(file, text, _notes);
        if (literals.Find(name ?? "cfg") is YamlMap found) return found;
        problems.Add("SPL0182", at, $"no literal configuration is assigned to '{name ?? "cfg"}'", NearestName.Hint(name ?? "cfg", literals.Names) ?? "write it as cfg = Config(blur=BlurConfig(threshold=80.0), ...); nothing of the file is run");
        return null;
    }

    /// <summary>The configuration of the newest job; those of other streams may differ.</summary>
    private YamlMap? ConfigOf(IReadOnlyList<WinnowStream> streams)
    {
        var jobs = streams.Where(s => s.Job is { } job && job.TryGetProperty("config", out _)).Select(s => s.Job!.Value.GetProperty("config").GetRawText()).ToList();
        if (jobs.Count == 0)
        {
            _notes.Do(default, null, "config", "no job that succeeded has a configuration: the usual values stand in spool.yaml");
            return null;
        }
        var read = YamlText.Read("config", jobs[0], new ProblemList()) as YamlMap;
        // Where the frames lie is told by the streams; what Spool's own exports add is for the results alone.
        var own = new[] { "duplicate.linkage", "duplicate.masked", "duplicate.merged", "duplicate.window", "idle.leave", "idle.min_s", "ingest.root" };
        var config = read is null ? null : read with
        {
            Entries = [.. read.Entries.Select(e => e.Value is YamlMap section ? e with { Value = section with { Entries = [.. section.Entries.Where(i => !own.Contains($"{e.Key}.{i.Key}")).Select(i => i with { KeyAt = default })] } } : e with { KeyAt = default })],
        };
        if (streams.Count > 1 && jobs.Select(Rules).Distinct().Count() > 1) _notes.Do(default, null, "config", $"the streams were run with different configurations; spool.yaml has that of {streams[0].Path}");
        return config;

        static string Rules(string json) => YamlText.Read("config", json, new ProblemList()) is YamlMap map ? string.Join('\n', map.Entries.Where(e => e.Key != "ingest").SelectMany(e => e.Value is YamlMap s ? s.Entries.Where(i => i.Value is YamlScalar && i.Key != "masked").Select(i => $"{e.Key}.{i.Key}={((YamlScalar)i.Value).Text}") : [e.Key + "=" + (e.Value as YamlScalar)?.Text])) : json;
    }

    private string Report(Imported imported)
    {
        var text = new StringBuilder($"# What became of {Path.GetFileName(source)}\n\n{(imported.Form == "results" ? "Results" : "A configuration")} of Winnow: {imported.Made} {imported.Unit} taken, {imported.Left} {imported.LeftAs}.\n");
        foreach (var (sort, title) in new[] { (NoteSort.NoEqual, "No equal"), (NoteSort.Changed, "In another form"), (NoteSort.ToDo, "To do") })
        {
            var notes = imported.Notes.Where(n => n.Sort == sort).ToList();
            if (notes.Count > 0) text.Append($"\n## {title}\n\n");
            foreach (var note in notes) text.Append("- ").Append(Line(note)).Append('\n');
        }
        return text.ToString();
    }

    private string Line(ImportNote note)
    {
        var place = $"{Path.GetFileName(FileOf().File)}{(note.At.Line > 0 ? $":{note.At.Line}" : "")}";
        return new string([.. $"{place}  {(note.Step is null ? "" : note.Step + ": ")}{note.Field}: {note.Why}".Select(c => char.IsControl(c) ? ' ' : c)]);
    }
}
