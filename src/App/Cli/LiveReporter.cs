namespace Spool.App.Cli;

/// <summary>The live view of a terminal.</summary>
public sealed class LiveReporter(Composition composition, WorkflowFile file, string? name, bool verbose) : TerminalReporter(composition, file, name, verbose);
