using System.CommandLine;
using Spool.Executors;

namespace Spool.App.Cli;

public sealed class ExecVerb : Verb
{
    private readonly Argument<string> _envelope = new("ENVELOPE") { Description = "The JSON file of one attempt" };
    private readonly Option<string?> _objects = new("--objects") { Description = "Folder of the inputs by digest (default: objects beside the envelope)", HelpName = "DIR" };
    private readonly Option<string?> _result = new("--result") { Description = "Where the result goes (default: beside the envelope)", HelpName = "FILE" };
    private readonly Option<string[]> _allow = new("--allow") { Description = "Let command steps start this program", HelpName = "PROGRAM" };

    public override string Name => "exec";
    public override string Summary => "Run one attempt from its envelope on this machine, for executors on other hosts";
    public override int Order => 90;
    public override IReadOnlyList<string> Examples => ["spool exec attempt.json --objects /shared/objects"];

    public override void Build(Command command)
    {
        command.Add(_envelope);
        foreach (var option in (Option[])[_objects, _result, _allow]) command.Add(option);
        command.SetAction(async (parsed, cancel) =>
        {
            using var composition = new Composition();
            var path = Path.GetFullPath(parsed.GetValue(_envelope)!, composition.CurrentFolder);
            var objects = Path.GetFullPath(parsed.GetValue(_objects) ?? Path.Join(Path.GetDirectoryName(path), "objects"), composition.CurrentFolder);
            var result = Path.GetFullPath(parsed.GetValue(_result) ?? Path.ChangeExtension(path, ".result.json"), composition.CurrentFolder);
            var settings = Settings.Read(composition, new Engine.ProblemList());
            var envelope = new EnvelopeFile(composition.Disk, composition.Catalogue, composition.Tools(null), composition.Executor, settings.Allow.Concat(parsed.GetValue(_allow) ?? []).ToHashSet(), composition.Environment);
            var attempt = await envelope.RunAsync(path, objects, result, cancel);
            await Console.Out.WriteLineAsync(attempt.Failure is { } failure ? $"failed: {failure.Sentence}" : $"done: {string.Join(", ", attempt.Outputs.Select(o => o.Role))}");
            return attempt.Failure is null ? Done : attempt.Failure.Kind == Engine.FailureKind.Cancelled ? Cancelled : Failed;
        });
    }
}
