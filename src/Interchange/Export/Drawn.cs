using System.Text.Json;

namespace Spool.Interchange.Export;

/// <summary>One object that was annotated: in pixels from the upper left corner.</summary>
public sealed record Drawn(string Label, double X, double Y, double Width, double Height)
{
    public double? Score { get; init; }

    /// <summary>Polygons of at least three points, x1 y1 x2 y2 ...; empty for a box alone.</summary>
    public IReadOnlyList<double[]> Polygons { get; init; } = [];

    /// <summary>Of the polygons where there are some, else of the box.</summary>
    public double Area => Polygons.Count == 0 ? Width * Height : Polygons.Sum(Shoelace);

    /// <summary>The objects of a frame; empty without annotations.</summary>
    /// <exception cref="CurationException">One is not as docs/formats/curation.md says.</exception>
    public static IEnumerable<Drawn> Of(CuratedStream stream, FrameRow row)
    {
        if (row.Annotated is not { } line) yield break;
        foreach (var item in Json.List(line, "annotations"))
        {
            var label = Json.Text(item, "label") is { Length: > 0 } text ? text : throw Fault("has an object without a label");
            var polygons = new List<double[]>();
            if (item.TryGetProperty("segmentation", out var drawn) && drawn.ValueKind != JsonValueKind.Null)
            {
                if (drawn.ValueKind != JsonValueKind.Array) throw Fault($"has a {label} whose segmentation is no list of polygons");
                polygons.AddRange(drawn.EnumerateArray().Select(p => Numbers(p, label)));
                if (polygons.Exists(p => p.Length % 2 != 0)) throw Fault($"has a {label} with a polygon of an odd number of coordinates");
                polygons.RemoveAll(p => p.Length < 6);
            }
            var box = item.TryGetProperty("bbox", out var four) && four.ValueKind != JsonValueKind.Null ? Numbers(four, label) : polygons.Count > 0 ? Around(polygons) : throw Fault($"has a {label} with neither bbox nor segmentation");
            if (box.Length != 4) throw Fault($"has a {label} whose bbox is not [x, y, width, height]");
            yield return new Drawn(label, box[0], box[1], box[2], box[3]) { Score = Json.Number(item, "score"), Polygons = polygons };
        }

        CurationException Fault(string sentence) => new($"{stream.At(CuratedStream.Annotations)}: frame {row.Index} {sentence}; correct it there");

        double[] Numbers(JsonElement list, string label)
        {
            if (list.ValueKind != JsonValueKind.Array) throw Fault($"has a {label} whose bbox or segmentation is no list of numbers");
            return [.. list.EnumerateArray().Select(n => n.ValueKind == JsonValueKind.Number && n.TryGetDouble(out var number) && double.IsFinite(number) ? number : throw Fault($"has a {label} with a coordinate that is no number"))];
        }
    }

    private static double[] Around(List<double[]> polygons)
    {
        var xs = polygons.SelectMany(p => p.Where((_, i) => i % 2 == 0)).ToList();
        var ys = polygons.SelectMany(p => p.Where((_, i) => i % 2 == 1)).ToList();
        return [xs.Min(), ys.Min(), xs.Max() - xs.Min(), ys.Max() - ys.Min()];
    }

    private static double Shoelace(double[] polygon)
    {
        var twice = 0.0;
        for (var i = 0; i < polygon.Length; i += 2)
        {
            var next = (i + 2) % polygon.Length;
            twice += polygon[i] * polygon[next + 1] - polygon[next] * polygon[i + 1];
        }
        return Math.Abs(twice) / 2;
    }
}
