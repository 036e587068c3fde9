using Spool.Platform;

namespace Spool.Tests.Support;

/// <summary>An inode of the <see cref="VirtualDisk"/>.</summary>
internal abstract class Node(ulong id, uint mode)
{
    internal ulong Id { get; } = id;
    internal uint Mode { get; set; } = mode;
    internal long ModifiedNs { get; set; }
    internal long ChangedNs { get; set; }
    internal uint Links { get; set; }
    internal object? LockedBy { get; set; }
    internal abstract FileKind Kind { get; }
    internal abstract long Size { get; }
    internal abstract bool IsDirty { get; }
    internal abstract void Sync();
}

internal sealed class LinkNode(ulong id, string target) : Node(id, 0x1ff)
{
    internal string Target { get; } = target;
    internal override FileKind Kind => FileKind.Link;
    internal override long Size => Target.Length;
    internal override bool IsDirty => false;
    internal override void Sync() { }
}

/// <summary>One name of a folder before and after; null is no such name.</summary>
internal readonly record struct NameChange(string Name, Node? Old, Node? New);

/// <summary>A folder: its names as programs see them, and the operations on them that no sync has made durable yet.</summary>
internal sealed class FolderNode : Node
{
    private readonly Dictionary<string, Node> _names = [];
    private readonly Dictionary<string, Node>.AlternateLookup<ReadOnlySpan<char>> _bySpan;

    internal FolderNode(ulong id, uint mode, FolderNode? parent) : base(id, mode)
    {
        Parent = parent ?? this;
        _bySpan = _names.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    internal FolderNode Parent { get; set; }
    internal IReadOnlyDictionary<string, Node> Names => _names;

    /// <summary>Un-synced operations, oldest first; the changes of one operation (a rename within the folder) go together.</summary>
    internal List<NameChange[]> Pending { get; } = [];
    internal override FileKind Kind => FileKind.Folder;
    internal override long Size => 4096;
    internal override bool IsDirty => Pending.Count > 0;

    internal Node? this[ReadOnlySpan<char> name] => _bySpan.TryGetValue(name, out var node) ? node : null;

    internal void Change(params NameChange[] changes)
    {
        Pending.Add(changes);
        Put(changes);
    }

    /// <summary>Names without a pending operation: for building a disk.</summary>
    internal void Put(params NameChange[] changes)
    {
        foreach (var change in changes)
        {
            if (change.New is null) _names.Remove(change.Name);
            else _names[change.Name] = change.New;
        }
    }

    internal override void Sync() => Pending.Clear();

    /// <summary>The names on the medium when only the chosen ones of the un-synced operations reached it.</summary>
    internal Dictionary<string, Node> After(Func<int, bool> reached)
    {
        var names = new Dictionary<string, Node>(_names);
        for (var i = Pending.Count - 1; i >= 0; i--)
            foreach (var change in Pending[i]) Set(names, change.Name, change.Old);
        for (var i = 0; i < Pending.Count; i++)
            if (reached(i))
                foreach (var change in Pending[i]) Set(names, change.Name, change.New);
        return names;

        static void Set(Dictionary<string, Node> names, string name, Node? node)
        {
            if (node is null) names.Remove(name);
            else names[name] = node;
        }
    }
}

/// <summary>An un-synced change of a file's bytes, with what it overwrote, so that it can be undone. Appends cost next to nothing.</summary>
internal readonly record struct PendingWrite(int Offset, int Length, byte[] Old, int OldLength, int NewLength);

/// <summary>A file: its bytes as programs see them, and the writes that no sync has made durable yet.</summary>
internal sealed class FileNode(ulong id, uint mode) : Node(id, mode)
{
    private byte[] _data = [];
    private int _length;
    private bool _shared;
    // The bytes on the medium, kept apart only after a failed sync threw dirty pages away (see LosePages).
    private byte[]? _medium;

    internal List<PendingWrite> Pending { get; } = [];
    internal int OpenCount { get; set; }
    internal override FileKind Kind => FileKind.File;
    internal override long Size => _length;
    internal override bool IsDirty => Pending.Count > 0 || _medium is not null;
    internal bool HasLostPages => _medium is not null;
    internal ReadOnlySpan<byte> Bytes => _data.AsSpan(0, _length);

    internal static FileNode Of(ulong id, FileNode like, byte[]? bytes)
    {
        var node = new FileNode(id, like.Mode) { ModifiedNs = like.ModifiedNs, ChangedNs = like.ChangedNs };
        if (bytes is null)
        {
            // Both copies keep the array until one of them is written.
            (node._data, node._length, node._shared, like._shared) = (like._data, like._length, true, true);
        }
        else (node._data, node._length) = (bytes, bytes.Length);
        return node;
    }

    internal void Write(int offset, ReadOnlySpan<byte> bytes)
    {
        var end = offset + bytes.Length;
        var old = offset < _length ? _data[offset..Math.Min(end, _length)] : [];
        Pending.Add(new PendingWrite(offset, bytes.Length, old, _length, Math.Max(_length, end)));
        Own(end);
        bytes.CopyTo(_data.AsSpan(offset));
        _length = Math.Max(_length, end);
    }

    internal void Truncate(int length)
    {
        if (length == _length) return;
        Pending.Add(new PendingWrite(length, 0, length < _length ? _data[length.._length] : [], _length, length));
        Own(length);
        if (length < _length) _data.AsSpan(length, _length - length).Clear();
        _length = length;
    }

    internal override void Sync()
    {
        if (_medium is not null)
        {
            var (medium, writes) = History();
            foreach (var write in writes) medium = write.ApplyTo(medium);
            _medium = medium.AsSpan().SequenceEqual(Bytes) ? null : medium;
        }
        Pending.Clear();
    }

    /// <summary>
    /// What Linux does when writing back fails: the error is told once, the pages count as clean, programs still read the new bytes, and no
    /// later sync writes them. Only writing the same bytes again helps. A cut of the length is no page: it waits in the file system's journal,
    /// and when that cannot be written nothing can any more.
    /// </summary>
    internal void LosePages()
    {
        var (medium, writes) = History();
        foreach (var write in writes)
            if (write.IsTruncate && write.NewLength < medium.Length) medium = write.ApplyTo(medium);
        if (!medium.AsSpan().SequenceEqual(Bytes)) _medium = medium;
        Pending.Clear();
    }

    /// <summary>The bytes on the medium, and the un-synced writes with their bytes.</summary>
    internal (byte[] Medium, IReadOnlyList<KnownWrite> Writes) History()
    {
        var writes = new KnownWrite[Pending.Count];
        var bytes = Bytes.ToArray();
        for (var i = Pending.Count - 1; i >= 0; i--)
        {
            var pending = Pending[i];
            writes[i] = new KnownWrite(pending.Offset, bytes.AsSpan(pending.Offset, pending.Length).ToArray(), pending.NewLength, pending.Length == 0);
            Array.Resize(ref bytes, pending.OldLength);
            pending.Old.CopyTo(bytes, pending.Offset);
        }
        return (_medium?.ToArray() ?? bytes, writes);
    }

    private void Own(int capacity)
    {
        if (!_shared && capacity <= _data.Length) return;
        var size = Math.Max(capacity, _length);
        if (capacity > _data.Length) size = Math.Max(size, Math.Min(_data.Length * 2, _data.Length + (16 << 20)));
        var copy = new byte[size];
        Bytes.CopyTo(copy);
        (_data, _shared) = (copy, false);
    }
}

/// <summary>A write that may or may not have reached the medium.</summary>
internal sealed record KnownWrite(int Offset, byte[] Bytes, int NewLength, bool IsTruncate)
{
    internal byte[] ApplyTo(byte[] bytes)
    {
        var result = bytes.AsSpan().ToArray();
        if (IsTruncate)
        {
            Array.Resize(ref result, NewLength);
            return result;
        }
        if (result.Length < Offset + Bytes.Length) Array.Resize(ref result, Offset + Bytes.Length);
        Bytes.CopyTo(result, Offset);
        return result;
    }
}
