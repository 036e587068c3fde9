namespace Spool.Engine.Definition;

/// <summary>A value as the user wrote it, with its place. Immutable; what templates make of it is a new one.</summary>
public abstract record YamlNode(Mark At)
{
    /// <summary>What it is, for messages: "text", "a list", "a mapping".</summary>
    public abstract string Noun { get; }
}

/// <summary>A scalar. <paramref name="Quoted"/> scalars are always text; plain ones are read by the type they are bound to.</summary>
public sealed record YamlScalar(Mark At, string Text, bool Quoted) : YamlNode(At)
{
    public override string Noun => Text.Length == 0 && !Quoted ? "nothing" : "text";

    /// <summary>An absent value: empty, ~ or null.</summary>
    public bool IsNull => !Quoted && Text is "" or "~" or "null";
}

public sealed record YamlList(Mark At, IReadOnlyList<YamlNode> Items) : YamlNode(At)
{
    public override string Noun => "a list";
}

public sealed record YamlMap(Mark At, IReadOnlyList<YamlEntry> Entries) : YamlNode(At)
{
    public override string Noun => "a mapping";

    public YamlNode? this[string key]
    {
        get
        {
            foreach (var entry in Entries)
                if (entry.Key == key) return entry.Value;
            return null;
        }
    }
}

public sealed record YamlEntry(string Key, Mark KeyAt, YamlNode Value);
