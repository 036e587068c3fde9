using Spool.Media.Metrics;

namespace Spool.Media.Cuts;

/// <summary>The scores of one method, taken while a film is decoded. Frames come in order.</summary>
public sealed class CutScores(CutMethod method)
{
    /// <summary>Bits of a side of the hash, and bins of the histogram.</summary>
    public const int HashSize = 8, Bins = 128;

    private readonly List<double> _scores = [];
    private readonly AreaHash? _hash = method == CutMethod.Hash ? new AreaHash(HashSize) : null;
    private byte[] _bits = new byte[HashSize * HashSize], _bitsBefore = new byte[HashSize * HashSize];
    private int[] _bins = new int[Bins], _binsBefore = new int[Bins];

    public IReadOnlyList<double> Values => _scores;

    public void Add(int frame, FrameMetrics metrics, SmallColour colour) => _scores.Add(method switch
    {
        CutMethod.Threshold => Mean(colour),
        CutMethod.Histogram => Correlation(frame, colour),
        CutMethod.Hash => Distance(frame, colour),
        _ => metrics.CutContent ?? 0,
    });

    private static double Mean(SmallColour colour)
    {
        long sum = 0;
        foreach (var value in colour.Red.Pixels) sum += value;
        foreach (var value in colour.Green.Pixels) sum += value;
        foreach (var value in colour.Blue.Pixels) sum += value;
        return sum / (3.0 * colour.Red.Count);
    }

    private double Correlation(int frame, SmallColour colour)
    {
        LumaHistogram.Count(colour, _bins);
        var score = frame == 0 ? double.NaN : LumaHistogram.Correlation(_binsBefore, _bins);
        (_bins, _binsBefore) = (_binsBefore, _bins);
        return score;
    }

    private double Distance(int frame, SmallColour colour)
    {
        _hash!.Of(colour, _bits);
        var differing = 0;
        for (var i = 0; i < _bits.Length; i++) differing += _bits[i] ^ _bitsBefore[i];
        (_bits, _bitsBefore) = (_bitsBefore, _bits);
        return frame == 0 ? double.NaN : differing / (double)_bits.Length;
    }

    /// <summary>The cuts of these scores.</summary>
    public IReadOnlyList<CutPoint> Cuts(FilmTimes times, double threshold, MinLength length) => method switch
    {
        CutMethod.Content => CutDetector.Content(times, _scores, threshold, length),
        CutMethod.Adaptive => CutDetector.Adaptive(times, _scores, threshold, length),
        CutMethod.Threshold => CutDetector.Threshold(times, _scores, threshold, length),
        CutMethod.Histogram => CutDetector.Histogram(times, _scores, threshold, length),
        _ => CutDetector.Hash(times, _scores, threshold, length),
    };
}
