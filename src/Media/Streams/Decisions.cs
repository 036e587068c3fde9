using System.Text.Json;

namespace Spool.Media.Streams;

/// <summary>What a person decided about frames and cuts.</summary>
public enum Verdict { Keep, Drop, Representative, AddCut, RemoveCut }

/// <summary>One line of <c>overrides.jsonl</c>: about a picture by its content hash (hexadecimal), or about a moment of a stream.</summary>
public sealed record Decision(Verdict Verdict, string? Hash, string? Stream, double? Seconds);

/// <summary>A line of decisions cannot be read: the end of a sentence that starts with the file's name.</summary>
public sealed class DecisionFault(string about) : FormatException(about);

/// <summary>Where a person wants a cut, or none: the first frame of a scene by its number (named by content), or a moment in seconds.</summary>
public readonly record struct CutPlace(long? Frame, double? Seconds);

/// <summary>The decisions that concern one stream, by frame number.</summary>
/// <param name="Representatives">In the order in which they were chosen: of two in one group the later one counts.</param>
public sealed record StreamDecisions(IReadOnlyDictionary<long, bool> Kept, IReadOnlyList<long> Representatives, IReadOnlyList<CutPlace> AddedCuts, IReadOnlyList<CutPlace> RemovedCuts)
{
    public static StreamDecisions None { get; } = new(new Dictionary<long, bool>(), [], [], []);
}

/// <summary>
/// Decisions of people, which beat every rule (docs/formats/curation.md). They name pictures by content and moments by time, never by number, so they
/// survive frames that come, go or move. Of several about one thing the last line counts.
/// </summary>
public sealed class Decisions(IReadOnlyList<Decision> all)
{
    /// <summary>How far a moment may be from the nearest frame, in seconds.</summary>
    public const double Reach = 0.5;

    public IReadOnlyList<Decision> All { get; } = all;

    /// <summary>Reads the lines; empty ones are passed over.</summary>
    /// <exception cref="DecisionFault">A line is no decision.</exception>
    public static Decisions Read(ReadOnlySpan<byte> text)
    {
        var all = new List<Decision>();
        var number = 0;
        if (text.StartsWith((ReadOnlySpan<byte>)[0xef, 0xbb, 0xbf])) text = text[3..]; // a byte order mark
        foreach (var range in text.Split((byte)'\n'))
        {
            number++;
            var line = text[range].Trim(" \t\r"u8);
            if (line.IsEmpty) continue;
            try
            {
                var reader = new Utf8JsonReader(line);
                using var document = JsonDocument.ParseValue(ref reader);
                all.Add(Read(document.RootElement));
            }
            catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
            {
                throw new DecisionFault($"cannot be read, line {number}: {(e is DecisionFault ? e.Message : "it is no JSON object of the expected form")}");
            }
        }
        return new(all);
    }

    private static Decision Read(JsonElement line)
    {
        var word = line.TryGetProperty("decision", out var given) ? given.GetString() : null;
        Verdict? verdict = word switch { "keep" => Verdict.Keep, "drop" => Verdict.Drop, "representative" => Verdict.Representative, "add-cut" => Verdict.AddCut, "remove-cut" => Verdict.RemoveCut, _ => null };
        if (verdict is null) throw new DecisionFault($"'{word}' is none of keep, drop, representative, add-cut, remove-cut");
        var hash = line.TryGetProperty("hash", out var content) ? content.GetString() : null;
        if (hash?.StartsWith("sha256:", StringComparison.Ordinal) == true) hash = hash[7..];
        var stream = line.TryGetProperty("stream", out var name) ? name.GetString() : null;
        double? seconds = line.TryGetProperty("pts_s", out var time) ? time.GetDouble() : null;
        if (hash is null && (stream is null || seconds is null)) throw new DecisionFault("it names neither a 'hash' nor a 'stream' with 'pts_s'");
        if (hash is not null && (hash.Length != 64 || !hash.All(char.IsAsciiHexDigit))) throw new DecisionFault($"the hash '{(hash.Length > 80 ? hash[..80] : hash)}' is no SHA-256 of 64 hexadecimal digits");
        if (hash is null && seconds is not (>= 0 and < 1e7)) throw new DecisionFault("'pts_s' is no time in seconds, 0 or more");
        return new(verdict.Value, hash?.ToLowerInvariant(), stream, seconds);
    }

    /// <summary>What concerns a stream.</summary>
    /// <param name="names">Its id; for films also their path below the input.</param>
    /// <param name="frames">Number, content hash (pictures), seconds (films; ascending).</param>
    public StreamDecisions For(IReadOnlyCollection<string> names, IReadOnlyList<(long Index, string? Hash, double? Seconds)> frames)
    {
        if (All.Count == 0) return StreamDecisions.None;
        var byHash = new Dictionary<string, List<long>>();
        if (All.Any(d => d.Hash is not null))
            foreach (var (index, hash, _) in frames)
                if (hash is not null) (byHash.TryGetValue(hash, out var list) ? list : byHash[hash] = []).Add(index);
        var kept = new Dictionary<long, bool>();
        var representatives = new List<long>();
        var cuts = new Dictionary<CutPlace, bool>();
        foreach (var decision in All)
        {
            var isCut = decision.Verdict is Verdict.AddCut or Verdict.RemoveCut;
            if (decision.Hash is null && !names.Contains(decision.Stream!)) continue;
            if (isCut && decision.Hash is null) cuts[new(null, decision.Seconds)] = decision.Verdict == Verdict.AddCut;
            foreach (var index in decision.Hash is not null ? byHash.GetValueOrDefault(decision.Hash) ?? [] : isCut ? [] : Nearest(frames, decision.Seconds!.Value) is { } near ? [near.Index] : (IReadOnlyList<long>)[])
                switch (decision.Verdict)
                {
                    case Verdict.Keep or Verdict.Drop: kept[index] = decision.Verdict == Verdict.Keep; break;
                    case Verdict.Representative:
                        representatives.Remove(index);
                        representatives.Add(index);
                        break;
                    default: cuts[new(index, null)] = decision.Verdict == Verdict.AddCut; break;
                }
        }
        return new(kept, representatives, [.. cuts.Where(c => c.Value).Select(c => c.Key)], [.. cuts.Where(c => !c.Value).Select(c => c.Key)]);
    }

    private static (long Index, double? Seconds)? Nearest(IReadOnlyList<(long Index, string? Hash, double? Seconds)> frames, double seconds)
    {
        (long Index, double? Seconds)? best = null;
        foreach (var (index, _, at) in frames)
            if (at is { } time && Math.Abs(time - seconds) <= Reach && (best is null || Math.Abs(time - seconds) < Math.Abs(best.Value.Seconds!.Value - seconds))) best = (index, at);
        return best;
    }
}
