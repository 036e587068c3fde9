using System.CommandLine;
using System.Globalization;
using Spool.App.Index;
using Spool.App.Queue;
using Spool.Engine.Scheduling;

namespace Spool.App.Cli;

public sealed class SearchVerb : Verb
{
    private readonly Argument<string[]> _words = new("TEXT") { Description = "Words, each from its beginning; all of them must be there", Arity = ArgumentArity.OneOrMore };
    private readonly Option<int> _limit = new("--limit") { Description = "How many at most", HelpName = "N", DefaultValueFactory = _ => 20 };
    private readonly Option<string?> _state = new("--state") { Description = "The state root of the server (default: SPOOL_STATE, else ~/.local/state/spool)", HelpName = "DIR" };
    private readonly Option<bool> _json = new("--json") { Description = "One JSON object a line" };

    public override string Name => "search";
    public override string Summary => "Find runs of the server by a text: names, labels, errors, scripts, notes";
    public override int Order => 12;
    public override IReadOnlyList<string> Examples => ["spool search violet", "spool search \"moov atom\" --json | jq -r .run"];

    public override void Build(Command command)
    {
        command.Add(_words);
        foreach (var option in (Option[])[_limit, _state, _json]) command.Add(option);
        command.SetAction(parsed =>
        {
            using var composition = ServerState.Compose(parsed.GetValue(_state));
            var runs = new ServerRuns(composition);
            var text = string.Join(' ', parsed.GetValue(_words)!);
            if (SearchText.Refusal(text) is { } refusal) throw new UsageException(refusal);
            if (RunIndex.Unavailable is { } why) throw new UsageException(why);
            if (!runs.IsServed) IndexVerb.Update(runs, null);
            using var index = RunIndex.Read(runs.Place) ?? throw new UsageException("there is no index yet; make it: spool index rebuild");
            var hits = IndexQuery.Search(index, SearchText.Plain(text), Math.Clamp(parsed.GetValue(_limit), 1, 1000));
            if (parsed.GetValue(_json))
            {
                foreach (var hit in hits) JsonOut.Line(w =>
                {
                    w.WriteString("kind", hit.Kind);
                    w.WriteString("run", hit.Run.ToString(CultureInfo.InvariantCulture));
                    if (hit.Kind == "task") w.WriteString("task", hit.Reference);
                    else if (hit.Kind is "text" or "artifact") w.WriteString("path", hit.Reference);
                    else if (hit.Kind == "review") w.WriteString("review", hit.Reference);
                    w.WriteString("name", hit.RunName);
                    w.WriteString("status", hit.Status);
                    w.WriteString("excerpt", hit.Excerpt);
                    w.WriteString("at", RunExport.Time(hit.At));
                });
                return Done;
            }
            if (hits.Count == 0)
            {
                Console.WriteLine("nothing was found");
                return Done;
            }
            Columns.Print(Console.Out, [["RUN", "WORKFLOW", "STATE", "WHERE", "TEXT"], .. hits.Select(h => new[] { h.Run.ToString(CultureInfo.InvariantCulture), TerminalText.Plain(h.RunName), h.Status, TerminalText.Plain(h.Reference.Length > 0 ? h.Reference : h.Kind), TerminalText.Plain(h.Excerpt) })]);
            return Done;
        });
    }
}
