using System.CommandLine;
using Spool.App.Help;
using Spool.Engine;

namespace Spool.App.Cli;

public sealed class KindsVerb : Verb
{
    private readonly Argument<string?> _name = new("NAME") { Description = "A kind to show whole, or the start of several (audio.)", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<bool> _json = new("--json") { Description = "One JSON object a line, one for each kind" };
    private readonly Option<bool> _markdown = new("--markdown") { Description = "The page for the guide" };

    public override string Name => "kinds";
    public override string Summary => "Show what steps can do: their inputs, outputs and options";
    public override int Order => 41;
    public override IReadOnlyList<string> Examples => ["spool kinds", "spool kinds text.split", "spool kinds --json | jq -r .name"];

    public override void Build(Command command)
    {
        command.Add(_name);
        command.Add(_json);
        command.Add(_markdown);
        command.SetAction(parsed =>
        {
            using var composition = new Composition();
            return Show(composition.Catalogue, parsed.GetValue(_name), parsed.GetValue(_json), parsed.GetValue(_markdown));
        });
    }

    private static int Show(Catalogue catalogue, string? name, bool json, bool markdown)
    {
        var exact = name is not null && catalogue.Find(name) is { } kind ? KindPage.Of(catalogue, kind) : null;
        var pages = exact is not null ? [exact] : KindPage.All(catalogue).Where(p => name is null || p.Name.StartsWith(name, StringComparison.Ordinal)).ToList();
        if (pages.Count == 0) throw new UsageException($"there is no step kind '{name}'; {NearestName.Hint(name!, catalogue.Names) ?? "see them all with: spool kinds"}");
        if (json) foreach (var page in pages) JsonOut.Object(w => KindText.Json(w, page));
        else if (markdown) Console.Write(KindText.Markdown(pages));
        else foreach (var line in exact is null ? KindText.List(pages, 100) : KindText.Page(exact, 80)) Console.WriteLine(line);
        return Done;
    }
}
