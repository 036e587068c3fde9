using Spool.Engine.Journal;
using Spool.Engine.Planning;

namespace Spool.App.Cli;

public sealed class RejectVerb : ReviewVerb
{
    public override string Name => "reject";
    public override string Summary => "Reject what a review shows, and have it made anew at the next run";
    public override IReadOnlyList<string> Examples => ["spool reject listen:intro --note 'too fast' && spool run"];

    protected override string Verdict => "reject";

    // What made the rejected content is made anew: its salt is raised, as by redo.
    protected override void Also(Decision decision, TaskState review)
    {
        foreach (var maker in review.Node.Producers.Select(p => decision.StateOf(p)).Where(m => m.BaseKey is not null))
            decision.Journal.Append(new SaltRaised(maker.BaseKey!, decision.State.Salt(maker.BaseKey!) + 1, decision.Who, decision.Now));
    }
}
