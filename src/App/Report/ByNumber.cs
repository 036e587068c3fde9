namespace Spool.App.Report;

/// <summary>
/// The order in which people count: runs of digits by their value, all else by its characters, so that <c>a:2</c> comes before <c>a:10</c>.
/// Zeros in front do not count, unless all else is equal.
/// </summary>
public sealed class ByNumber : IComparer<string>
{
    public static ByNumber Comparer { get; } = new();

    public int Compare(string? x, string? y)
    {
        var a = x.AsSpan();
        var b = y.AsSpan();
        while (!a.IsEmpty && !b.IsEmpty)
        {
            if (char.IsAsciiDigit(a[0]) && char.IsAsciiDigit(b[0]))
            {
                var (left, right) = (Digits(a), Digits(b));
                var one = a[..left].TrimStart('0');
                var two = b[..right].TrimStart('0');
                var order = one.Length != two.Length ? one.Length - two.Length : one.CompareTo(two, StringComparison.Ordinal);
                if (order != 0) return order;
                a = a[left..];
                b = b[right..];
            }
            else if (a[0] != b[0]) return a[0] - b[0];
            else
            {
                a = a[1..];
                b = b[1..];
            }
        }
        return a.Length != b.Length ? a.Length - b.Length : string.CompareOrdinal(x, y);
    }

    private static int Digits(ReadOnlySpan<char> text) => text.IndexOfAnyExceptInRange('0', '9') is >= 0 and var end ? end : text.Length;
}
