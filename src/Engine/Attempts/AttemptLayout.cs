using Spool.Engine.Artifacts;
using Spool.Platform;

namespace Spool.Engine.Attempts;

/// <summary>
/// The folder of an attempt: <c>in/&lt;role&gt;/&lt;name&gt;</c> by symbolic link (a copy where the step may edit), <c>out/&lt;role&gt;/&lt;name&gt;</c> to be written,
/// <c>tmp/</c> to be thrown away, <c>log</c>. List items lie in <c>in/&lt;role&gt;/0001/&lt;name&gt;</c>, in order.
/// </summary>
internal sealed class AttemptLayout
{
    private readonly IDisk _disk;
    private readonly AttemptSpec _spec;
    private readonly HashSet<string> _folders = [];
    private readonly List<(AttemptFile File, FileStat Before)> _watched = [];

    private AttemptLayout(IDisk disk, AttemptSpec spec)
    {
        _disk = disk;
        _spec = spec;
        Roles = null!;
    }

    internal AttemptRoles Roles { get; private set; }

    internal static AttemptLayout Prepare(IDisk disk, AttemptSpec spec)
    {
        var layout = new AttemptLayout(disk, spec);
        DurableFile.CreateFolders(disk, spec.Folder);
        var lists = new Dictionary<string, InputList>();
        var folders = new Dictionary<string, InputFolder>();
        foreach (var input in spec.Inputs)
        {
            if (input.Shape == RoleShape.Folder) folders[input.Role] = layout.Folder(input);
            else lists[input.Role] = new InputList([.. input.Files.Select((file, i) => layout.File(input, file, i))]);
        }
        var outputs = new Dictionary<string, OutputFile>();
        var outputFolders = new Dictionary<string, OutputFolder>();
        foreach (var output in spec.Outputs)
        {
            var folder = $"out/{output.Role}";
            layout.Make(folder);
            if (output.Shape == RoleShape.Folder) outputFolders[output.Role] = new OutputFolder(folder);
            else outputs[output.Role] = new OutputFile($"{folder}/{output.Name}");
        }
        layout.Roles = new AttemptRoles(lists, folders, outputs, outputFolders);
        return layout;
    }

    private InputFile File(AttemptInput input, AttemptFile file, int index)
    {
        var folder = input.Shape == RoleShape.List ? $"in/{input.Role}/{index + 1:0000}" : $"in/{input.Role}";
        var relative = $"{folder}/{file.Name}";
        Watch(file);
        var made = false;
        string Materialise()
        {
            if (made) return relative;
            made = true;
            Make(folder);
            Place(file, relative, input.Writable);
            return relative;
        }
        if (!_spec.Kind.Traits.InProcess || input.Writable) Materialise();
        return new InputFile(file.Source, file.Name, file.Bytes, file.Digest, Materialise);
    }

    private InputFolder Folder(AttemptInput input)
    {
        var root = $"in/{input.Role}";
        if (input.Place is { } place) return Footage(input, root, place);
        Make(root);
        var files = new List<(string, InputFile)>();
        foreach (var file in input.Files)
        {
            var relative = $"{root}/{file.Name}";
            Watch(file);
            Make(relative[..relative.LastIndexOf('/')]);
            Place(file, relative, input.Writable);
            files.Add((file.Name, new InputFile(file.Source, System.IO.Path.GetFileName(file.Name), file.Bytes, file.Digest, () => relative)));
        }
        return new InputFolder(root, files);
    }

    // Thousands of files are not linked one by one: the folder is.
    private InputFolder Footage(AttemptInput input, string root, string place)
    {
        Make("in");
        var path = System.IO.Path.Join(_spec.Folder, root);
        var single = _disk.Stat(place) is { Kind: FileKind.File };
        if (single)
        {
            Make(root);
            _disk.SymbolicLink(place, System.IO.Path.Join(path, System.IO.Path.GetFileName(place)));
        }
        else _disk.SymbolicLink(place, path);
        foreach (var file in input.Files) Watch(file);
        return new InputFolder(root, [.. input.Files.Select(f => (f.Name, new InputFile(f.Source, System.IO.Path.GetFileName(f.Name), f.Bytes, f.Digest, () => $"{root}/{f.Name}")))])
        {
            Foreign = input.Foreign,
            IsFile = single,
        };
    }

    private void Place(AttemptFile file, string relative, bool writable)
    {
        var path = System.IO.Path.Join(_spec.Folder, relative);
        if (writable)
        {
            ContentHash.Copy(_disk, file.Source, path, CancellationToken.None);
            _disk.SetMode(path, 0x1b6);
        }
        else _disk.SymbolicLink(file.Source, path);
    }

    private void Watch(AttemptFile file)
    {
        var stat = _disk.Stat(file.Source) ?? throw new StepFailedException(new Failure(FailureKind.InputChanged, $"{file.Source} is gone"));
        if (file.Facts is { } facts && !facts.SameAs(stat)) throw new StepFailedException(new Failure(FailureKind.InputChanged, $"{file.Source} changed before the attempt began"));
        _watched.Add((file, stat));
    }

    /// <summary>Makes a folder of the attempt and its parents.</summary>
    private void Make(string relative)
    {
        for (var end = relative.IndexOf('/'); ; end = relative.IndexOf('/', end + 1))
        {
            var part = end < 0 ? relative : relative[..end];
            if (_folders.Add(part)) _disk.CreateFolder(System.IO.Path.Join(_spec.Folder, part));
            if (end < 0) return;
        }
    }

    /// <summary>Looks at what the step wrote and takes the digests.</summary>
    internal (IReadOnlyList<ProducedOutput> Outputs, Failure? Failure) Collect(CancellationToken cancel)
    {
        var produced = new List<ProducedOutput>();
        foreach (var output in _spec.Outputs)
        {
            var folder = System.IO.Path.Join(_spec.Folder, $"out/{output.Role}");
            if (output.Shape == RoleShape.File)
            {
                var path = System.IO.Path.Join(folder, output.Name);
                if (_disk.Stat(path, followLinks: false) is not { } stat)
                    return ([], new Failure(FailureKind.BadOutput, $"the step ended without writing its output {output.Role} ({output.Name})"));
                if (stat.Kind != FileKind.File)
                    return ([], new Failure(FailureKind.BadOutput, $"the output {output.Role} ({output.Name}) is not a regular file"));
                produced.Add(new ProducedOutput(output.Role, RoleShape.File, [new(output.Name, path, ContentHash.OfFile(_disk, path, null, cancel), stat.Size)]));
                continue;
            }
            var files = new List<ProducedFile>();
            if (Walk(folder, "", files, cancel) is { } failure) return ([], failure);
            files.Sort((a, b) => Manifest.CompareNames(a.Name, b.Name));
            produced.Add(new ProducedOutput(output.Role, RoleShape.Folder, files));
        }
        return (produced, null);
    }

    private Failure? Walk(string folder, string prefix, List<ProducedFile> files, CancellationToken cancel)
    {
        foreach (var entry in _disk.List(folder))
        {
            var path = System.IO.Path.Join(folder, entry.Name);
            var name = prefix + entry.Name;
            if (entry.Kind == FileKind.Folder)
            {
                if (Walk(path, name + "/", files, cancel) is { } failure) return failure;
            }
            else if (entry.Kind == FileKind.File)
                files.Add(new ProducedFile(name, path, ContentHash.OfFile(_disk, path, null, cancel), _disk.Stat(path)!.Value.Size));
            else return new Failure(FailureKind.BadOutput, $"the output folder holds {name}, which is no regular file");
        }
        return null;
    }

    /// <summary>An input that is not what it was at the start of the attempt.</summary>
    internal Failure? ChangedInput()
    {
        foreach (var (file, before) in _watched)
        {
            if (_disk.Stat(file.Source) is { } now && now.Size == before.Size && now.ModifiedNs == before.ModifiedNs && now.Inode == before.Inode) continue;
            return new Failure(FailureKind.InputChanged, $"{file.Source} changed while it was read");
        }
        return null;
    }
}
