using System.Text.Encodings.Web;
using System.Text.Json;
using Spool.Platform;

namespace Spool.Interchange.Export;

/// <summary>How pictures come into an export: by hard link, or where that cannot be by symbolic link; or as bytes of their own.</summary>
public enum Placing { Link, Copy }

/// <summary>
/// The folder of an export, built beside its place and put there whole when it is finished, so that a reader never sees half of one and a failed export
/// leaves the last one as it was. Only a folder that an export made, and in which nobody added or changed anything since, is replaced.
/// </summary>
public sealed class ExportFolder : IDisposable
{
    public const string Manifest = "manifest.json";
    private const string Mark = ".spool-export", MadeBy = "spool export";
    private readonly IDisk _disk;
    private readonly string _target, _building;
    private readonly HashSet<string> _folders = [""];
    private readonly SpooledEntries _entries;

    public ExportFolder(IDisk disk, string target)
    {
        (_disk, _target, _building) = (disk, target, target + ".partial");
        MustBeOurs(_target);
        if (disk.Stat(_building, followLinks: false) is not null)
        {
            if (disk.Stat(Path.Join(_building, Mark)) is null) MustBeOurs(_building);
            DurableFile.DeleteTree(disk, _building);
        }
        DurableFile.CreateFolders(disk, _building);
        DurableFile.WritePlain(disk, Path.Join(_building, Mark), []);
        _entries = new SpooledEntries(disk, Path.Join(_building, Mark + "-files"));
    }

    /// <summary>Files so far, the manifest apart.</summary>
    public int Files { get; private set; }

    /// <summary>Where a file of this name is written now.</summary>
    public string Full(string name) => Path.Join(_building, name);

    /// <summary>Writes a file through a stream.</summary>
    public void Write(string name, Action<Stream> content)
    {
        MakeFolder(name);
        using var file = new ExportStream(_disk, Full(name));
        content(file);
        Add(name, file.Finish(), file.Length, null);
    }

    /// <summary>Writes a file that is called after its content; the same content is one file, and none is made for no content.</summary>
    public (Digest Digest, long Bytes)? WriteAddressed(Func<Digest, string> name, Action<Stream> content)
    {
        const string writing = Mark + "-writing";
        using var file = new ExportStream(_disk, Full(writing));
        content(file);
        var (digest, bytes) = (file.Finish(), file.Length);
        if (bytes == 0)
        {
            _disk.DeleteFile(Full(writing));
            return null;
        }
        var called = name(digest);
        MakeFolder(called);
        if (_disk.Rename(Full(writing), Full(called), RenameMode.NoReplace) == RenameOutcome.TargetExists) _disk.DeleteFile(Full(writing));
        else Add(called, digest, bytes, null);
        return (digest, bytes);
    }

    /// <summary>Writes one JSON value.</summary>
    public void WriteJson(string name, bool indented, Action<Utf8JsonWriter> content) => Write(name, to =>
    {
        using (var json = new Utf8JsonWriter(to, new JsonWriterOptions { Indented = indented, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping })) content(json);
        to.Write("\n"u8);
    });

    /// <summary>
    /// Puts a picture into the export. Its digest is that of its bytes, or for a link the one that the curation took of them, when the size is still the same.
    /// </summary>
    /// <returns>Null, or why it was left out.</returns>
    public string? Place(string name, Originals originals, FrameRow row, Placing placing, CancellationToken cancel)
    {
        var (file, stat, why) = originals.Find(row.Path);
        if (file is null) return why == "is not there" ? "its original is not there" : "its original " + why;
        if (row.Bytes is { } bytes && bytes != stat.Size) return "its original changed since the curation";
        var known = Digest.TryParse(row.Hash, out var digest);
        MakeFolder(name);
        if (placing == Placing.Copy)
        {
            var copied = ContentHash.Copy(_disk, file, Full(name), cancel);
            if (known && copied != digest)
            {
                _disk.DeleteFile(Full(name));
                return "its original changed since the curation";
            }
            digest = copied;
        }
        else
        {
            if (!known) digest = ContentHash.OfFile(_disk, file, null, cancel);
            if (!_disk.TryHardLink(file, Full(name))) _disk.SymbolicLink(file, Full(name));
        }
        Add(name, digest, stat.Size, row);
        return null;
    }

    /// <summary>Takes a file that a tool wrote at <see cref="Full"/> into the export.</summary>
    public void Take(string name, FrameRow row, CancellationToken cancel) =>
        Add(name, ContentHash.OfFile(_disk, Full(name), null, cancel), _disk.Stat(Full(name))?.Size ?? 0, row);

    /// <summary>Makes the folders above a file of the export.</summary>
    public void MakeFolder(string name)
    {
        var folder = Path.GetDirectoryName(name)!;
        if (_folders.Contains(folder)) return;
        MakeFolder(folder);
        _disk.CreateFolder(Full(folder));
        _folders.Add(folder);
    }

    /// <summary>A folder that was made is gone again.</summary>
    public void Forget(string folder) => _folders.Remove(folder);

    /// <summary>Writes the manifest and puts the folder in its place.</summary>
    public void Finish(Action<Utf8JsonWriter> about)
    {
        _entries.Dispose();
        using (var file = new ExportStream(_disk, Full(Manifest)))
        {
            var head = new MemoryStream();
            using (var json = new Utf8JsonWriter(head, new JsonWriterOptions { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            {
                json.WriteStartObject();
                json.WriteString("made_by", MadeBy);
                about(json);
                json.WriteStartArray("files");
                json.WriteEndArray();
                json.WriteEndObject();
            }
            // One line a file: the list may be long, and stays readable for people and diffs.
            var text = head.GetBuffer().AsSpan(0, (int)head.Length);
            var end = text.LastIndexOf("]"u8);
            file.Write(text[..end]);
            _entries.CopyTo(file);
            file.Write("\n  ]\n}\n"u8);
            file.Finish();
        }
        _disk.DeleteFile(Full(Mark + "-files"));
        _disk.DeleteFile(Full(Mark));
        _disk.SyncFileSystem(_building);
        if (_disk.Stat(_target, followLinks: false) is not null)
        {
            // Looked at again: an export of a million pictures takes long enough for somebody to have put something there.
            MustBeOurs(_target);
            if (_disk.Rename(_building, _target, RenameMode.Exchange) == RenameOutcome.Done)
            {
                _disk.SyncFolder(Path.GetDirectoryName(_target)!);
                DurableFile.DeleteTree(_disk, _building);
                return;
            }
            DurableFile.DeleteTree(_disk, _target);
        }
        _disk.Rename(_building, _target, RenameMode.Replace);
        _disk.SyncFolder(Path.GetDirectoryName(_target)!);
    }

    /// <summary>Takes away what was built and not finished.</summary>
    public void Dispose()
    {
        _entries.Dispose();
        if (_disk.Stat(Full(Mark)) is not null) DurableFile.DeleteTree(_disk, _building);
    }

    private void Add(string name, Digest digest, long bytes, FrameRow? row)
    {
        Files++;
        _entries.Add(json =>
        {
            json.WriteString("path", name);
            json.WriteNumber("bytes", bytes);
            json.WriteString("sha256", digest.ToString());
            if (row is null) return;
            json.WriteStartObject("from");
            json.WriteString("path", row.Path);
            json.WriteNumber("frame_idx", row.Index);
            if (row.Frame.TryGetProperty("pts_s", out var pts) && pts.ValueKind == JsonValueKind.Number)
            {
                json.WritePropertyName("pts_s");
                pts.WriteTo(json);
            }
            json.WriteEndObject();
        });
    }

    /// <summary>The place is free, or holds an export of which nothing was added or changed by hand.</summary>
    private void MustBeOurs(string folder)
    {
        if (_disk.Stat(folder, followLinks: false) is not { } stat) return;
        if (stat.Kind != FileKind.Folder) throw new CurationException($"{folder} is no folder; choose another --out");
        var there = Names(folder, "").ToList();
        if (there.Count == 0) return;
        if (ReadManifest(folder) is not { } listed) throw new CurationException($"{folder} is not empty and no export made it (no {Manifest}); choose another --out");
        foreach (var name in there.Where(n => n != Manifest))
        {
            if (!listed.TryGetValue(name, out var entry)) throw new CurationException($"{Path.Join(folder, name)} was put there by hand; move it, or choose another --out");
            // Pictures are links to originals or copies of them; what people edit are the texts.
            if (!entry.Picture && ContentHash.OfFile(_disk, Path.Join(folder, name), null, default) != entry.Digest)
                throw new CurationException($"{Path.Join(folder, name)} was changed by hand since it was exported; move it, or choose another --out");
        }
    }

    private IEnumerable<string> Names(string folder, string prefix) =>
        _disk.List(folder).SelectMany(e => e.Kind == FileKind.Folder ? Names(Path.Join(folder, e.Name), prefix + e.Name + "/") : [prefix + e.Name]);

    private Dictionary<string, (Digest Digest, bool Picture)>? ReadManifest(string folder)
    {
        var path = Path.Join(folder, Manifest);
        if (_disk.Stat(path, followLinks: false) is not { Kind: FileKind.File }) return null;
        try
        {
            using var document = JsonDocument.Parse(DurableFile.Read(_disk, path));
            if (Json.Text(document.RootElement, "made_by") != MadeBy) return null;
            return Json.List(document.RootElement, "files").Where(f => Json.Text(f, "path") is not null)
                .ToDictionary(f => Json.Text(f, "path")!, f => (Digest.TryParse(Json.Text(f, "sha256"), out var digest) ? digest : default, f.TryGetProperty("from", out _)));
        }
        catch (Exception e) when (e is JsonException or ArgumentException) { return null; } // somebody else's file of this name
    }
}
