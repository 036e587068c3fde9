using Spool.Engine;

namespace Spool.Interchange.Import;

/// <summary>What an import did with a field.</summary>
public enum NoteSort
{
    /// <summary>It is left out; Spool has nothing like it.</summary>
    NoEqual,
    /// <summary>It is there in another form.</summary>
    Changed,
    /// <summary>Something a person has to do.</summary>
    ToDo,
}

/// <summary>One line of the report of an import.</summary>
public sealed record ImportNote(NoteSort Sort, Mark At, string? Step, string Field, string Why);

/// <summary>Collects the report of an import.</summary>
public sealed class ImportNotes
{
    private readonly List<ImportNote> _notes = [];

    /// <summary>In the order of the file.</summary>
    public IReadOnlyList<ImportNote> All => [.. _notes.OrderBy(n => n.At.Line).ThenBy(n => n.At.Column)];

    public void NoEqual(Mark at, string? step, string field, string why) => Add(new ImportNote(NoteSort.NoEqual, at, step, field, why));

    public void Changed(Mark at, string? step, string field, string why) => Add(new ImportNote(NoteSort.Changed, at, step, field, why));

    public void Do(Mark at, string? step, string field, string why) => Add(new ImportNote(NoteSort.ToDo, at, step, field, why));

    private void Add(ImportNote note)
    {
        if (!_notes.Contains(note)) _notes.Add(note);
    }
}
