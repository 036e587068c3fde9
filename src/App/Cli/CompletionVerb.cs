using System.CommandLine;
using Spool.App.Help;
using Spool.Engine;
using Spool.Engine.Definition;
using Spool.Platform;

namespace Spool.App.Cli;

public sealed class CompletionVerb : Verb
{
    private readonly Argument<string?> _shell = new("SHELL") { Description = "bash, zsh or fish", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<bool> _steps = new("--steps") { Description = "Print the steps of a workflow (FILE in place of SHELL), for completion itself", Hidden = true };
    private readonly Option<bool> _kinds = new("--kinds") { Description = "Print the step kinds", Hidden = true };
    private readonly Option<bool> _codes = new("--codes") { Description = "Print the codes of problems", Hidden = true };
    private readonly Option<bool> _templates = new("--templates") { Description = "Print the templates", Hidden = true };

    public override string Name => "completion";
    public override string Summary => "Print a script that completes spool in your shell";
    public override int Order => 90;
    public override IReadOnlyList<string> Examples =>
    [
        "source <(spool completion bash)                                      this shell only",
        "spool completion bash > ~/.local/share/bash-completion/completions/spool",
        "spool completion zsh > \"${fpath[1]}/_spool\"",
        "spool completion fish > ~/.config/fish/completions/spool.fish",
    ];

    public override void Build(Command command)
    {
        command.Add(_shell);
        foreach (var option in (Option[])[_steps, _kinds, _codes, _templates]) command.Add(option);
        command.SetAction(Show);
    }

    private int Show(ParseResult parsed)
    {
        using var composition = new Composition();
        var argument = parsed.GetValue(_shell);
        if (parsed.GetValue(_steps)) return Print(Steps(composition, argument));
        if (parsed.GetValue(_kinds)) return Print(composition.Catalogue.Names);
        if (parsed.GetValue(_codes)) return Print(ProblemGuide.Entries.Select(e => e.Code));
        if (parsed.GetValue(_templates)) return Print(TemplateShelf.All(composition, new Engine.ProblemList()).Select(t => t.Name));
        if (argument is null || !CompletionScript.Shells.Contains(argument)) throw new UsageException($"name the shell: {string.Join(", ", CompletionScript.Shells)}");
        Console.Write(CompletionScript.For(argument, CompletionScript.Verbs(CommandLine.Root(CommandLine.Verbs()))));
        return Done;
    }

    private static int Print(IEnumerable<string> words)
    {
        foreach (var word in words) Console.WriteLine(word);
        return Done;
    }

    /// <summary>Ids as they stand in the file; a file with problems still gives those it has.</summary>
    private static IEnumerable<string> Steps(Composition composition, string? file)
    {
        var found = WorkflowFile.Locate(composition, file, null).File;
        if (composition.Disk.Stat(found) is not { Kind: FileKind.File, Size: < 1 << 20 }) return [];
        var root = YamlText.Read(found, DurableFile.ReadText(composition.Disk, found), new ProblemList()) as YamlMap;
        return (root?["steps"] as YamlList)?.Items.OfType<YamlMap>().Select(s => s["id"]).OfType<YamlScalar>().Select(s => s.Text).Where(s => !s.Any(c => char.IsWhiteSpace(c) || char.IsControl(c))) ?? [];
    }
}
