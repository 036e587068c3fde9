namespace Spool.Engine;

/// <summary>
/// What a step of a workflow does. A step kind is one sealed record in one file: its init-only properties without an attribute are the
/// options (default = initialiser, <c>required</c> where there is none), properties with <see cref="InAttribute"/> and
/// <see cref="OutAttribute"/> are its roles, its summary is the help. A step never knows where it runs; time, randomness and environment
/// come only from the context.
/// </summary>
public abstract record Step
{
    /// <summary>Does the work inside the attempt folder. A tool that fails throws <see cref="StepFailedException"/> by itself.</summary>
    public abstract Task<StepResult> RunAsync(StepContext context, CancellationToken cancel);

    /// <summary>The tools that this step with these options starts; their identities are part of its key.</summary>
    public virtual IReadOnlyList<string> ToolsUsed() => [];

    /// <summary>The services that this step with these options calls, by name or purpose (<c>chat</c>); their identities are part of its key.</summary>
    public virtual IReadOnlyList<string> ProvidersUsed() => [];

    /// <summary>How long the sound or film that this step makes will be, guessed from the texts of its inputs (by role); null: no idea. For stand-ins.</summary>
    public virtual double? ExpectedSeconds(Func<string, string?> text) => null;

    /// <summary>Whether two runs with these options may differ; null: as the kind says.</summary>
    public virtual bool? Varies => null;

    /// <summary>What is wrong with the options together (each alone is checked by its type and range): option name and sentence.</summary>
    public virtual IEnumerable<(string Option, string Message)> Check() => [];
}

/// <summary>Names a step kind. Raise the version with every change of its output; the goldens notice when it was forgotten.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class StepKindAttribute(string name, int version) : Attribute
{
    public string Name { get; } = name;
    public int Version { get; } = version;

    /// <summary>Two runs may differ (voices of services, models with a temperature): never deduplicated, and kept by gc.</summary>
    public bool Varies { get; init; }

    /// <summary>Base names of inputs and outputs matter to the result, so they are in the key and in the attempt folder.</summary>
    public bool NamesMatter { get; init; }

    /// <summary>Takes any roles the workflow names (the command step).</summary>
    public bool AnyRoles { get; init; }

    /// <summary>Whether a step with these options may come out differently each time.</summary>
    internal bool VariesWith(Step? options) => options?.Varies ?? Varies;

    /// <summary>Never runs: a person decides, and what reads its inputs waits for the decision.</summary>
    public bool IsReview { get; init; }

    /// <summary>Runs with an empty list input; otherwise an empty list skips the step.</summary>
    public bool AllowsEmpty { get; init; }

    /// <summary>Never starts a program: its inputs are not linked into the attempt folder until it asks for a path.</summary>
    public bool InProcess { get; init; }

    /// <summary>
    /// Sees its own last result (<see cref="StepContext.Previous"/>), so that names it once gave stay: ids of groups. The result is not in the key,
    /// so it may decide about names only, never about what is found.
    /// </summary>
    public bool SeesPrevious { get; init; }

    /// <summary>Processors that one task keeps busy; clamped to what the machine has.</summary>
    public double Cpu { get; init; } = 1;
}

/// <summary>An input role: <see cref="InputFile"/>, <see cref="InputList"/> or <see cref="InputFolder"/>; optional when the type is nullable.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class InAttribute(string role) : Attribute
{
    public string Role { get; } = role;

    /// <summary>How a folder from outside is looked at.</summary>
    public FolderView View { get; init; }
}

/// <summary>How a folder input from outside the workspace is looked at. What tasks made is always taken whole.</summary>
public enum FolderView
{
    /// <summary>All regular files, each linked into the attempt folder; anything else in it is passed over.</summary>
    Whole,
    /// <summary>Foreign footage: all regular files, and by name and reason what cannot be read as one. The folder itself is linked; a single file counts as a folder of one.</summary>
    Tree,
    /// <summary>As <see cref="Tree"/>, but neither listed nor in the key: another input names the files that are read, with their digests, and the step checks what it reads against them.</summary>
    Slice,
}

/// <summary>An output role: <see cref="OutputFile"/> or <see cref="OutputFolder"/>; optional when the type is nullable.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class OutAttribute(string role) : Attribute
{
    public string Role { get; } = role;

    /// <summary>Made only to be looked at: pages show it as it is and make no previews of it.</summary>
    public bool IsPreview { get; init; }
}

/// <summary>The allowed range of a numeric option, both ends included.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class WithinAttribute(double least, double most) : Attribute
{
    public double Least { get; } = least;
    public double Most { get; } = most;
}
