using System.CommandLine;
using System.Text.Json;
using Spool.App.Help;
using Spool.Engine;

namespace Spool.App.Cli;

public sealed class ExplainVerb : Verb
{
    private readonly Argument<string[]> _codes = new("CODE") { Description = "Codes of problems, such as SPL0101 (default: list them all)", Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<bool> _json = new("--json") { Description = "One JSON object a line" };

    public override string Name => "explain";
    public override string Summary => "Tell what a problem means: cause, example, repair";
    public override int Order => 40;
    public override IReadOnlyList<string> Examples => ["spool explain SPL0113", "spool explain                          all codes, one line each"];

    public override void Build(Command command)
    {
        command.Add(_codes);
        command.Add(_json);
        command.SetAction(parsed => Show(parsed.GetValue(_codes) ?? [], parsed.GetValue(_json)));
    }

    private static int Show(IReadOnlyList<string> codes, bool json)
    {
        var entries = codes.Select(Find).ToList();
        if (json)
        {
            foreach (var entry in codes.Count == 0 ? ProblemGuide.Entries : entries) JsonOut.Line(w => Json(w, entry));
            return Done;
        }
        if (codes.Count == 0)
        {
            foreach (var entry in ProblemGuide.Entries) Console.WriteLine($"{entry.Code}  {entry.Title}");
            return Done;
        }
        for (var i = 0; i < entries.Count; i++)
        {
            if (i > 0) Console.WriteLine();
            foreach (var line in ProblemGuide.Lines(entries[i], 80)) Console.WriteLine(line);
        }
        return Done;
    }

    private static ProblemEntry Find(string code) => ProblemGuide.Find(code)
        ?? throw new UsageException($"there is no problem {ProblemGuide.Normal(code)}; {NearestName.Hint(ProblemGuide.Normal(code), ProblemGuide.Entries.Select(e => e.Code)) ?? "see them all with: spool explain"}");

    private static void Json(Utf8JsonWriter write, ProblemEntry entry)
    {
        write.WriteString("code", entry.Code);
        write.WriteString("title", entry.Title);
        write.WriteString("cause", Text(entry.Cause));
        write.WriteString("example", Text(entry.Example));
        write.WriteString("repair", Text(entry.Repair));
    }

    private static string Text(IEnumerable<GuidePart> parts) => string.Join("\n\n", parts.Select(p => p.Text));
}
