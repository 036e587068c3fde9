using System.CommandLine;

namespace Spool.App.Cli;

/// <summary>One verb of the command line: one file, found by reflection. The examples stand at the end of its help.</summary>
public abstract class Verb
{
    /// <summary>Exit codes, the same for all verbs; the worst wins: 130, 2, 1, 3, 0.</summary>
    public const int Done = 0, Failed = 1, WrongText = 2, Waiting = 3, Cancelled = 130;

    public abstract string Name { get; }
    public abstract string Summary { get; }
    public virtual IReadOnlyList<string> Examples => [];

    /// <summary>Place in the list of verbs; verbs of one group stand together.</summary>
    public virtual int Order => 50;

    /// <summary>Adds options and sets the action.</summary>
    public abstract void Build(Command command);
}
