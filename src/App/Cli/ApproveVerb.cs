namespace Spool.App.Cli;

public sealed class ApproveVerb : ReviewVerb
{
    public override string Name => "approve";
    public override string Summary => "Approve what a review shows, with the edits made while it waited";
    public override IReadOnlyList<string> Examples => ["spool approve              the only open review, or a list of them", "spool approve listen:intro && spool run"];

    protected override string Verdict => "approve";
}
