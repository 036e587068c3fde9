using System.Text.Json;

namespace Spool.Interchange.Export;

/// <summary>How the values of a metric lie: extremes, mean, and the values below which a share of the frames is (the value at place floor(p (n - 1)) in order).</summary>
public sealed record Spread(string Metric, int Count, double Least, double Low, double Middle, double High, double Most, double Mean)
{
    internal static Spread Of(string metric, List<double> values)
    {
        values.Sort();
        return new Spread(metric, values.Count, values[0], At(0.05), At(0.5), At(0.95), values[^1], values.Average());

        double At(double share) => values[(int)Math.Floor(share * (values.Count - 1))];
    }
}

/// <summary>What metrics.jsonl of a stream comes to.</summary>
public sealed record MetricFigures(int Frames, int Unreadable, IReadOnlyList<Spread> Spreads, IReadOnlyList<(string Flag, int Count)> Flags)
{
    private static readonly HashSet<string> Names = ["frame_idx", "pts_s", "width", "height", "percentile"];

    /// <summary>Reads them all.</summary>
    /// <exception cref="CurationException">The file is not there, or damaged.</exception>
    public static MetricFigures Of(CuratedStream stream)
    {
        using var lines = stream.Open("metrics.jsonl");
        var values = new Dictionary<string, List<double>>();
        var flags = new Dictionary<string, int>();
        int frames = 0, unreadable = 0;
        while (lines.Next() is { } line)
        {
            lines.Whole(line, "frame_idx");
            frames++;
            if (line.TryGetProperty("error", out _)) unreadable++;
            foreach (var field in line.EnumerateObject())
                if (field.Value.ValueKind == JsonValueKind.Number && !Names.Contains(field.Name))
                {
                    if (!values.TryGetValue(field.Name, out var list)) values[field.Name] = list = [];
                    list.Add(field.Value.GetDouble());
                }
                else if (field.Value.ValueKind is JsonValueKind.True or JsonValueKind.False) flags[field.Name] = flags.GetValueOrDefault(field.Name) + (field.Value.GetBoolean() ? 1 : 0);
        }
        return new MetricFigures(frames, unreadable, [.. values.Select(v => Spread.Of(v.Key, v.Value))], [.. flags.Select(f => (f.Key, f.Value))]);
    }
}
