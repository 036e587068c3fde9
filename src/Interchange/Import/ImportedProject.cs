using System.Text;
using Spool.Engine;
using Spool.Engine.Definition;
using Spool.Engine.Graph;
using Spool.Platform;

namespace Spool.Interchange.Import;

/// <summary>
/// A project made from a VWF workflow: the workflow, the texts that its steps read, the report. The result is read by Spool's own reader before anybody
/// sees it: a step that has a problem there becomes a comment with that problem as its reason, until what is left has none.
/// </summary>
public sealed class ImportedProject(IDisk disk, Catalogue catalogue, Func<string, string?> environment, string source, string folder)
{
    private const int MostRounds = 200;
    private const long MostCopy = 1 << 20;

    private readonly ImportNotes _notes = new();
    private VwfFile _vwf = new() { Name = "" };

    public IReadOnlyList<ImportNote> Notes => _notes.All;
    public IReadOnlyList<string> Files { get; private set; } = [];
    public string Form => _vwf.IsReactive ? "reactive" : "linear";
    public int Made { get; private set; }
    public int Left { get; private set; }
    /// <summary>Programs that a run must allow.</summary>
    public IReadOnlyList<string> Programs { get; private set; } = [];
    /// <summary>Variables that a run must be given.</summary>
    public IReadOnlyList<string> Needed { get; private set; } = [];

    /// <summary>Reads, converts and writes; false with Problems when it is no VWF workflow or the result cannot be made right, and nothing was written then.</summary>
    public bool Make(ProblemList problems)
    {
        if (ReadText(problems) is not { } text || VwfFile.Read(source, text, problems, _notes) is not { } vwf) return false;
        _vwf = vwf;
        var conversion = new VwfConversion(vwf, catalogue, _notes, p => IsOwnFile(p) is not null);
        var steps = conversion.Steps();
        var made = DurableFile.CreateFolders(disk, folder);
        var (right, checkedSteps) = Right(conversion, steps, problems);
        if (right is null)
        {
            disk.DeleteFile(Path.Join(folder, WorkflowReader.DefaultName));
            foreach (var one in made.AsEnumerable().Reverse()) disk.DeleteFolder(one);
            return false;
        }
        Left = checkedSteps.Count(s => s.Left is not null && s.Source?.Kind != "ensure_dirs");
        Made = vwf.Steps.Count - Left;
        Programs = [.. checkedSteps.Where(s => s is { Left: null, Kind: "command" }).Select(s => (s.Options[0].Value as YamlList)?.Items[0]).OfType<YamlScalar>().Select(p => p.Text).Where(p => !p.Contains("{{", StringComparison.Ordinal)).Distinct()];
        Files = [WorkflowReader.DefaultName, .. Copy(checkedSteps), "import-report.md"];
        DurableFile.WritePlain(disk, Path.Join(folder, "import-report.md"), Encoding.UTF8.GetBytes(Report()));
        return true;
    }

    private string? ReadText(ProblemList problems)
    {
        var at = new Mark(source, 0, 0);
        if (disk.Stat(source) is not { Kind: FileKind.File } stat) problems.Add("SPL0100", at, "there is no such file");
        else if (stat.Size > YamlText.MostBytes) problems.Add("SPL0105", at, $"the file has more than {YamlText.MostBytes >> 20} MiB");
        else
        {
            try { return new UTF8Encoding(false, true).GetString(DurableFile.Read(disk, source)).TrimStart('\uFEFF'); }
            catch (DecoderFallbackException) { problems.Add("SPL0101", at, "the file is not text in UTF-8"); }
        }
        return null;
    }

    /// <summary>Writes and reads until no step has a problem.</summary>
    private (WorkflowText?, IReadOnlyList<SpoolStep>) Right(VwfConversion conversion, IReadOnlyList<SpoolStep> steps, ProblemList problems)
    {
        var path = Path.Join(folder, WorkflowReader.DefaultName);
        for (var round = 0; round < MostRounds; round++)
        {
            var text = WorkflowText.Of(_vwf, Path.GetFileName(source), conversion.Variables, conversion.Pools, steps);
            DurableFile.WritePlain(disk, path, Encoding.UTF8.GetBytes(text.Text));
            var found = new ProblemList();
            if (steps.All(s => s.Left is not null)) return (text, steps);
            var arguments = new WorkflowArguments { Vars = Samples(conversion, path) };
            var workflow = new WorkflowReader(disk, catalogue, environment).Read(path, arguments, found);
            if (workflow is not null && !found.Any) GraphBuilder.Build(workflow, found);
            if (!found.Any) return (text, steps);
            var wrong = found.Problems.GroupBy(p => text.Places.LastOrDefault(l => l.Line <= p.At.Line).Step).Where(g => g.Key is { Left: null }).ToDictionary(g => g.Key!, g => g.First());
            if (wrong.Count == 0)
            {
                foreach (var problem in found.Problems) problems.Add(problem.Code, problem.At with { File = $"{Path.GetFileName(folder)}/{WorkflowReader.DefaultName}" }, problem.Message, problem.Hint);
                return (null, steps);
            }
            steps = [.. steps.Select(s => wrong.TryGetValue(s, out var problem) ? Leave(s, problem) : s)];
            steps = [.. steps.Select(s => WithoutNeeds(s, steps))];
        }
        problems.Add("SPL0180", new Mark(source, 0, 0), $"the steps still have problems after {MostRounds} rounds");
        return (null, steps);
    }

    private SpoolStep Leave(SpoolStep step, Problem problem)
    {
        var why = $"{problem.Message}{(problem.Hint is null ? "" : $" ({problem.Hint})")}";
        _notes.NoEqual(step.Source?.At ?? step.At, step.Source?.Id ?? step.Id, "step", why);
        return step with { Left = why };
    }

    private static SpoolStep WithoutNeeds(SpoolStep step, IReadOnlyList<SpoolStep> all)
    {
        if (step.Left is not null || step.Keys.FirstOrDefault(k => k.Key == "needs").Value is not YamlList needs) return step;
        var left = needs.Items.Where(n => all.Any(s => s.Left is null && s.Id == ((YamlScalar)n).Text)).ToList();
        if (left.Count == needs.Items.Count) return step;
        return step with { Keys = [.. step.Keys.Where(k => k.Key != "needs").Concat(left.Count == 0 ? [] : [("needs", (YamlNode)new YamlList(default, left))])] };
    }

    /// <summary>Any value for the variables without one, so that the rest can be checked.</summary>
    private (string, string)[] Samples(VwfConversion conversion, string path)
    {
        var declared = new VariableDeclarations(new ProblemList()).Read([.. conversion.Variables.Select(v => new YamlEntry(v.Name, new Mark(path, 0, 0), v.Value))]);
        var open = declared.Where(v => v is { Default: null, Type: not VariableType.Secret }).ToList();
        Needed = [.. open.Select(v => v.Name)];
        return [.. open.Select(v => (v.Name, v.Type switch
        {
            VariableType.Integer or VariableType.Number => "1",
            VariableType.Boolean => "true",
            VariableType.List => string.Join(',', Enumerable.Range(1, (int)Math.Clamp(v.Least ?? 1, 1, 1000))),
            VariableType.File => "sample" + (v.Extensions.Count > 0 ? v.Extensions[0] : ""),
            _ => "sample",
        }))];
    }

    /// <summary>Copies the texts that steps read and that stand beside the file; of other files it says that they are to be copied.</summary>
    private List<string> Copy(IReadOnlyList<SpoolStep> steps)
    {
        var copied = new List<string>();
        var written = steps.Where(s => s.Left is null).SelectMany(s => s.OutputPaths).ToHashSet();
        foreach (var (step, path) in steps.Where(s => s.Left is null).SelectMany(s => s.Inputs.SelectMany(i => VwfConversion.PathsIn(i.Value)).Select(p => (s, p))).DistinctBy(x => x.p))
        {
            if (written.Contains(path) || copied.Contains(path) || path is WorkflowReader.DefaultName or "import-report.md" || IsOwnFile(path) is not { } size) continue;
            if (size > MostCopy || MediaClass.Of(path) is not ("text" or "svg" or "html" or "data" or "subtitles"))
            {
                _notes.Do(step.At, step.Source?.Id ?? step.Id, path, "copy this file into the project, at the same path");
                continue;
            }
            var bytes = DurableFile.Read(disk, Path.Join(Path.GetDirectoryName(source), path));
            DurableFile.CreateFolders(disk, Path.GetDirectoryName(Path.Join(folder, path))!);
            DurableFile.WritePlain(disk, Path.Join(folder, path), bytes);
            copied.Add(path);
            if (bytes.AsSpan().IndexOf("{{"u8) >= 0) _notes.NoEqual(step.At, step.Source?.Id ?? step.Id, path, "the file holds {{ }}: Spool fills in templates in the workflow, not in files");
        }
        return copied;
    }

    /// <summary>The size of a plain file beside the workflow, no link on the way to it; null when there is none.</summary>
    private long? IsOwnFile(string path)
    {
        if (path.Contains('*', StringComparison.Ordinal) || path.Contains('{', StringComparison.Ordinal) || Paths.Normalise(path) is not { } plain || plain.EndsWith('/')) return null;
        var at = Path.GetDirectoryName(source)!;
        var parts = plain.Split('/');
        try
        {
            for (var i = 0; i < parts.Length; i++)
            {
                at = Path.Join(at, parts[i]);
                if (disk.Stat(at, followLinks: false) is not { } stat || stat.Kind != (i == parts.Length - 1 ? FileKind.File : FileKind.Folder)) return null;
                if (i == parts.Length - 1) return stat.Size;
            }
        }
        catch (DiskException) { return null; } // a name that no file can have
        return null;
    }

    private string Report()
    {
        var text = new StringBuilder($"# What became of {Path.GetFileName(source)}\n\nA VWF workflow of the {Form} form: {Made} of {_vwf.Steps.Count} steps were made, {Left} are comments in spool.yaml.\n");
        foreach (var (sort, title) in new[] { (NoteSort.NoEqual, "No equal"), (NoteSort.Changed, "In another form"), (NoteSort.ToDo, "To do") })
        {
            var notes = Notes.Where(n => n.Sort == sort).ToList();
            if (notes.Count > 0) text.Append($"\n## {title}\n\n");
            foreach (var note in notes) text.Append("- ").Append(Line(note)).Append('\n');
        }
        return text.ToString();
    }

    /// <summary>A note on one line: place, step and field, why.</summary>
    public string Line(ImportNote note)
    {
        var place = $"{Path.GetFileName(source)}{(note.At.Line > 0 ? $":{note.At.Line}" : "")}";
        var line = $"{place}  {(note.Step is null ? "" : note.Step + ": ")}{note.Field}: {note.Why}";
        return new string([.. line.Select(c => char.IsControl(c) ? ' ' : c)]);
    }
}
