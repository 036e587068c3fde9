using System.CommandLine;
using System.Globalization;
using System.Text;
using Spool.App.Help;
using Spool.Engine;
using Spool.Engine.Definition;
using Spool.Media.Frames;
using Spool.Platform;

namespace Spool.App.Cli;

public sealed class CurateVerb : Verb
{
    private readonly Argument<string> _input = new("INPUT") { Description = "A folder of frames, of folders of frames and of films; or one film. It is only read" };
    private readonly Option<string?> _workspace = new("--workspace", "-w") { Description = "Where the results go (default: ./<name>-curation)", HelpName = "DIR" };
    private readonly Option<string?> _profile = new("--profile") { Description = "local-cpu, gpu-single, high-throughput: parts of 256, 1024, 2048 frames, 2, 4, 8 at once", HelpName = "NAME" };
    private readonly Option<string[]> _set = new("--set") { Description = "Another value for an option of a step: idle.motion=0.01", HelpName = "S.O=V" };
    private readonly Option<string[]> _var = new("--var") { Description = "Another value for a variable of the workflow: distance=4", HelpName = "K=V" };
    private readonly Option<double?> _blur = new("--blur-below") { Description = "Blurry below this Laplacian variance (default: 80 for pictures, 250 for films at working size)", HelpName = "X" };
    private readonly Option<string[]> _metrics = new("--metrics") { Description = "blur, luma, exposure, contrast, phash, dhash, motion, content (default: all)", HelpName = "A,B" };
    private readonly Option<string?> _pattern = new("--pattern") { Description = "How frames are named (default: image_<index>; where no name fits, the last digits)", HelpName = "NAME" };
    private readonly Option<bool> _strict = new("--strict-sequence") { Description = "Fail when numbers are missing or used twice, or a frame cannot be read" };
    private readonly Option<int?> _jobs = new("--jobs", "-j") { Description = "How many parts at once (default: the processors)", HelpName = "N" };
    private readonly Option<bool> _json = new("--json") { Description = "One JSON object an event; the last is the run" };

    public override string Name => "curate";
    public override string Summary => "Measure frames or a film, find what is blurry, dark, double or idle, and select";
    public override int Order => 29;
    public override IReadOnlyList<string> Examples =>
    [
        "spool curate /mnt/cam7                    results in ./cam7-curation, report.html in it",
        "spool curate trailer.mp4 --set cuts.detector=content",
        "spool curate /mnt/cam7 --blur-below 120   flags only, nothing is decoded again",
        "spool export cam7-curation --format coco --out dataset",
    ];

    public override void Build(Command command)
    {
        command.Add(_input);
        foreach (var option in (Option[])[_workspace, _profile, _set, _var, _blur, _metrics, _pattern, _strict, _jobs, _json]) command.Add(option);
        command.SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancel)
    {
        using var composition = new Composition();
        var given = parsed.GetValue(_input)!;
        var input = Path.GetFullPath(given, composition.CurrentFolder);
        if (input.Length > 1) input = input.TrimEnd('/');
        var stat = composition.Disk.Stat(input) ?? throw new UsageException($"{given} is not there");
        if (stat.Kind is not (FileKind.Folder or FileKind.File)) throw new UsageException($"{given} is neither a folder nor a file");
        if (stat.Kind == FileKind.File && !FrameNames.IsFilm(input)) throw new UsageException($"{given} is no film by its name (mp4, m4v, mov, mkv, webm, avi); name the folder for pictures");
        var name = stat.Kind == FileKind.File ? Path.GetFileNameWithoutExtension(input) : Path.GetFileName(input) is { Length: > 0 } own ? own : "root";
        var workspace = Path.GetFullPath(parsed.GetValue(_workspace) ?? $"{name}-curation", composition.CurrentFolder).TrimEnd('/');
        if (stat.Kind == FileKind.Folder && (workspace + "/").StartsWith(input + "/", StringComparison.Ordinal))
            throw new UsageException($"the results would lie in {given}, which is only read; name another place: --workspace DIR");
        if (workspace.AsSpan().IndexOfAny('\n', '\r') >= 0 || input.AsSpan().IndexOfAny('\n', '\r') >= 0) throw new UsageException("a path with a line break cannot stand in a workflow; rename the folder");
        var place = new CurationPlace(stat.Kind == FileKind.File ? Path.GetDirectoryName(input)! : input, stat.Kind == FileKind.File ? Path.GetFileName(input) : "", name);
        var arguments = Arguments(parsed, place);
        var file = place.Prepare(composition, workspace);
        var json = parsed.GetValue(_json);
        var shown = Path.GetRelativePath(composition.CurrentFolder, workspace);
        if (!json) Console.WriteLine($"{given} is only read; results in {(shown.StartsWith("..", StringComparison.Ordinal) ? workspace : "./" + shown)}");
        var session = new RunSession(composition, WorkflowFile.Locate(composition, file, null), arguments) { Json = json, Jobs = parsed.GetValue(_jobs) ?? Workers(arguments.Profile), Yes = true };
        var code = await session.RunAsync(cancel);
        if (code != Done) return code;
        var summary = new CurationSummary(composition, workspace, shown);
        summary.Print(json ? TextWriter.Null : Console.Out);
        return summary.Readable ? Done : Failed;
    }

    /// <summary>Parts measured at once by the profiles; never more than processors.</summary>
    private static int? Workers(string? profile) => profile switch
    {
        "local-cpu" => Math.Min(2, Environment.ProcessorCount),
        "gpu-single" => Math.Min(4, Environment.ProcessorCount),
        "high-throughput" => Math.Min(8, Environment.ProcessorCount),
        _ => null,
    };

    private WorkflowArguments Arguments(ParseResult parsed, CurationPlace place)
    {
        var vars = new List<(string, string)> { ("input", place.Folder), ("film", place.Film) };
        if (parsed.GetValue(_blur) is { } blur)
        {
            if (blur is not (>= 0 and <= 1_040_400)) throw new UsageException("--blur-below is a Laplacian variance, from 0 to 1040400");
            var text = blur.ToString("0.##########", CultureInfo.InvariantCulture);
            vars.AddRange([("blur-below", text), ("film-blur-below", text)]);
        }
        var metrics = (parsed.GetValue(_metrics) ?? []).SelectMany(m => m.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).ToList();
        if (metrics.FirstOrDefault(m => Media.Metrics.MetricNames.Find(m) is null) is { } unknown)
            throw new UsageException($"there is no metric '{unknown}'; {NearestName.Hint(unknown, Media.Metrics.MetricNames.All) ?? "metrics: " + string.Join(", ", Media.Metrics.MetricNames.All)}");
        if (metrics.Count > 0) vars.Add(("metrics", string.Join(',', metrics)));
        if (parsed.GetValue(_pattern) is { } pattern)
        {
            if (Media.Streams.FrameNumbering.Read(pattern) is null) throw new UsageException($"--pattern {pattern} must hold <index> once and no slash, as in image_<index>");
            vars.Add(("pattern", pattern));
        }
        if (parsed.GetValue(_strict)) vars.Add(("strict-sequence", "true"));
        foreach (var pair in parsed.GetValue(_var) ?? []) vars.Add(Pair(pair, "--var", "name=value"));
        return new WorkflowArguments { Vars = vars, Sets = [.. (parsed.GetValue(_set) ?? []).Select(s => Pair(s, "--set", "step.option=value"))], Profile = parsed.GetValue(_profile) };
    }

    private static (string, string) Pair(string text, string option, string form) =>
        text.IndexOf('=', StringComparison.Ordinal) is > 0 and var at ? (text[..at], text[(at + 1)..]) : throw new UsageException($"{option} {text}: write {form}");
}

/// <summary>The workspace of a curation: the workflow of the template, its defaults set to this input. A file that is there is the user's.</summary>
internal sealed record CurationPlace(string Folder, string Film, string Name)
{
    /// <summary>The workflow file; made when it is not there, and led to the input when that has moved.</summary>
    internal string Prepare(Composition composition, string workspace)
    {
        var disk = composition.Disk;
        var file = Path.Join(workspace, WorkflowReader.DefaultName);
        if (disk.Stat(workspace) is { Kind: not FileKind.Folder }) throw new UsageException($"{workspace} is a file; name a folder: --workspace DIR");
        if (disk.Stat(file) is null)
        {
            if (disk.Stat(workspace) is not null && disk.List(workspace).FirstOrDefault(e => e.Name != ".spool" && !e.Name.StartsWith(WorkflowReader.DefaultName, StringComparison.Ordinal)) is { Name: { } other })
                throw new UsageException($"{workspace} is no curation: it holds {other} and no {WorkflowReader.DefaultName}; nothing was written. Name an empty folder: --workspace DIR");
            DurableFile.CreateFolders(disk, workspace);
            var text = Set(ProjectTemplate.BuiltIn().First(t => t.Name == "curate").Text, "name", Name.Length > 0 ? Name : "frames");
            // Two that begin at once write files of their own; the first one's stands.
            var mine = $"{file}.{Environment.ProcessId}.new";
            DurableFile.WritePlain(disk, mine, Encoding.UTF8.GetBytes(Set(Set(text, "input", Folder), "film", Film)));
            if (disk.Rename(mine, file, RenameMode.NoReplace) != RenameOutcome.Done)
            {
                if (disk.Stat(file) is null) disk.Rename(mine, file, RenameMode.Replace);
                else disk.DeleteFile(mine);
            }
            disk.SyncFolder(workspace);
            return file;
        }
        var old = DurableFile.ReadText(disk, file);
        if (!old.Contains("curate.ingest", StringComparison.Ordinal)) throw new UsageException($"{file} is no workflow of a curation; name another folder: --workspace DIR");
        // Plain 'spool run' there must find the input too; where the file's layout is not understood, the run's own variables are enough.
        var now = Set(Set(old, "input", Folder), "film", Film);
        if (now != old) DurableFile.Write(disk, file, Encoding.UTF8.GetBytes(now));
        return file;
    }

    private static string Set(string text, string variable, string value)
    {
        var declared = ((YamlText.Read("", text, new ProblemList()) as YamlMap)?["vars"] as YamlMap)?[variable];
        if (declared is null || ((declared is YamlMap map ? map["default"] : declared) as YamlScalar)?.Text == value) return text;
        return YamlEdit.Set(text, declared is YamlMap ? ["vars", variable, "default"] : ["vars", variable], new YamlScalar(default, value, true)) ?? text;
    }
}
