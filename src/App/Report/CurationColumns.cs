using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Spool.App.Report;

/// <summary>
/// The scores of all frames of a stream on their way to the page. Few frames keep their float32 values; of many the range between the smallest and
/// the largest score is cut into 65,534 steps, of scores that span many powers of ten in their logarithm. Rounding never carries a score across the
/// line that its flag was decided by, so the page counts exactly what the run counted.
/// </summary>
/// <param name="log">In the logarithm of 1 + score.</param>
internal sealed class ColumnValues(bool log)
{
    /// <summary>Up to this many frames keep float32 values.</summary>
    internal const int Few = 20_000;
    private const int Most = ushort.MaxValue - 1;
    private readonly List<float> _values = [];
    private bool _any;

    /// <summary>The line: what is below it stays below.</summary>
    internal double? Line { get; set; }

    internal bool Any => _any;

    internal void Add(double? score)
    {
        if (score is not { } exact || !double.IsFinite(exact))
        {
            _values.Add(float.NaN);
            return;
        }
        _any = true;
        var value = (float)exact;
        if (Line is { } line && exact < line != value < line) value = exact < line ? MathF.BitDecrement(value) : MathF.BitIncrement(value);
        _values.Add(value);
    }

    /// <summary>Characters on the page.</summary>
    internal static int CostOf(int frames) => (frames <= Few ? 4 : 2) * frames / 3 * 4 + 100;

    internal Column ToColumn()
    {
        var values = CollectionsMarshal.AsSpan(_values);
        if (values.Length > Few) return Coded(values);
        var bytes = new byte[values.Length * 4];
        for (var i = 0; i < values.Length; i++) BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * 4), values[i]);
        return new Column { Floats = bytes, Log = log };
    }

    private Column Coded(ReadOnlySpan<float> values)
    {
        var (least, most, whole) = (double.PositiveInfinity, double.NegativeInfinity, !log);
        foreach (var value in values)
        {
            if (float.IsNaN(value)) continue;
            var place = PlaceOf(value);
            (least, most, whole) = (Math.Min(least, place), Math.Max(most, place), whole && value == MathF.Floor(value));
        }
        if (!_any) (least, most) = (0, 0);
        // Whole numbers stay what they are.
        var step = whole && most - least <= Most ? 1 : most > least ? (most - least) / Most : 1;
        var line = Line is { } at ? (PlaceOf(at) - least) / step : double.NaN;
        var bytes = new byte[values.Length * 2];
        for (var i = 0; i < values.Length; i++)
        {
            var code = float.IsNaN(values[i]) ? ushort.MaxValue : (ushort)Math.Clamp(Right(Math.Round((PlaceOf(values[i]) - least) / step), values[i] < Line), 0, Most);
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(i * 2), code);
        }
        return new Column { Codes = bytes, From = least, Step = step, Log = log };

        double Right(double code, bool below) => double.IsNaN(line) || code < line == below ? code : below ? Math.Ceiling(line) - 1 : Math.Ceiling(line);
    }

    private double PlaceOf(double score) => log ? Math.Log(1 + Math.Max(0, score)) : score;
}

/// <summary>The numbers of the frames of a stream, as runs without a gap.</summary>
internal sealed class FrameNumbers
{
    private readonly List<(long First, int Ordinal)> _runs = [];
    private long _last;

    internal int Count { get; private set; }

    internal void Add(long number)
    {
        if (Count > 0 && number <= _last) throw new FormatException($"frame_idx {number} comes after {_last}");
        if (Count == 0 || number != _last + 1) _runs.Add((number, Count));
        (_last, Count) = (number, Count + 1);
    }

    /// <summary>The ordinal of a number, -1 for one that is no frame.</summary>
    internal int Find(long number)
    {
        var (low, high) = (0, _runs.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_runs[middle].First <= number) low = middle + 1;
            else high = middle;
        }
        if (low == 0) return -1;
        var ordinal = _runs[low - 1].Ordinal + (number - _runs[low - 1].First);
        return ordinal < (low < _runs.Count ? _runs[low].Ordinal : Count) ? (int)ordinal : -1;
    }

    /// <summary>Ordinals from the first number that is not below to the last that is not above, as a half-open range.</summary>
    internal (int From, int To) Between(long first, long last) => (CountBelow(first), CountBelow(last + 1));

    private int CountBelow(long number)
    {
        var (low, high) = (0, _runs.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_runs[middle].First < number) low = middle + 1;
            else high = middle;
        }
        return low == 0 ? 0 : (int)Math.Min(_runs[low - 1].Ordinal + (number - _runs[low - 1].First), low < _runs.Count ? _runs[low].Ordinal : Count);
    }

    internal int Cost => _runs.Count * 8 / 3 * 4 + 100;

    /// <summary>Null when two numbers are too far apart to be written.</summary>
    internal FrameRuns? ToRuns()
    {
        var bytes = new byte[_runs.Count * 8];
        var next = Count == 0 ? 0 : _runs[0].First;
        for (var i = 0; i < _runs.Count; i++)
        {
            var length = (i + 1 < _runs.Count ? _runs[i + 1].Ordinal : Count) - _runs[i].Ordinal;
            if (_runs[i].First - next > int.MaxValue) return null;
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(i * 8), (int)(_runs[i].First - next));
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(i * 8 + 4), length);
            next = _runs[i].First + length;
        }
        return new FrameRuns(Count == 0 ? 0 : _runs[0].First, Count, bytes);
    }
}

/// <summary>Finds what the paths of the frames have in common, so that a million of them need no room.</summary>
/// <param name="numbered">The number of a frame stands in its name (pictures), else all frames have one path (a film).</param>
internal sealed class PathShape(bool numbered)
{
    /// <summary>Paths that do not follow the rest.</summary>
    internal const int MostOthers = 20_000;
    private readonly Dictionary<int, string> _others = [];
    private string? _before, _after;
    private byte[] _expected = [];
    private int _digits = -1;

    internal int LeftOut { get; private set; }
    internal int Cost => _others.Values.Sum(p => p.Length + 14) + 200;

    internal void Add(int ordinal, long number, ReadOnlySpan<byte> path)
    {
        if (_before is null) Begin(number, Encoding.UTF8.GetString(path));
        if (_digits >= 0) _expected = Encoding.UTF8.GetBytes(Expected(number));
        if (path.SequenceEqual(_expected)) return;
        if (_others.Count < MostOthers) _others.Add(ordinal, Encoding.UTF8.GetString(path));
        else LeftOut++;
    }

    private void Begin(long number, string path)
    {
        (_before, _after, _expected) = (path, "", Encoding.UTF8.GetBytes(path));
        if (!numbered) return;
        for (var end = path.Length; end > 0; end--)
        {
            if (!char.IsAsciiDigit(path[end - 1])) continue;
            var start = end;
            while (start > 0 && char.IsAsciiDigit(path[start - 1])) start--;
            if (long.TryParse(path.AsSpan(start, end - start), CultureInfo.InvariantCulture, out var found) && found == number)
            {
                (_before, _digits, _after) = (path[..start], path[start] == '0' ? end - start : 1, path[end..]);
                return;
            }
            end = start + 1;
        }
    }

    private string Expected(long number) => _before + number.ToString("D" + _digits.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture) + _after;

    internal FramePaths? ToPaths() => _before is null ? null : new FramePaths(_before, _digits, _after!, _others.Count == 0 ? null : _others);
}
