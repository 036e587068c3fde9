namespace Spool.Media.Hashing;

/// <summary>
/// The type-II cosine transform of 32 numbers, not normalised: y[k] = 2 sum x[n] cos(pi k (2n + 1) / 64).
/// A perceptual hash compares coefficients with their median. For drawn pictures (bars, gradients, symmetric shapes) many coefficients are
/// zero but for rounding, and then the rounding decides bits. To agree with imagehash bit for bit the sums are therefore made in the order
/// of the transform that scipy uses (a backward real FFT of radices 2, 4, 4 over the numbers paired as (x[2k] - x[2k-1], x[2k] + x[2k-1]),
/// then a turn by quarter-wave cosines; Makhoul 1980, Swarztrauber's FFTPACK), each product and sum rounded on its own.
/// </summary>
internal sealed class CosineTransform
{
    internal const int Length = 32;
    private const double Root2 = 1.41421356237309504880;

    private readonly double[] _turn = new double[Length];
    private readonly double[] _roots16 = Roots(radix: 2, before: 1, span: 16);
    private readonly double[] _roots4 = Roots(radix: 4, before: 2, span: 4);
    private readonly double[] _spare = new double[Length];

    internal CosineTransform()
    {
        for (var i = 0; i < Length; i++) _turn[i] = RootTable.At(4 * Length, i + 1).Cos;
    }

    /// <summary>Transforms in place.</summary>
    internal void Apply(Span<double> c)
    {
        c[0] *= 2;
        c[Length - 1] *= 2;
        for (var k = 1; k < Length - 1; k += 2) (c[k + 1], c[k]) = (c[k + 1] - c[k], c[k] + c[k + 1]);
        Span<double> spare = _spare;
        Radix2(c, spare, 16, 1, _roots16);
        Radix4(spare, c, 4, 2, _roots4);
        Radix4(c, spare, 1, 8, []);
        spare.CopyTo(c);
        for (int k = 1, other = Length - 1; k < Length / 2; k++, other--)
        {
            var t1 = (_turn[k - 1] * c[other]) + (_turn[other - 1] * c[k]);
            var t2 = (_turn[k - 1] * c[k]) - (_turn[other - 1] * c[other]);
            c[k] = 0.5 * (t1 + t2);
            c[other] = 0.5 * (t1 - t2);
        }
        c[Length / 2] *= _turn[(Length / 2) - 1];
    }

    private static double[] Roots(int radix, int before, int span)
    {
        var roots = new double[(radix - 1) * (span - 1)];
        for (var j = 1; j < radix; j++)
            for (var i = 1; i <= (span - 1) / 2; i++)
                (roots[((j - 1) * (span - 1)) + (2 * i) - 2], roots[((j - 1) * (span - 1)) + (2 * i) - 1]) = RootTable.At(Length, j * before * i);
        return roots;
    }

    private static void Radix2(ReadOnlySpan<double> from, Span<double> to, int span, int count, double[] roots)
    {
        for (var k = 0; k < count; k++)
        {
            int a = span * 2 * k, b = a + span, p = span * k, q = p + (span * count);
            to[p] = from[a] + from[b + span - 1];
            to[q] = from[a] - from[b + span - 1];
            to[p + span - 1] = 2 * from[a + span - 1];
            to[q + span - 1] = -2 * from[b];
            for (var i = 2; i < span; i += 2)
            {
                var mirror = span - i;
                to[p + i - 1] = from[a + i - 1] + from[b + mirror - 1];
                var real = from[a + i - 1] - from[b + mirror - 1];
                var imaginary = from[a + i] + from[b + mirror];
                to[p + i] = from[a + i] - from[b + mirror];
                Turn(to, q + i, roots[i - 2], roots[i - 1], imaginary, real);
            }
        }
    }

    private static void Radix4(ReadOnlySpan<double> from, Span<double> to, int span, int count, double[] roots)
    {
        for (var k = 0; k < count; k++)
        {
            int a = span * 4 * k, b = a + span, c = b + span, d = c + span;
            int p = span * k, q = p + (span * count), r = q + (span * count), s = r + (span * count);
            var sum = from[a] + from[d + span - 1];
            var difference = from[a] - from[d + span - 1];
            var third = 2 * from[b + span - 1];
            var fourth = 2 * from[c];
            (to[p], to[r]) = (sum + third, sum - third);
            (to[s], to[q]) = (difference + fourth, difference - fourth);
            if (span % 2 == 0)
            {
                double i1 = from[d] + from[b], i2 = from[d] - from[b];
                double r2 = from[a + span - 1] + from[c + span - 1], r1 = from[a + span - 1] - from[c + span - 1];
                to[p + span - 1] = r2 + r2;
                to[q + span - 1] = Root2 * (r1 - i1);
                to[r + span - 1] = i2 + i2;
                to[s + span - 1] = -Root2 * (r1 + i1);
            }
            for (var i = 2; i < span; i += 2)
            {
                var mirror = span - i;
                double r2 = from[a + i - 1] + from[d + mirror - 1], r1 = from[a + i - 1] - from[d + mirror - 1];
                double i1 = from[a + i] + from[d + mirror], i2 = from[a + i] - from[d + mirror];
                double r4 = from[c + i] + from[b + mirror], i3 = from[c + i] - from[b + mirror];
                double r3 = from[c + i - 1] + from[b + mirror - 1], i4 = from[c + i - 1] - from[b + mirror - 1];
                to[p + i - 1] = r2 + r3;
                to[p + i] = i2 + i3;
                var w = i - 2;
                Turn(to, q + i, roots[w], roots[w + 1], i1 + i4, r1 - r4);
                Turn(to, r + i, roots[w + span - 1], roots[w + span], i2 - i3, r2 - r3);
                Turn(to, s + i, roots[w + (2 * (span - 1))], roots[w + (2 * (span - 1)) + 1], i1 - i4, r1 + r4);
            }
        }
    }

    private static void Turn(Span<double> to, int at, double cos, double sin, double imaginary, double real)
    {
        to[at] = (cos * imaginary) + (sin * real);
        to[at - 1] = (cos * real) - (sin * imaginary);
    }

    /// <summary>
    /// exp(2 pi i k / n) as the product of a coarse and a fine step, both from sines and cosines of at most an eighth of the circle.
    /// The last bit matters here: computing the cosine directly would give other roundings.
    /// </summary>
    private static class RootTable
    {
        internal static (double Cos, double Sin) At(int n, int k)
        {
            var shift = 1;
            while ((1 << shift) * (1 << shift) < (n + 2) / 2) shift++;
            var mask = (1 << shift) - 1;
            var lower = 2 * k > n;
            if (lower) k = n - k;
            var fine = (k & mask) == 0 ? (1.0, 0.0) : Direct(k & mask, n);
            var coarse = k >> shift == 0 ? (1.0, 0.0) : Direct((k >> shift) * (mask + 1), n);
            var cos = (fine.Item1 * coarse.Item1) - (fine.Item2 * coarse.Item2);
            var sin = (fine.Item1 * coarse.Item2) + (fine.Item2 * coarse.Item1);
            return (cos, lower ? -sin : sin);
        }

        private static (double, double) Direct(int k, int n)
        {
            var angle = 0.25 * Math.PI / n;
            var x = 8 * k;
            var far = x >= 4 * n;
            if (far) x = (8 * n) - x;
            var left = x >= 2 * n;
            if (left) x -= 2 * n;
            var (c, s) = x < n ? (Math.Cos(x * angle), Math.Sin(x * angle)) : (Math.Sin(((2 * n) - x) * angle), Math.Cos(((2 * n) - x) * angle));
            if (left) (c, s) = (-s, c);
            return (c, far ? -s : s);
        }
    }
}
