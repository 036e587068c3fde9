using System.Text.Json;
using Spool.Media.Hashing;
using Spool.Media.Streams;
using Spool.Platform;

namespace Spool.App.Cli;

/// <summary>The perceptual hashes that a curation has stored: new pictures are looked for among them without measuring anything again.</summary>
internal sealed class StoredHashes(Composition composition, string folder)
{
    private readonly List<ulong> _hashes = [];
    private readonly List<(string Stream, long Index, string Path)> _frames = [];

    /// <summary>Tells the stored frames within the distance of each picture, the nearest first. 0 when any picture could be compared.</summary>
    internal int Look(IReadOnlyList<DuplicateItem> items, IReadOnlyList<string>? names, int distance, bool json)
    {
        Read();
        var index = new HammingIndex([.. _hashes], distance);
        var found = items.Select(item =>
        {
            var near = new List<(int Place, int Distance)>();
            index.Near(item.Hash, (place, bits) => near.Add((place, bits)));
            near.Sort((a, b) => a.Distance != b.Distance ? a.Distance.CompareTo(b.Distance) : a.Place.CompareTo(b.Place));
            return near;
        }).ToList();
        string Name(int i) => names is null ? items[i].Index.ToString(System.Globalization.CultureInfo.InvariantCulture) : names[i];
        if (json) JsonOut.Line(write => Write(write, found, Name));
        else
            for (var i = 0; i < items.Count; i++)
            {
                Console.WriteLine($"{TerminalText.Plain(Name(i))}  {(found[i].Count == 0 ? $"nothing within {distance} bits among {Words.Count(_hashes.Count)} frames" : $"{Words.Count(found[i].Count)} within {distance} bits")}");
                foreach (var (place, bits) in found[i].Take(20)) Console.WriteLine($"  {bits,2} bits  {TerminalText.Plain(_frames[place].Path)}  frame {_frames[place].Index} of {_frames[place].Stream}");
                if (found[i].Count > 20) Console.WriteLine($"  +{Words.Count(found[i].Count - 20)} more");
            }
        return items.Count > 0 ? Verb.Done : Verb.Failed;
    }

    private void Write(Utf8JsonWriter write, List<List<(int Place, int Distance)>> found, Func<int, string> name)
    {
        write.WriteNumber("compared", _hashes.Count);
        write.WriteStartArray("pictures");
        for (var i = 0; i < found.Count; i++)
        {
            write.WriteStartObject();
            write.WriteString("picture", name(i));
            write.WriteStartArray("near");
            foreach (var (place, bits) in found[i])
            {
                write.WriteStartObject();
                write.WriteString("stream", _frames[place].Stream);
                write.WriteNumber("frame_idx", _frames[place].Index);
                write.WriteString("frame_path", _frames[place].Path);
                write.WriteNumber("distance", bits);
                write.WriteEndObject();
            }
            write.WriteEndArray();
            write.WriteEndObject();
        }
        write.WriteEndArray();
    }

    private void Read()
    {
        var root = Path.Join(Path.GetFullPath(folder, composition.CurrentFolder), "out");
        if (composition.Disk.Stat(root) is not { Kind: FileKind.Folder }) throw new UsageException($"{folder} is no curation (it has no folder out); make one: spool curate INPUT");
        foreach (var stream in composition.Disk.List(root).Where(e => e.Kind == FileKind.Folder).Select(e => e.Name).Order(StringComparer.Ordinal))
        {
            var file = Path.Join(root, stream, "metrics.jsonl");
            if (composition.Disk.Stat(file) is not { Kind: FileKind.File }) continue;
            try
            {
                foreach (var frame in StreamLines.Frames(composition.Disk, file))
                {
                    if (frame.Phash is null || !PerceptualHash.TryParse(frame.Phash, out var hash)) continue;
                    _hashes.Add(hash);
                    _frames.Add((stream, frame.Index, frame.Path));
                }
            }
            catch (JsonException e) { throw new UsageException($"{Path.Join(folder, "out", stream, "metrics.jsonl")} cannot be read: {e.Message}"); }
        }
        if (_hashes.Count == 0) throw new UsageException($"{folder} holds no perceptual hashes; measure them: spool curate INPUT --metrics phash");
    }
}
