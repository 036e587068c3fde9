namespace Spool.App.Cli;

/// <summary>Bare <c>spool</c>: the last run here and the next sensible command.</summary>
public static class HomeScreen
{
    public static Task<int> ShowAsync(CancellationToken cancel)
    {
        _ = cancel;
        using var composition = new Composition();
        try
        {
            var workspace = WorkflowFile.FindWorkspace(composition, null);
            var (state, _, _) = Engine.Journal.EventJournal.ReadOnly(composition.Disk, new Engine.Scheduling.WorkspacePaths(workspace).Journal);
            var last = state.Runs.LastOrDefault();
            if (last is not null) Console.WriteLine($"last run {last.Run} of {last.Name}: {last.Status}{(last.Tasks is { } t ? $", {t.Ran} ran, {t.Reused} reused" : "")}");
            Console.WriteLine(last?.Status switch
            {
                "failed" => $"next  spool logs {last.Run} --failed",
                "waiting" => $"next  spool status {last.Run}",
                _ => "next  spool run",
            });
        }
        catch (UsageException)
        {
            Console.WriteLine("Spool makes videos and data sets from a workflow file, and after a change makes only what changed.");
            Console.WriteLine("next  spool demo            a finished video in a minute");
            Console.WriteLine("      spool new explainer   a project of your own");
            Console.WriteLine("      spool --help");
        }
        return Task.FromResult(Verb.Done);
    }
}
