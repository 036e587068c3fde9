using System.Buffers.Binary;
using System.Text;
using Spool.Platform;

namespace Spool.Engine.Artifacts;

/// <summary>What a run that had nothing left to do depended on; while all of it holds, the next one has nothing to do either.</summary>
/// <param name="Signature">Digest over the workflow's text, the arguments, the catalogue and the tools.</param>
/// <param name="Facts">Files and folders with their facts, absolute.</param>
/// <param name="Total">How many tasks there are.</param>
/// <param name="Outputs">The finals.</param>
public sealed record QuietPlan(Digest Signature, IReadOnlyList<(string Path, FileStat Stat)> Facts, int Total, IReadOnlyList<string> Outputs, string Run)
{
    /// <summary>The plan object of that run.</summary>
    public string Plan { get; init; } = "";
    public string Name { get; init; } = "";
    /// <summary>The steps and their kinds, for the record of a quiet run.</summary>
    public IReadOnlyList<(string Id, string Kind)> Steps { get; init; } = [];
    /// <summary>The epoch of that run: each quiet run since raised the epoch, and so the run number, by one.</summary>
    public int Epoch { get; init; }
    public IReadOnlyDictionary<string, string> Vars { get; init; } = new Dictionary<string, string>();
}

/// <summary>
/// The derived file <c>.spool/index</c>: stat cache, probed tools, the last quiet plan, and how far the journal was durable. It may be deleted,
/// and a wrong checksum means the same as no file. Layout: a header with the journal's position and the CRC of the rest; then the body as
/// length-prefixed fields. Not JSON: a run of 100,000 tasks with nothing to do must read it in a fraction of a second.
/// </summary>
public sealed record WorkspaceIndex(long JournalSeq, int Epoch, long JournalSize)
{
    private const uint Magic = 0x58444953, Version = 4; // "SIDX"
    private const int HeaderBytes = 48;

    /// <summary>The first sequence of the journal's last segment.</summary>
    public long LastSegment { get; init; }
    public QuietPlan? Quiet { get; init; }
    public IReadOnlyList<ProbedTool> Tools { get; init; } = [];
    public IReadOnlyList<(string Path, FileStat Stat, Digest Digest)> Digests { get; init; } = [];

    /// <summary>Null when there is none that holds. <paramref name="workspace"/> is put before stored paths, so a moved workspace keeps its index.</summary>
    public static WorkspaceIndex? Read(IDisk disk, string path, string workspace) => Read(disk, path, workspace, onlySignature: false);

    /// <summary>The signature of the quiet plan alone: with a hundred thousand files the rest is worth not making twice.</summary>
    public static Digest? ReadSignature(IDisk disk, string path, string workspace) => Read(disk, path, workspace, onlySignature: true)?.Quiet?.Signature;

    private static WorkspaceIndex? Read(IDisk disk, string path, string workspace, bool onlySignature)
    {
        byte[] bytes;
        try
        {
            if (disk.Stat(path) is null) return null;
            bytes = DurableFile.Read(disk, path);
        }
        catch (DiskException) { return null; }
        if (bytes.Length < HeaderBytes || BinaryPrimitives.ReadUInt32LittleEndian(bytes) != Magic || BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(4)) != Version) return null;
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(44)) != Crc(bytes.AsSpan(0, 44)) || BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(40)) != Crc(bytes.AsSpan(HeaderBytes))) return null;
        var read = new Reader(bytes, HeaderBytes, workspace);
        var tools = new List<ProbedTool>();
        for (var n = read.Int(); n > 0; n--)
        {
            var (name, program, identity) = (read.Text(), read.Text(), read.Text());
            var facts = new List<(string, FileStat)>();
            for (var m = read.Int(); m > 0; m--) facts.Add((read.Path(), read.Stat()));
            tools.Add(new ProbedTool(name, program, facts, identity));
        }
        QuietPlan? quiet = null;
        if (read.Int() == 1)
        {
            var signature = read.Digest();
            if (onlySignature) return new WorkspaceIndex(0, 0, 0) { Quiet = new QuietPlan(signature, [], 0, [], "") };
            var (total, run, plan) = (read.Int(), read.Text(), read.Text());
            var name = read.Text();
            var epoch = read.Int();
            var steps = new List<(string, string)>();
            for (var n = read.Int(); n > 0; n--) steps.Add((read.Text(), read.Text()));
            var vars = new Dictionary<string, string>();
            for (var n = read.Int(); n > 0; n--) vars[read.Text()] = read.Text();
            var outputs = new List<string>();
            for (var n = read.Int(); n > 0; n--) outputs.Add(read.Text());
            var facts = new (string, FileStat)[read.Int()];
            for (var i = 0; i < facts.Length; i++) facts[i] = (read.Path(), read.Stat());
            quiet = new QuietPlan(signature, facts, total, outputs, run) { Plan = plan, Name = name, Epoch = epoch, Vars = vars, Steps = steps };
        }
        var digests = new (string, FileStat, Digest)[read.Int()];
        for (var i = 0; i < digests.Length; i++) digests[i] = (read.Path(), read.Stat(), read.Digest());
        return new WorkspaceIndex(BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(8)), BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(16)), BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(24)))
        { LastSegment = BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(32)), Quiet = quiet, Tools = tools, Digests = digests };
    }

    /// <summary>Moves the journal's position in the file on, without writing the rest again.</summary>
    public static void Advance(IDisk disk, string path, long seq, int epoch, long segment, long size)
    {
        using var file = disk.OpenWrite(path, OpenMode.Keep);
        var header = new byte[HeaderBytes];
        if (file.Read(0, header) < HeaderBytes) return;
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(8), seq);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(16), epoch);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(24), size);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(32), segment);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(44), Crc(header.AsSpan(0, 44)));
        file.Write(0, header);
    }

    /// <summary>Writes it anew beside the old one and renames; not synced, because it can be made again.</summary>
    public void Write(IDisk disk, string path, string workspace)
    {
        var write = new Writer(workspace);
        write.Int(Tools.Count);
        foreach (var tool in Tools)
        {
            write.Text(tool.Name);
            write.Text(tool.Path);
            write.Text(tool.Identity);
            write.Int(tool.Facts.Count);
            foreach (var (file, stat) in tool.Facts)
            {
                write.Path(file);
                write.Stat(stat);
            }
        }
        write.Int(Quiet is null ? 0 : 1);
        if (Quiet is not null)
        {
            write.Digest(Quiet.Signature);
            write.Int(Quiet.Total);
            write.Text(Quiet.Run);
            write.Text(Quiet.Plan);
            write.Text(Quiet.Name);
            write.Int(Quiet.Epoch);
            write.Int(Quiet.Steps.Count);
            foreach (var (id, kind) in Quiet.Steps)
            {
                write.Text(id);
                write.Text(kind);
            }
            write.Int(Quiet.Vars.Count);
            foreach (var (name, value) in Quiet.Vars)
            {
                write.Text(name);
                write.Text(value);
            }
            write.Int(Quiet.Outputs.Count);
            foreach (var output in Quiet.Outputs) write.Text(output);
            write.Int(Quiet.Facts.Count);
            foreach (var (file, stat) in Quiet.Facts)
            {
                write.Path(file);
                write.Stat(stat);
            }
        }
        write.Int(Digests.Count);
        foreach (var (file, stat, digest) in Digests)
        {
            write.Path(file);
            write.Stat(stat);
            write.Digest(digest);
        }
        var body = write.Bytes;
        var whole = new byte[HeaderBytes + body.Length];
        BinaryPrimitives.WriteUInt32LittleEndian(whole, Magic);
        BinaryPrimitives.WriteUInt32LittleEndian(whole.AsSpan(4), Version);
        BinaryPrimitives.WriteInt64LittleEndian(whole.AsSpan(8), JournalSeq);
        BinaryPrimitives.WriteInt32LittleEndian(whole.AsSpan(16), Epoch);
        BinaryPrimitives.WriteInt64LittleEndian(whole.AsSpan(24), JournalSize);
        BinaryPrimitives.WriteInt64LittleEndian(whole.AsSpan(32), LastSegment);
        body.CopyTo(whole.AsSpan(HeaderBytes));
        BinaryPrimitives.WriteUInt32LittleEndian(whole.AsSpan(40), Crc(body));
        BinaryPrimitives.WriteUInt32LittleEndian(whole.AsSpan(44), Crc(whole.AsSpan(0, 44)));
        DurableFile.WritePlain(disk, path + ".new", whole);
        disk.Rename(path + ".new", path, RenameMode.Replace);
    }

    private static uint Crc(ReadOnlySpan<byte> bytes) => ~Journal.Frame.Crc32C(0xffffffff, bytes);

    // Paths inside the workspace are kept relative, with a mark before them.
    private sealed class Writer(string workspace)
    {
        private readonly System.Buffers.ArrayBufferWriter<byte> _bytes = new(1 << 16);
        private readonly string _prefix = workspace + "/";

        internal ReadOnlySpan<byte> Bytes => _bytes.WrittenSpan;

        internal void Int(int value)
        {
            BinaryPrimitives.WriteInt32LittleEndian(_bytes.GetSpan(4), value);
            _bytes.Advance(4);
        }

        internal void Long(long value)
        {
            BinaryPrimitives.WriteInt64LittleEndian(_bytes.GetSpan(8), value);
            _bytes.Advance(8);
        }

        internal void Text(ReadOnlySpan<char> text)
        {
            var length = Encoding.UTF8.GetByteCount(text);
            Int(length);
            Encoding.UTF8.GetBytes(text, _bytes.GetSpan(Math.Max(1, length)));
            _bytes.Advance(length);
        }

        internal void Path(string path)
        {
            var inside = path.StartsWith(_prefix, StringComparison.Ordinal);
            Int(inside ? 1 : path == workspace ? 2 : 0);
            Text(inside ? path.AsSpan(_prefix.Length) : path == workspace ? "" : path);
        }

        internal void Stat(in FileStat stat)
        {
            Int((int)stat.Kind);
            Long(stat.Size);
            Long(stat.ModifiedNs);
            Long(stat.ChangedNs);
            Long((long)stat.Inode);
        }

        internal void Digest(Digest digest)
        {
            digest.Write(_bytes.GetSpan(32));
            _bytes.Advance(32);
        }
    }

    private sealed class Reader(byte[] bytes, int at, string workspace)
    {
        private int _at = at;

        internal int Int()
        {
            _at += 4;
            return BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(_at - 4));
        }

        internal long Long()
        {
            _at += 8;
            return BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(_at - 8));
        }

        internal string Text()
        {
            var length = Int();
            _at += length;
            return Encoding.UTF8.GetString(bytes, _at - length, length);
        }

        internal string Path() => Int() switch { 1 => workspace + "/" + Text(), 2 => Text() + workspace, _ => Text() };

        internal FileStat Stat() => new((FileKind)Int(), Long(), Long(), Long(), (ulong)Long(), 0, 0, 0);

        internal Digest Digest()
        {
            _at += 32;
            return Platform.Digest.Read(bytes.AsSpan(_at - 32));
        }
    }
}
