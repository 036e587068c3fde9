using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Spool.Engine.Journal;
using Spool.Platform;

namespace Spool.App.Cli;

/// <summary>Puts the verbs together and runs the one asked for. The last of three catch-alls stands here; the others are around an attempt and around a request.</summary>
public static class CommandLine
{
    /// <summary>All verbs, found in this assembly, in the order of the help.</summary>
    public static List<Verb> Verbs() =>
        [.. typeof(CommandLine).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(Verb)) && !t.IsAbstract)
            .Select(t => (Verb)Activator.CreateInstance(t)!).OrderBy(v => v.Order).ThenBy(v => v.Name, StringComparer.Ordinal)];

    /// <summary>The tree of commands; the help of each ends with its examples.</summary>
    public static RootCommand Root(IEnumerable<Verb> verbs)
    {
        var root = new RootCommand("Write down how your video or data set is made; Spool makes it, and after a change makes only what changed.");
        foreach (var verb in verbs)
        {
            var command = new VerbCommand(verb);
            verb.Build(command);
            root.Add(command);
        }
        foreach (var option in root.Options.OfType<HelpOption>())
        {
            option.Description = "Show help";
            option.Action = new ShowHelp();
        }
        root.SetAction((_, cancel) => HomeScreen.ShowAsync(cancel));
        return root;
    }

    public static async Task<int> RunAsync(string[] args)
    {
        var only = args.Length > 0 ? Named(args[0]) : null;
        var verbs = only is null ? Verbs() : [only];
        var root = Root(verbs);
        try
        {
            var result = root.Parse(args);
            if (result.Errors.Count > 0 && result.Action is not ShowHelp)
            {
                foreach (var error in result.Errors) await Console.Error.WriteLineAsync("error: " + ArgumentMistake.Plain(error.Message));
                if (args.Length > 0 && only is null && !args[0].StartsWith('-') && Engine.NearestName.Hint(args[0], verbs.Select(v => v.Name)) is { } hint) await Console.Error.WriteLineAsync($"hint: {hint}");
                await Console.Error.WriteLineAsync($"see: spool {(only is null ? "" : only.Name + " ")}--help");
                return Verb.WrongText;
            }
            return await result.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
        }
        catch (OperationCanceledException) { return Verb.Cancelled; }
        catch (Exception e) when (e is UsageException or Queue.KeyRefusedException)
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

    /// <summary>A command that remembers its verb, so that the help finds the examples.</summary>
    private sealed class VerbCommand(Verb verb) : Command(verb.Name, verb.Summary)
    {
        internal IReadOnlyList<string> Examples { get; } = verb.Examples;
    }

    /// <summary>The verb of this name without making all others: <c>status</c> is StatusVerb. A class named otherwise is found the long way.</summary>
    private static Verb? Named(string name)
    {
        if (name.Length == 0 || name[0] == '-') return null;
        var type = typeof(CommandLine).Assembly.GetType($"{typeof(CommandLine).Namespace}.{char.ToUpperInvariant(name[0])}{name[1..]}Verb");
        if (type is { IsAbstract: false } && type.IsSubclassOf(typeof(Verb)) && (Verb)Activator.CreateInstance(type)! is var verb && verb.Name == name) return verb;
        return Verbs().Find(v => v.Name == name);
    }

    /// <summary>The help, which ends with the examples; it wins over mistakes in the other arguments.</summary>
    private sealed class ShowHelp : SynchronousCommandLineAction
    {
        public override bool Terminating => true;
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            var command = parseResult.CommandResult.Command;
            Help.HelpText.Write(parseResult.InvocationConfiguration.Output, command, (command as VerbCommand)?.Examples ?? []);
            return Verb.Done;
        }
    }
}

/// <summary>The arguments are wrong in a way that only the verb can see.</summary>
public sealed class UsageException(string message) : Exception(message);
