using System.Security.Cryptography;
using System.Text.Json;
using Spool.Platform;

namespace Spool.App.Queue;

/// <summary>Why bytes are not taken.</summary>
public enum UploadRefusal { Unknown, TooMany, TooLarge, DiskFull, WrongOffset, Busy, OtherContent }

/// <summary>An upload, or a part of one, is refused: why, and a sentence.</summary>
public sealed class UploadRefusedException(UploadRefusal why, string sentence) : Exception(sentence)
{
    public UploadRefusal Why { get; } = why;

    /// <summary>After which it may be otherwise even if nobody does anything; null: it will not.</summary>
    public TimeSpan? RetryAfter { get; init; }
}

/// <summary>Where an upload stands.</summary>
/// <param name="Id">32 hexadecimal digits, drawn at random.</param>
/// <param name="Name">The file's name as the sender said it: words for people, never part of a path.</param>
/// <param name="Size">Bytes that it will have.</param>
/// <param name="Offset">Bytes that are here for good.</param>
public sealed record Upload(string Id, string Name, long Size, long Offset)
{
    /// <summary>What the sender says the bytes are.</summary>
    public Digest? Sha256 { get; init; }

    /// <summary>What they are, when all are here.</summary>
    public Digest? Done { get; init; }

    /// <summary>Unix milliseconds of the last change.</summary>
    public long At { get; init; }
}

/// <summary>
/// Files that are sent to the server in parts: <c>uploads/ID</c> under the state root while they come, <c>uploads/done/DIGEST</c> when they are here.
/// An offset is told only when the bytes before it are on the disk and the offset is noted, so a sender goes on from what it was told after any
/// crash; what lies behind the noted offset is cut off. The content decides: the whole is named by its digest, equal files are one. Nothing that
/// is sent is ever run, read as a job or put into a workspace by itself.
/// </summary>
public sealed class Uploads(ServerPlace place, TimeProvider time)
{
    public const long MostBytes = 8L << 30;
    public const int MostUnfinished = 20, LongestName = 255;

    /// <summary>An upload to which nothing was added for so long is dropped.</summary>
    public static TimeSpan Kept { get; } = TimeSpan.FromHours(24);

    /// <summary>Bytes that stay free on the disk.</summary>
    private const long KeptFree = 1_000_000_000;

    private readonly Lock _gate = new();
    private readonly HashSet<string> _busy = [];
    private readonly Dictionary<string, (ContentHash Hash, long At)> _hashes = [];

    private string Root => Path.Join(place.Root, "uploads");
    private string DoneFolder => Path.Join(Root, "done");
    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    private string FolderOf(string id) => Path.Join(Root, id);

    private string BytesOf(string id) => Path.Join(FolderOf(id), "bytes");

    private string RecordOf(string id) => Path.Join(FolderOf(id), "upload.json");

    /// <summary>Where the bytes of a finished upload lie; null when there is none.</summary>
    public string? Find(Digest digest)
    {
        var path = Path.Join(DoneFolder, digest.ToString());
        return place.Disk.Stat(path) is { Kind: FileKind.File } ? path : null;
    }

    /// <summary>Begins an upload.</summary>
    /// <exception cref="UploadRefusedException">It is too large, there are too many, or the disk cannot hold it.</exception>
    public Upload Begin(string name, long size, Digest? sha256)
    {
        if (size > MostBytes) throw new UploadRefusedException(UploadRefusal.TooLarge, $"a file of {size} bytes is larger than the {MostBytes} allowed");
        lock (_gate)
        {
            Sweep();
            Make();
            var open = Unfinished();
            if (open.Count >= MostUnfinished) throw new UploadRefusedException(UploadRefusal.TooMany, $"{open.Count} uploads are unfinished; finish or delete one first") { RetryAfter = TimeSpan.FromMilliseconds(Math.Max(1000, open.Min(u => u.At) + Kept.TotalMilliseconds - Now)) };
            // What others were promised counts as taken.
            var free = place.Disk.FreeBytes(Root) - open.Sum(u => u.Size - u.Offset) - KeptFree;
            if (size > free) throw new UploadRefusedException(UploadRefusal.DiskFull, $"the disk of the state root has room for {Math.Max(0, free)} more bytes, and the file has {size}");
            var upload = new Upload(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)), name, size, 0) { Sha256 = sha256, At = Now };
            place.Disk.CreateFolder(FolderOf(upload.Id));
            using (var file = place.Disk.OpenWrite(BytesOf(upload.Id), OpenMode.New)) file.Sync();
            Save(upload);
            place.Disk.SyncFolder(Root);
            return upload;
        }
    }

    /// <summary>Where an upload stands.</summary>
    /// <exception cref="UploadRefusedException">There is none of this id.</exception>
    public Upload Get(string id) => Load(id) ?? throw Unknown(id);

    /// <summary>Adds bytes to an upload, as they come; the last ones end it. What came before a break of the connection is kept.</summary>
    /// <param name="offset">Where the sender means to go on: it must be where the upload stands.</param>
    /// <param name="most">The most bytes of one part.</param>
    /// <param name="read">Gives the next bytes; 0 at the end.</param>
    /// <exception cref="UploadRefusedException">The offset is another, somebody else is sending, there are too many bytes, or the whole is not what was announced.</exception>
    public async Task<Upload> AppendAsync(string id, long offset, long most, Func<Memory<byte>, ValueTask<int>> read)
    {
        lock (_gate)
        {
            if (Load(id) is null) throw Unknown(id);
            if (!_busy.Add(id)) throw new UploadRefusedException(UploadRefusal.Busy, "another part of this upload is being taken");
        }
        try
        {
            var upload = Load(id) ?? throw Unknown(id);
            if (offset != upload.Offset) throw new UploadRefusedException(UploadRefusal.WrongOffset, $"the upload stands at {upload.Offset}, not at {offset}");
            if (upload.Done is not null) return upload;
            if (place.Disk.Stat(BytesOf(id)) is not { } stat || stat.Size < offset) return Lost(upload);
            upload = await TakeAsync(upload, most, read);
            return upload.Offset == upload.Size ? Finish(upload) : upload;
        }
        finally { lock (_gate) _busy.Remove(id); }
    }

    private async Task<Upload> TakeAsync(Upload upload, long most, Func<Memory<byte>, ValueTask<int>> read)
    {
        var (at, tooMany) = (upload.Offset, false);
        var hash = HashOf(upload);
        var buffer = new byte[1 << 18];
        try
        {
            using var file = place.Disk.OpenWrite(BytesOf(upload.Id), OpenMode.Keep);
            if (file.Stat().Size != at) file.Truncate(at);
            try
            {
                for (int count; (count = await read(buffer)) > 0;)
                {
                    tooMany = at + count > upload.Size || at - upload.Offset + count > most;
                    if (tooMany) break;
                    file.Write(at, buffer.AsSpan(0, count));
                    hash?.Append(buffer.AsSpan(0, count));
                    at += count;
                }
            }
            finally
            {
                // Also when the connection broke: what is here need not be sent again. But of a part that is too large nothing is taken.
                if (tooMany) at = upload.Offset;
                if (at > upload.Offset)
                {
                    file.Sync();
                    upload = upload with { Offset = at, At = Now };
                    Save(upload);
                }
            }
        }
        finally
        {
            lock (_gate)
            {
                if (hash is not null && !tooMany && at == upload.Offset) _hashes[upload.Id] = (hash, at);
                else hash?.Dispose();
            }
        }
        return tooMany ? throw new UploadRefusedException(UploadRefusal.TooLarge, $"a part holds more than {most} bytes, or more than the {upload.Size} that were announced; nothing of it was taken") : upload;
    }

    /// <summary>The digest of what came so far, where all of it came through this server; else null, and the whole is read at its end.</summary>
    private ContentHash? HashOf(Upload upload)
    {
        lock (_gate)
        {
            if (_hashes.Remove(upload.Id, out var known))
            {
                if (known.At == upload.Offset) return known.Hash;
                known.Hash.Dispose();
            }
            return upload.Offset == 0 ? new ContentHash() : null;
        }
    }

    private Upload Finish(Upload upload)
    {
        Digest digest;
        using (var hash = HashOf(upload)) digest = hash is not null ? hash.Finish() : ContentHash.OfFile(place.Disk, BytesOf(upload.Id), null, CancellationToken.None);
        if (upload.Sha256 is { } announced && announced != digest)
        {
            Drop(upload.Id);
            throw new UploadRefusedException(UploadRefusal.OtherContent, $"the bytes are {digest}, not {announced} as was announced; all of them were dropped");
        }
        place.Disk.Rename(BytesOf(upload.Id), Path.Join(DoneFolder, digest.ToString()), RenameMode.Replace);
        place.Disk.SyncFolder(DoneFolder);
        // The record stays for a while: a sender who did not hear of the end asks again.
        var done = upload with { Done = digest, At = Now };
        Save(done);
        return done;
    }

    /// <summary>The bytes are gone: a crash came between the last rename and its record, or somebody deleted them.</summary>
    private Upload Lost(Upload upload)
    {
        if (upload.Offset == upload.Size && upload.Sha256 is { } announced && Find(announced) is not null)
        {
            var done = upload with { Done = announced, At = Now };
            Save(done);
            return done;
        }
        Drop(upload.Id);
        throw new UploadRefusedException(UploadRefusal.Unknown, $"the bytes of upload {upload.Id} are gone; send the file again");
    }

    /// <summary>Drops an upload with all that came of it; a finished file stays under its digest.</summary>
    /// <exception cref="UploadRefusedException">There is none of this id, or a part of it is being taken.</exception>
    public void Delete(string id)
    {
        lock (_gate)
        {
            if (Load(id) is null) throw Unknown(id);
            if (_busy.Contains(id)) throw new UploadRefusedException(UploadRefusal.Busy, "a part of this upload is being taken");
            Drop(id);
        }
    }

    /// <summary>Drops uploads to which nothing was added for a day.</summary>
    public void Sweep()
    {
        lock (_gate)
        {
            foreach (var entry in place.Disk.Stat(Root) is null ? [] : place.Disk.List(Root))
            {
                if (!IsId(entry.Name) || _busy.Contains(entry.Name)) continue;
                // A folder without a record is what a crash left of one that was never answered.
                var at = Load(entry.Name)?.At ?? place.Disk.Stat(FolderOf(entry.Name))?.ModifiedNs / 1_000_000 ?? 0;
                if (Now - at > Kept.TotalMilliseconds) Drop(entry.Name);
            }
        }
    }

    private List<Upload> Unfinished() => [.. place.Disk.List(Root).Where(e => IsId(e.Name)).Select(e => Load(e.Name)).OfType<Upload>().Where(u => u.Done is null)];

    private void Drop(string id)
    {
        lock (_gate)
        {
            if (_hashes.Remove(id, out var known)) known.Hash.Dispose();
            DurableFile.DeleteTree(place.Disk, FolderOf(id));
        }
    }

    private void Make()
    {
        // What is told of must be found after a power cut, and so must the folders that lead there.
        foreach (var made in DurableFile.CreateFolders(place.Disk, DoneFolder)) place.Disk.SyncFolder(Path.GetDirectoryName(made)!);
        place.Disk.SetMode(Root, 0x1c0);
    }

    private static bool IsId(string name) => name.Length == 32 && name.All(char.IsAsciiHexDigitLower);

    private static UploadRefusedException Unknown(string id) => new(UploadRefusal.Unknown, $"there is no upload {(IsId(id) ? id : "of this name")}; uploads to which nothing was added for 24 hours are dropped");

    private Upload? Load(string id)
    {
        if (!IsId(id) || place.Disk.Stat(RecordOf(id)) is null) return null;
        try
        {
            using var document = JsonDocument.Parse(DurableFile.Read(place.Disk, RecordOf(id)));
            var root = document.RootElement;
            Digest? Named(string name) => root.TryGetProperty(name, out var value) && Digest.TryParse(value.GetString(), out var digest) ? digest : null;
            return new Upload(id, root.GetProperty("name").GetString()!, root.GetProperty("size").GetInt64(), root.GetProperty("offset").GetInt64())
            {
                Sha256 = Named("sha256"),
                Done = Named("digest"),
                At = root.GetProperty("at").GetInt64(),
            };
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException) { return null; }
        catch (DiskException e) when (e.Errno == Errors.NotFound) { return null; } // dropped meanwhile
    }

    private void Save(Upload upload)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("name", upload.Name);
            json.WriteNumber("size", upload.Size);
            json.WriteNumber("offset", upload.Offset);
            json.WriteNumber("at", upload.At);
            if (upload.Sha256 is { } sha256) json.WriteString("sha256", sha256.ToString());
            if (upload.Done is { } done) json.WriteString("digest", done.ToString());
            json.WriteEndObject();
        }
        DurableFile.Write(place.Disk, RecordOf(upload.Id), buffer.ToArray());
    }
}
