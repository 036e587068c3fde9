using System.CommandLine;
using Spool.App.Help;

namespace Spool.App.Cli;

public sealed class SchemaVerb : Verb
{
    public override string Name => "schema";
    public override string Summary => "Print the JSON Schema of workflow files, for editors";
    public override int Order => 42;
    public override IReadOnlyList<string> Examples =>
    [
        "spool schema > spool.schema.json",
        "# yaml-language-server: $schema=spool.schema.json      as the first line of a workflow, for most editors",
    ];

    public override void Build(Command command) => command.SetAction(_ =>
    {
        using var composition = new Composition();
        Console.Write(WorkflowSchema.Text(KindPage.All(composition.Catalogue)));
        return Done;
    });
}
