using System.Buffers.Binary;
using System.Text.Json;
using Spool.Platform;

namespace Spool.App.Report;

/// <summary>Reads <c>clusters.json</c>, however large, and chooses the groups that the page lists: the largest ones.</summary>
internal sealed class CurationGroups(FrameNumbers numbers)
{
    private const int MostGroups = 20_000, MostMembers = 300_000, MostOfOne = 500, MostMerged = 2000;
    private readonly List<Group> _groups = [];
    private readonly List<IReadOnlyList<string>> _merged = [];
    private int _mergedTotal;
    private int _distance;
    private long _masked;
    private string? _linkage;

    /// <summary>Why no groups were looked for.</summary>
    internal string? Unavailable { get; private set; }

    private sealed record Group(string Id, string Reason, int Kept, int[] Members, byte[] Distances);

    internal void Read(IDisk disk, string path)
    {
        using var file = disk.OpenRead(path);
        var tokens = new JsonTokens(file);
        try { Document(tokens); }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException) { throw new CurationFormatException($"it is not as its format says: {e.Message}"); }
    }

    private void Document(JsonTokens tokens)
    {
        if (!tokens.Read() || tokens.Type != JsonTokenType.StartObject) throw new FormatException("it is no object");
        while (tokens.Read() && tokens.Type == JsonTokenType.PropertyName)
        {
            var name = tokens.Text;
            tokens.Read();
            if (name == "clusters") Items(tokens, JsonTokenType.StartObject, () => _groups.Add(One(tokens)));
            else if (name == "merged" && tokens.Type == JsonTokenType.StartObject) Merged(tokens);
            else if (name == "distance" && tokens.Type == JsonTokenType.Number) _distance = (int)tokens.Number;
            else if (name == "masked" && tokens.Type == JsonTokenType.Number) _masked = (long)tokens.Number;
            else if (name == "unavailable" && tokens.Type == JsonTokenType.String) Unavailable = ArtifactTypes.Cut(tokens.Text, 300);
            else if (name == "linkage" && tokens.Type == JsonTokenType.String) _linkage = tokens.Text;
            else tokens.Skip();
        }
    }

    private void Merged(JsonTokens tokens)
    {
        while (tokens.Read() && tokens.Type == JsonTokenType.PropertyName)
        {
            var old = tokens.Text;
            tokens.Read();
            _mergedTotal++;
            if (_merged.Count < MostMerged && tokens.Type == JsonTokenType.String) _merged.Add([Short(old), Short(tokens.Text)]);
            tokens.Skip();
        }
    }

    private static void Items(JsonTokens tokens, JsonTokenType expected, Action take)
    {
        if (tokens.Type != JsonTokenType.StartArray) throw new FormatException("a list is missing");
        while (tokens.Read() && tokens.Type != JsonTokenType.EndArray)
        {
            if (tokens.Type != expected) throw new FormatException($"a list holds {tokens.Type} in place of {expected}");
            take();
        }
    }

    private Group One(JsonTokens tokens)
    {
        var (id, reason, kept) = ("", "", -1L);
        List<long> members = [];
        List<byte> distances = [];
        while (tokens.Read() && tokens.Type == JsonTokenType.PropertyName)
        {
            var name = tokens.Text;
            tokens.Read();
            if (name == "id" && tokens.Type == JsonTokenType.String) id = Short(tokens.Text);
            else if (name == "reason" && tokens.Type == JsonTokenType.String) reason = ArtifactTypes.Cut(tokens.Text, 200);
            else if (name == "representative" && tokens.Type == JsonTokenType.Number) kept = (long)tokens.Number;
            else if (name == "members") Items(tokens, JsonTokenType.Number, () => members.Add((long)tokens.Number));
            else if (name == "distances") Items(tokens, JsonTokenType.Number, () => distances.Add((byte)Math.Clamp(tokens.Number, 0, 255)));
            else tokens.Skip();
        }
        if (distances.Count != members.Count) throw new FormatException($"group {id} has {members.Count} members and {distances.Count} distances");
        var ordinals = members.ConvertAll(numbers.Find);
        var place = numbers.Find(kept);
        if (place < 0 || ordinals.Contains(-1)) throw new FormatException($"group {id} names a frame that the stream does not have");
        return new Group(id, reason, place, [.. ordinals], [.. distances]);
    }

    /// <summary>Ids that began as digests keep their first digits.</summary>
    private static string Short(string id) => id.Length > 16 ? id[..16] : id;

    internal void Mark(Span<byte> flags)
    {
        foreach (var group in _groups)
            foreach (var member in group.Members) flags[member] |= (byte)(member == group.Kept ? FrameFlags.Representative : FrameFlags.Duplicate);
    }

    internal ReportedGroups ToGroups(Allowance room, List<string> leftOut)
    {
        var chosen = new List<(int Place, Group Group)>();
        var members = 0;
        foreach (var one in _groups.Select((g, i) => (i, g)).OrderByDescending(g => g.g.Members.Length))
        {
            var shown = Math.Min(one.g.Members.Length, MostOfOne);
            if (chosen.Count >= MostGroups || members + shown > MostMembers || !room.Take(shown * 20 / 3 + one.g.Reason.Length + 40)) break;
            chosen.Add(one);
            members += shown;
        }
        chosen.Sort((a, b) => a.Place.CompareTo(b.Place));
        if (chosen.Count < _groups.Count) leftOut.Add($"{Cli.Words.Count(_groups.Count - chosen.Count)} of {Cli.Words.Count(_groups.Count)} groups of near-equal frames, the smallest ones");
        var cut = chosen.Count(c => c.Group.Members.Length > MostOfOne);
        if (cut > 0) leftOut.Add($"members beyond the first {MostOfOne} of {Cli.Words.Count(cut)} groups");
        var listed = chosen.ConvertAll(c => Listing(c.Group));
        return new ReportedGroups
        {
            Distance = _distance,
            Linkage = _linkage,
            Masked = _masked,
            Total = _groups.Count,
            Spare = _groups.Sum(g => (long)g.Members.Length - 1),
            Ids = [.. chosen.Select(c => c.Group.Id)],
            Reasons = [.. chosen.Select(c => c.Group.Reason)],
            Sizes = [.. chosen.Select(c => c.Group.Members.Length)],
            Shown = [.. listed.Select(l => l.Members.Length)],
            Members = Ordinals(listed.SelectMany(l => l.Members)),
            Distances = [.. listed.SelectMany(l => l.Distances)],
            Kept = Ordinals(chosen.Select(c => c.Group.Kept)),
            Merged = new Listed<IReadOnlyList<string>>(_mergedTotal, _merged),
        };
    }

    /// <summary>The first members, the one kept always among them.</summary>
    private static (int[] Members, byte[] Distances) Listing(Group group)
    {
        if (group.Members.Length <= MostOfOne) return (group.Members, group.Distances);
        var places = Enumerable.Range(0, MostOfOne).ToArray();
        var kept = Array.IndexOf(group.Members, group.Kept);
        if (kept >= MostOfOne) places[^1] = kept;
        return ([.. places.Select(p => group.Members[p])], [.. places.Select(p => group.Distances[p])]);
    }

    private static byte[] Ordinals(IEnumerable<int> ordinals)
    {
        var all = ordinals.ToArray();
        var bytes = new byte[all.Length * 4];
        for (var i = 0; i < all.Length; i++) BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(i * 4), all[i]);
        return bytes;
    }
}
