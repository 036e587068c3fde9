using System.CommandLine;

namespace Spool.App.Cli;

public sealed class RejectVerb : ReviewVerb
{
    private readonly Option<bool> _discard = new("--discard-edit") { Description = "Give up edits by hand of what is rejected; the edited bytes stay in the store" };

    public override string Name => "reject";
    public override string Summary => "Reject what a review shows, and have it made anew";
    public override IReadOnlyList<string> Examples => ["spool reject listen:intro --note 'too fast' --at 0:14.2 && spool run", "spool reject look --input image --note 'the sky is green'"];

    protected override string Verdict => "reject";
    protected override Option<bool>? DiscardEdit => _discard;
}
