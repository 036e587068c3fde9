using System.Text;

namespace Spool.Tests.Support;

/// <summary>How finely torn writes are tried.</summary>
public enum TearDetail { Coarse, Fine }

/// <summary>
/// What a power cut may leave. Of the un-synced operations on the names of a folder any subset may have reached the medium (in their order).
/// Of a file's un-synced writes: any subset when they are few, else any prefix; the last of them torn at some byte, the rest old bytes, zeros
/// or garbage; or its length grown over zeros or garbage. Names and bytes are independent: a file's sync does not make its name durable, a
/// folder's sync does not make bytes durable, and a new folder is found only when its own name is durable in its parent.
/// </summary>
public sealed partial class VirtualDisk
{
    private Func<string>? _origin;

    /// <summary>One allowed state, chosen by the seed; 0 keeps only what was synced.</summary>
    public VirtualDisk Crash(int seed)
    {
        lock (_lock)
        {
            var random = new Random(seed);
            var likely = seed == 0 ? 0 : random.Next(1, 4);
            return Build((_, _) => random.Next(4) < likely, variants => seed == 0 ? 0 : random.Next(variants), TearDetail.Fine);
        }
    }

    /// <summary>True when everything written is durable.</summary>
    public bool IsDurable
    {
        get { lock (_lock) return _dirty.Count == 0; }
    }

    /// <summary>All states that a power cut at this moment may leave; when they are more than <paramref name="most"/>, that many by chance.</summary>
    public IEnumerable<VirtualDisk> CrashStates(int most = 1 << 12, int seed = 1, TearDetail detail = TearDetail.Coarse)
    {
        lock (_lock)
        {
            var cells = _dirty.OfType<FolderNode>().SelectMany(f => f.Pending.Select((_, i) => (Folder: f, Index: i))).ToList();
            return cells.Count <= 16 && Count(cells, most, detail) <= most ? All(cells, detail) : Sampled(most, seed, detail);
        }
    }

    private static Func<FolderNode, int, bool> Chosen(List<(FolderNode Folder, int Index)> cells, long mask) =>
        (folder, index) => ((mask >> cells.IndexOf((folder, index))) & 1) != 0;

    private long Count(List<(FolderNode, int)> cells, int most, TearDetail detail)
    {
        long sum = 0;
        for (long mask = 0; mask < 1L << cells.Count && sum <= most; mask++)
            sum += DirtyFiles(Chosen(cells, mask)).Aggregate(1L, (product, file) => Math.Min(most + 1L, product * Variants(file, detail).Count));
        return sum;
    }

    private IEnumerable<VirtualDisk> All(List<(FolderNode, int)> cells, TearDetail detail)
    {
        for (long mask = 0; mask < 1L << cells.Count; mask++)
        {
            var reached = Chosen(cells, mask);
            var files = DirtyFiles(reached);
            var sizes = files.ConvertAll(f => Variants(f, detail).Count);
            var digits = new int[files.Count];
            do
            {
                var next = 0;
                yield return Build(reached, _ => digits[next++], detail);
            }
            while (Increment(digits, sizes));
        }
    }

    private static bool Increment(int[] digits, List<int> sizes)
    {
        for (var i = 0; i < digits.Length; i++)
        {
            if (++digits[i] < sizes[i]) return true;
            digits[i] = 0;
        }
        return false;
    }

    private IEnumerable<VirtualDisk> Sampled(int most, int seed, TearDetail detail)
    {
        // Nothing un-synced and everything written are the likeliest on a real machine, so they are always among them.
        yield return Build((_, _) => false, _ => 0, detail);
        yield return Build((_, _) => true, variants => variants - 1, detail);
        var random = new Random(seed);
        for (var i = 2; i < most; i++)
        {
            var likely = random.Next(1, 8);
            yield return Build((_, _) => random.Next(8) < likely, variants => random.Next(3) switch { 0 => 0, 1 => variants - 1, _ => random.Next(variants) }, detail);
        }
    }

    // Files with un-synced bytes that a choice of names leaves reachable, in a fixed order.
    private List<FileNode> DirtyFiles(Func<FolderNode, int, bool> reached)
    {
        var files = new List<FileNode>();
        var seen = new HashSet<Node>();
        Visit(_root);
        return files;

        void Visit(FolderNode folder)
        {
            if (!seen.Add(folder)) return;
            foreach (var (_, node) in NamesOf(folder, reached).OrderBy(n => n.Key, StringComparer.Ordinal))
            {
                if (node is FolderNode inner) Visit(inner);
                else if (node is FileNode { IsDirty: true } file && seen.Add(file)) files.Add(file);
            }
        }
    }

    private static IReadOnlyDictionary<string, Node> NamesOf(FolderNode folder, Func<FolderNode, int, bool> reached) =>
        folder.IsDirty ? folder.After(i => reached(folder, i)) : folder.Names;

    private VirtualDisk Build(Func<FolderNode, int, bool> reached, Func<int, int> choose, TearDetail detail)
    {
        var disk = new VirtualDisk(Time, _order.Next()) { Capacity = Capacity, _nextId = _nextId };
        // A choice by chance must be made once.
        var memory = new Dictionary<(FolderNode, int), bool>();
        var choices = new List<(FileNode File, Variant Variant)>();
        var copies = new Dictionary<Node, Node>();
        Copy(_root, disk._root);
        disk._origin = () => Describe(memory, choices);
        return disk;

        bool Once(FolderNode folder, int index) => memory.TryGetValue((folder, index), out var known) ? known : memory[(folder, index)] = reached(folder, index);

        void Copy(FolderNode from, FolderNode to)
        {
            (to.Mode, to.ModifiedNs, to.ChangedNs) = (from.Mode, from.ModifiedNs, from.ChangedNs);
            copies[from] = to;
            foreach (var (name, node) in NamesOf(from, Once).OrderBy(n => n.Key, StringComparer.Ordinal))
            {
                if (copies.TryGetValue(node, out var copy))
                {
                    // A folder whose rename was half kept would have two names; fsck leaves it one.
                    if (copy is FolderNode) continue;
                }
                else
                {
                    copy = node switch
                    {
                        FolderNode inner => Folded(inner, to),
                        FileNode file => Kept(file),
                        var link => Stamped(new LinkNode(link.Id, ((LinkNode)link).Target), link),
                    };
                    if (node is FolderNode) { to.Put(new NameChange(name, null, copy)); continue; }
                    copies[node] = copy;
                }
                copy.Links++;
                to.Put(new NameChange(name, null, copy));
            }
        }

        FolderNode Folded(FolderNode inner, FolderNode parent)
        {
            var copy = new FolderNode(inner.Id, inner.Mode, parent);
            Copy(inner, copy);
            return copy;
        }

        FileNode Kept(FileNode file)
        {
            byte[]? bytes = null;
            if (file.IsDirty)
            {
                var variants = Variants(file, detail);
                var variant = variants[choose(variants.Count)];
                choices.Add((file, variant));
                bytes = variant.Make(file.History());
            }
            var copy = FileNode.Of(file.Id, file, bytes);
            disk._used += copy.Size;
            return copy;
        }

        static Node Stamped(Node copy, Node from)
        {
            (copy.Mode, copy.ModifiedNs, copy.ChangedNs) = (from.Mode, from.ModifiedNs, from.ChangedNs);
            return copy;
        }
    }

    private static string Describe(Dictionary<(FolderNode Folder, int Index), bool> names, List<(FileNode File, Variant Variant)> files)
    {
        var text = new StringBuilder();
        foreach (var ((folder, index), reached) in names.OrderBy(n => n.Key.Folder.Id).ThenBy(n => n.Key.Index))
            text.Append(reached ? "kept: " : "lost: ").AppendJoin(", ", folder.Pending[index].Select(c => c.New is null ? $"-{c.Name}" : $"+{c.Name}")).Append("; ");
        foreach (var (file, variant) in files) text.Append($"inode {file.Id} ({file.Size} bytes): {variant}; ");
        return text.ToString();
    }
}
