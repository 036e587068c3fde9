namespace Spool.Interchange.Export;

/// <summary>
/// A polygon cut at the borders of a picture, one border after the other (Sutherland and Hodgman, "Reentrant polygon clipping", CACM 17, 1974). Exact for
/// what is convex; parts of others may be joined along a border, which changes no area.
/// </summary>
internal static class PolygonClip
{
    /// <summary>The points that are left; fewer than three, or without area, where nothing is.</summary>
    internal static IReadOnlyList<(double X, double Y)> Within(double[] polygon, double width, double height)
    {
        var points = Enumerable.Range(0, polygon.Length / 2).Select(i => (X: polygon[2 * i], Y: polygon[2 * i + 1])).ToList();
        points = Cut(points, p => p.X);
        points = Cut(points, p => width - p.X);
        points = Cut(points, p => p.Y);
        points = Cut(points, p => height - p.Y);
        return Area(points) > 0 ? points : [];
    }

    /// <summary>Keeps the side on which the distance is not negative.</summary>
    private static List<(double X, double Y)> Cut(List<(double X, double Y)> points, Func<(double X, double Y), double> distance)
    {
        var kept = new List<(double X, double Y)>();
        for (var i = 0; i < points.Count; i++)
        {
            var (here, before) = (points[i], points[(i + points.Count - 1) % points.Count]);
            double at = distance(here), from = distance(before);
            if (at >= 0 != from >= 0)
            {
                var share = from / (from - at);
                kept.Add((before.X + share * (here.X - before.X), before.Y + share * (here.Y - before.Y)));
            }
            if (at >= 0) kept.Add(here);
        }
        return kept;
    }

    private static double Area(List<(double X, double Y)> points)
    {
        var twice = 0.0;
        for (var i = 0; i < points.Count; i++)
        {
            var next = points[(i + 1) % points.Count];
            twice += points[i].X * next.Y - next.X * points[i].Y;
        }
        return Math.Abs(twice) / 2;
    }
}
