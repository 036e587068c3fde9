using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;

namespace Spool.Interchange.Export;

/// <summary>
/// YOLO (docs.ultralytics.com/datasets): pictures under images/, beside them labels/ with a text file for each picture, one line an object. A line of a box is
/// <c>class cx cy w h</c>, all but the class as fractions of the picture; of a data set with polygons all lines are <c>class x1 y1 x2 y2 ...</c>, because
/// readers drop one sort where both are mixed, so boxes become their four corners there. Objects are clipped to the picture and left out where nothing is left.
/// An empty label file says "nothing is on it", so only frames that were annotated are taken.
/// </summary>
public sealed class YoloExporter : Exporter
{
    private const string NotAnnotated = "not annotated";

    public override string Name => "yolo";
    public override string Summary => "YOLO, pictures and label files with data.yaml";
    public override bool HasPictures => true;

    public override async Task WriteAsync(ExportJob job, CancellationToken cancel)
    {
        // Without any annotation the pictures are laid out to be labelled; an empty label file would say that nothing is on a picture.
        var bare = !job.IsAnnotated;
        if (bare) job.Notes.Add($"nothing is annotated ({job.Streams[0].At(CuratedStream.Annotations)} is not there), so there are no label files and no classes yet: put labels/<stream>/<name>.txt beside the pictures before training");
        var labels = bare ? [] : CocoExporter.Labels(job);
        if (!bare && labels.Count == 0) throw new CurationException("the annotations hold no object, so there is no class to train; annotate first, or take the pictures alone: --format folder");
        var polygons = job.Streams.Any(s => job.Rows(s, note: false, "annotations").Any(r => Drawn.Of(s, r).Any(d => d.Polygons.Count > 0)));
        foreach (var stream in job.Streams)
        {
            await new Pictures(job, stream).PlaceAsync(Wants, name => $"images/{stream.Name}/{name}", (row, name) =>
            {
                if (bare) return;
                var text = new StringBuilder();
                foreach (var drawn in Drawn.Of(stream, row))
                    if (Line(drawn, row.Width!.Value, row.Height!.Value, labels.BinarySearch(drawn.Label, StringComparer.Ordinal), polygons) is { } line)
                    {
                        text.Append(line).Append('\n');
                        job.Count("annotations");
                    }
                    else job.Count("annotations_outside_or_without_area");
                job.Folder.Write($"labels/{stream.Name}/{Path.GetFileNameWithoutExtension(name)}.txt", to => to.Write(Encoding.UTF8.GetBytes(text.ToString())));
            }, cancel);

            bool Wants(FrameRow row)
            {
                var why = Refuses(job, stream, row);
                if (why is not null) job.Leave(stream, row, why, lost: why != NotAnnotated);
                return why is null;
            }
        }
        job.Count("classes", labels.Count);
        job.Notes.Add("the pictures are not split: val names the same ones as train");
        job.Folder.Write("data.yaml", to =>
        {
            var text = new StringBuilder("# The pictures are not split: val names the same ones as train.\npath: .\ntrain: images\nval: images\nnames:").Append(labels.Count == 0 ? " {}\n" : "\n");
            for (var i = 0; i < labels.Count; i++) text.Append(CultureInfo.InvariantCulture, $"  {i}: \"{JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(labels[i])}\"\n");
            to.Write(Encoding.UTF8.GetBytes(text.ToString()));
        });
    }

    public override string? Refuses(ExportJob job, CuratedStream stream, FrameRow row) => job.IsAnnotated && row.Annotated is null ? NotAnnotated : row.Width is null || row.Height is null ? "its size is not known" : null;

    /// <summary>The line of an object; null where nothing of it lies within the picture.</summary>
    public static string? Line(Drawn drawn, int width, int height, int place, bool polygons)
    {
        if (!polygons)
        {
            double left = Math.Clamp(drawn.X, 0, width), right = Math.Clamp(drawn.X + drawn.Width, 0, width), top = Math.Clamp(drawn.Y, 0, height), bottom = Math.Clamp(drawn.Y + drawn.Height, 0, height);
            return right <= left || bottom <= top ? null
                : Join(place, [(left + right) / 2 / width, (top + bottom) / 2 / height, (right - left) / width, (bottom - top) / height]);
        }
        IEnumerable<double[]> drawnParts = drawn.Polygons.Count > 0 ? drawn.Polygons
            : [[drawn.X, drawn.Y, drawn.X + drawn.Width, drawn.Y, drawn.X + drawn.Width, drawn.Y + drawn.Height, drawn.X, drawn.Y + drawn.Height]];
        var parts = drawnParts.Select(p => PolygonClip.Within(p, width, height)).Where(p => p.Count >= 3).ToList();
        if (parts.Count == 0) return null;
        // Several parts become one outline: each closed, and joined by lines without width that run there and back.
        var outline = new List<(double X, double Y)>();
        foreach (var part in parts)
        {
            outline.AddRange(part);
            if (parts.Count > 1) outline.Add(part[0]);
        }
        for (var i = parts.Count - 2; i >= 1; i--) outline.Add(parts[i][0]);
        return Join(place, outline.SelectMany(p => new[] { p.X / width, p.Y / height }));
    }

    private static string Join(int place, IEnumerable<double> fractions) =>
        string.Join(' ', fractions.Select(f => f.ToString("0.########", CultureInfo.InvariantCulture)).Prepend(place.ToString(CultureInfo.InvariantCulture)));
}
