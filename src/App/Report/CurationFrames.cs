using System.Text.Json;

namespace Spool.App.Report;

/// <summary>Reads what is told of each frame, line by line, into columns: <c>metrics.jsonl</c> (or <c>frames.jsonl</c> where nothing was measured), then <c>selection.jsonl</c>.</summary>
internal sealed class CurationFrames(bool film, double? fps)
{
    /// <summary>Scores of the page, the first ones most wanted.</summary>
    internal static readonly IReadOnlyList<string> Scores = ["laplacian_variance", "luma_percentile", "motion", "cut_content", "overexposed"];
    private readonly ColumnValues[] _scores = [.. Scores.Select(s => new ColumnValues(log: s == "laplacian_variance"))];
    private readonly double?[] _line = new double?[Scores.Count];
    private readonly List<byte> _flags = [];
    private double _leastShift, _mostShift;
    private byte[] _rules = [];
    private bool _any;

    internal FrameNumbers Numbers { get; } = new();
    internal PathShape Paths { get; } = new(numbered: !film);
    internal ColumnValues Shifts { get; } = new(log: false);
    internal Span<byte> Flags => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_flags);
    internal byte[]? Rules => _rules.Length == 0 ? null : _rules;
    /// <summary>True where a frame of a film is a millisecond or more away from <c>index / fps</c>.</summary>
    internal bool IsShifted => _mostShift - _leastShift > 0.001 || Math.Abs(_mostShift) > 0.001;

    internal ColumnValues Of(string score) => _scores[IndexOf(score)];

    internal static int IndexOf(string score)
    {
        for (var i = 0; i < Scores.Count; i++)
            if (Scores[i] == score) return i;
        return -1;
    }

    /// <summary>Takes one line of metrics.jsonl or frames.jsonl.</summary>
    internal void Take(ReadOnlySpan<byte> line)
    {
        var json = new Utf8JsonReader(line);
        if (!json.Read() || json.TokenType != JsonTokenType.StartObject) throw new FormatException("it is no object");
        long? number = null;
        double? seconds = null;
        var flags = FrameFlags.None;
        Array.Clear(_line);
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (json.ValueTextEquals("frame_idx"u8)) number = Next(ref json).GetInt64();
            else if (json.ValueTextEquals("frame_path"u8))
            {
                json.Read();
                AddPath(ref json, number ?? throw new FormatException("frame_path stands before frame_idx"));
            }
            else if (json.ValueTextEquals("pts_s"u8)) seconds = Number(ref json);
            else if (json.ValueTextEquals("error"u8)) flags |= Next(ref json).TokenType == JsonTokenType.Null ? 0 : FrameFlags.Unreadable;
            else if (json.ValueTextEquals("is_blurry"u8)) flags |= Next(ref json).GetBoolean() ? FrameFlags.Blurry : 0;
            else if (json.ValueTextEquals("is_dark"u8)) flags |= Next(ref json).GetBoolean() ? FrameFlags.Dark : 0;
            else if (json.ValueTextEquals("thresholds"u8) && !_any) Thresholds(ref json);
            else if (ScoreAt(ref json) is >= 0 and var score) _line[score] = Number(ref json);
            else
            {
                json.Read();
                json.Skip();
            }
        }
        Numbers.Add(number ?? throw new FormatException("frame_idx is missing"));
        // Thresholds are the same on all lines; the lines they draw are those of the first line that has them.
        _any = _any || Array.Exists(_line, s => s is not null);
        for (var i = 0; i < _line.Length; i++) _scores[i].Add(_line[i]);
        _flags.Add((byte)flags);
        if (!film) return;
        var shift = seconds is { } at && fps is > 0 ? at - number.Value / fps.Value : (double?)null;
        Shifts.Add(shift);
        if (shift is { } known) (_leastShift, _mostShift) = (Math.Min(_leastShift, known), Math.Max(_mostShift, known));
    }

    private void AddPath(ref Utf8JsonReader json, long number)
    {
        if (json.TokenType != JsonTokenType.String) throw new FormatException("frame_path is no text");
        // Most paths have no escapes and need no copy.
        if (json.ValueIsEscaped) Paths.Add(Numbers.Count, number, System.Text.Encoding.UTF8.GetBytes(json.GetString()!));
        else Paths.Add(Numbers.Count, number, json.ValueSpan);
    }

    private void Thresholds(ref Utf8JsonReader json)
    {
        if (Next(ref json).TokenType != JsonTokenType.StartObject) return;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (Next(ref json).TokenType != JsonTokenType.StartObject) continue;
            (var method, double? below) = (-1, null);
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                if (json.ValueTextEquals("method"u8)) method = IndexOf(Next(ref json).GetString() ?? "");
                else if (json.ValueTextEquals("below"u8)) below = Number(ref json);
                else
                {
                    json.Read();
                    json.Skip();
                }
            }
            if (method >= 0) _scores[method].Line = below;
        }
    }

    /// <summary>Takes one line of selection.jsonl.</summary>
    /// <param name="rules">The names of the rules; one that is not there yet is added.</param>
    internal void TakeChoice(ReadOnlySpan<byte> line, List<string> rules)
    {
        if (_rules.Length == 0) _rules = new byte[Numbers.Count];
        var json = new Utf8JsonReader(line);
        if (!json.Read() || json.TokenType != JsonTokenType.StartObject) throw new FormatException("it is no object");
        var (ordinal, kept, rule) = (-1, false, -1);
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (json.ValueTextEquals("frame_idx"u8)) ordinal = Numbers.Find(Next(ref json).GetInt64());
            else if (json.ValueTextEquals("keep"u8)) kept = Next(ref json).GetBoolean();
            else if (json.ValueTextEquals("rule"u8)) rule = Next(ref json).TokenType == JsonTokenType.Null ? -1 : RuleAt(ref json, rules);
            else
            {
                json.Read();
                json.Skip();
            }
        }
        if (ordinal < 0) return;
        if (kept) Flags[ordinal] |= (byte)FrameFlags.Kept;
        _rules[ordinal] = (byte)(rule + 1);
    }

    private static int RuleAt(ref Utf8JsonReader json, List<string> rules)
    {
        for (var i = 0; i < rules.Count; i++)
            if (json.ValueTextEquals(rules[i])) return i;
        if (rules.Count >= 250) return -1;
        rules.Add(json.GetString()!);
        return rules.Count - 1;
    }

    private static int ScoreAt(ref Utf8JsonReader json)
    {
        for (var i = 0; i < Scores.Count; i++)
            if (json.ValueTextEquals(Scores[i])) return i;
        return -1;
    }

    private static ref Utf8JsonReader Next(ref Utf8JsonReader json)
    {
        json.Read();
        return ref json;
    }

    private static double? Number(ref Utf8JsonReader json) => Next(ref json).TokenType == JsonTokenType.Null ? null : json.GetDouble();
}
