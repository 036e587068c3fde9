using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Spool.Engine.Journal;
using Spool.Platform;

namespace Spool.App.Cli;

/// <summary>Puts the verbs together and runs the one asked for. The last catch-all of the program stands here.</summary>
public static class CommandLine
{
    public static async Task<int> RunAsync(string[] args)
    {
        // Verbs that belong to another process (exec, completion) included, all are found in this assembly.
        var verbs = typeof(CommandLine).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(Verb)) && !t.IsAbstract)
            .Select(t => (Verb)Activator.CreateInstance(t)!).OrderBy(v => v.Order).ThenBy(v => v.Name, StringComparer.Ordinal).ToList();
        var root = new RootCommand("Write down how your video or data set is made; Spool makes it, and after a change makes only what changed.");
        var only = args.Length > 0 ? verbs.Find(v => v.Name == args[0]) : null;
        foreach (var verb in only is null ? verbs : [only])
        {
            var command = new Command(verb.Name, verb.Summary);
            verb.Build(command);
            if (verb.Examples.Count > 0) command.Add(Examples(verb));
            root.Add(command);
        }
        foreach (var option in root.Options.OfType<HelpOption>()) option.Description = "Show help";
        root.SetAction((_, cancel) => HomeScreen.ShowAsync(cancel));
        try
        {
            var result = root.Parse(args);
            if (result.Errors.Count > 0 && result.Action is not HelpAction)
            {
                foreach (var error in result.Errors) await Console.Error.WriteLineAsync("error: " + error.Message);
                if (args.Length > 0 && only is null && !args[0].StartsWith('-') && Engine.NearestName.Hint(args[0], verbs.Select(v => v.Name)) is { } hint) await Console.Error.WriteLineAsync($"hint: {hint}");
                await Console.Error.WriteLineAsync($"see: spool {(only is null ? "" : only.Name + " ")}--help");
                return Verb.WrongText;
            }
            return await result.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
        }
        catch (OperationCanceledException) { return Verb.Cancelled; }
        catch (UsageException e)
        {
            await Console.Error.WriteLineAsync("error: " + e.Message);
            return Verb.WrongText;
        }
        catch (Exception e) when (e is JournalException or DiskException or ProcessFailedException or Engine.Scheduling.WorkspaceBusyException)
        {
            await Console.Error.WriteLineAsync("error: " + e.Message);
            return Verb.Failed;
        }
        catch (Exception e)
        {
            await Console.Error.WriteLineAsync($"error: Spool itself broke: {e.Message}\nWhat was finished is kept. Please report this:\n{e}");
            return Verb.Failed;
        }
    }

    /// <summary>Examples as the last lines of a verb's help.</summary>
    private static Option Examples(Verb verb) => new ExampleOption(verb.Examples);

    /// <summary>A switch that only exists to carry examples into the help.</summary>
    private sealed class ExampleOption : Option<bool>
    {
        internal ExampleOption(IReadOnlyList<string> examples) : base("--examples")
        {
            Description = "Show examples";
            Action = new Show(examples);
        }

        private sealed class Show(IReadOnlyList<string> examples) : SynchronousCommandLineAction
        {
            public override bool Terminating => true;

            public override int Invoke(ParseResult parseResult)
            {
                foreach (var example in examples) Console.WriteLine(example);
                return 0;
            }
        }
    }
}

/// <summary>The arguments are wrong in a way that only the verb can see.</summary>
public sealed class UsageException(string message) : Exception(message);
