namespace Spool.Media.Cuts;

/// <summary>
/// How well found cuts agree with a reference: each reference cut is matched with at most one found cut not more than the tolerance away, in
/// order, which gives the most matches (the TRECVID rule for hard cuts).
/// </summary>
/// <param name="Matched">Pairs.</param>
/// <param name="Precision">Share of the found cuts that are matched, 0..1; 1 when none was found.</param>
/// <param name="Recall">Share of the reference cuts that are matched, 0..1; 1 when there is none.</param>
public sealed record CutAccuracy(int Matched, int Found, int Reference, double Precision, double Recall)
{
    public double F1 => Precision + Recall > 0 ? 2 * Precision * Recall / (Precision + Recall) : 0;

    /// <summary>Compares frame numbers, both in order; the tolerance is in frames.</summary>
    public static CutAccuracy Of(IReadOnlyList<long> found, IReadOnlyList<long> reference, int tolerance)
    {
        int matched = 0, f = 0, r = 0;
        while (f < found.Count && r < reference.Count)
        {
            if (Math.Abs(found[f] - reference[r]) <= tolerance)
            {
                matched++;
                f++;
                r++;
            }
            else if (found[f] < reference[r]) f++;
            else r++;
        }
        return new(matched, found.Count, reference.Count, found.Count == 0 ? 1 : (double)matched / found.Count, reference.Count == 0 ? 1 : (double)matched / reference.Count);
    }
}
