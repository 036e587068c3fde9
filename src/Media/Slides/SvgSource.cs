using System.Globalization;
using System.Xml;

namespace Spool.Media.Slides;

/// <summary>What an SVG file says about itself: its own size in pixels, if it has one, and the references that will not be loaded.</summary>
public sealed record SvgSource(double? Width, double? Height, IReadOnlyList<string> Foreign)
{
    public const int MostBytes = 8 << 20;

    private const string Namespace = "http://www.w3.org/2000/svg";
    private const int MostNamed = 20;

    /// <summary>
    /// Reads a whole SVG from a stranger without loading anything: the document type is skipped and entities are refused, so neither files nor
    /// expansion bombs come in. Returns the reason when it is no drawing that may be rendered.
    /// </summary>
    public static (SvgSource? Source, string? Why) Read(byte[] bytes)
    {
        if (bytes.Length > MostBytes) return (null, $"it has {bytes.Length} bytes, more than the {MostBytes} allowed");
        var settings = new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore, XmlResolver = null, MaxCharactersInDocument = MostBytes };
        try
        {
            using var stream = new MemoryStream(bytes, writable: false);
            using var xml = XmlReader.Create(stream, settings);
            xml.MoveToContent();
            if (xml.LocalName != "svg" || xml.NamespaceURI is not (Namespace or "")) return (null, $"its first element is {xml.LocalName}, not svg");
            var (width, height) = Size(xml.GetAttribute("width"), xml.GetAttribute("height"), xml.GetAttribute("viewBox"));
            var (foreign, why) = References(xml);
            return why is null ? (new SvgSource(width, height, foreign), null) : (null, why);
        }
        catch (XmlException e) when (e.Message.Contains("entity", StringComparison.OrdinalIgnoreCase))
        {
            return (null, $"it uses an entity of its document type (line {e.LineNumber}), and those are not read for safety");
        }
        catch (XmlException e)
        {
            return (null, $"it is no well-formed XML: {e.Message}");
        }
    }

    /// <summary>The size as CSS pixels of 1/96 inch; what is missing or a percentage follows from the view box.</summary>
    private static (double?, double?) Size(string? width, string? height, string? viewBox)
    {
        var box = (viewBox ?? "").Split([' ', ',', '\t', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries);
        double? boxWidth = box.Length == 4 ? Pixels(box[2]) : null, boxHeight = box.Length == 4 ? Pixels(box[3]) : null;
        double? w = Pixels(width), h = Pixels(height);
        if (w is null && h is null) return (boxWidth, boxHeight);
        if (boxWidth is not { } bw || boxHeight is not { } bh) return (w, h);
        return (w ?? h * bw / bh, h ?? w * bh / bw);
    }

    private static double? Pixels(string? length)
    {
        if (length is null) return null;
        length = length.Trim();
        var unit = length.Length;
        while (unit > 0 && (char.IsAsciiLetter(length[unit - 1]) || length[unit - 1] == '%')) unit--;
        if (!double.TryParse(length.AsSpan(0, unit), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) || !double.IsFinite(number) || number <= 0) return null;
        return length[unit..] switch
        {
            "" or "px" => number,
            "pt" => number * 96 / 72,
            "pc" => number * 16,
            "in" => number * 96,
            "cm" => number * 96 / 2.54,
            "mm" => number * 96 / 25.4,
            "em" => number * 16,
            "ex" => number * 8,
            _ => null,
        };
    }

    private static (IReadOnlyList<string> Foreign, string? Why) References(XmlReader xml)
    {
        var foreign = new List<string>();
        long pixels = 0;
        do
        {
            if (xml.NodeType == XmlNodeType.ProcessingInstruction && xml.Name == "xml-stylesheet") Add("a stylesheet");
            if (xml.NodeType is XmlNodeType.Text or XmlNodeType.CDATA && xml.Value.Contains("@import", StringComparison.OrdinalIgnoreCase)) Add("an imported stylesheet");
            if (xml.NodeType != XmlNodeType.Element || xml.LocalName == "a") continue;
            for (var more = xml.MoveToFirstAttribute(); more; more = xml.MoveToNextAttribute())
            {
                if (xml.LocalName is not ("href" or "src") || xml.Value.TrimStart() is not { Length: > 0 } target || target[0] == '#') continue;
                if (target.StartsWith("data:", StringComparison.OrdinalIgnoreCase))
                {
                    var (size, why) = EmbeddedPicture.Measure(target);
                    if (why is not null) return (foreign, why);
                    pixels += size;
                    if (size < 0 || pixels > Rsvg.MostPixels) return (foreign, $"the pictures inside it unpack to more than {Rsvg.MostPixels / 1_000_000} million pixels");
                }
                else Add(target.Length > 200 ? target[..200] : target);
            }
            xml.MoveToElement();
        }
        while (xml.Read());
        return (foreign, null);

        void Add(string what)
        {
            if (foreign.Count < MostNamed) foreign.Add(what);
        }
    }

    /// <summary>The size of the picture and of the drawing in it. Null when the file gives no size and none is asked for.</summary>
    public (PngSize Page, PngSize Drawing)? Fit(int? width, int? height, double scale)
    {
        var shape = Width is { } w && Height is { } h ? (w, h) : ((double W, double H)?)null;
        if (width is { } askedWidth && height is { } askedHeight)
        {
            var page = new PngSize(askedWidth, askedHeight);
            if (shape is not { } s) return (page, page);
            var factor = Math.Min(askedWidth / s.W, askedHeight / s.H);
            return (page, new PngSize(Whole(Math.Min(askedWidth, s.W * factor)), Whole(Math.Min(askedHeight, s.H * factor))));
        }
        if (shape is not { } own) return null;
        var by = width is { } x ? x / own.W : height is { } y ? y / own.H : scale;
        var size = new PngSize(width ?? Whole(own.W * by), height ?? Whole(own.H * by));
        return (size, size);
    }

    private static int Whole(double pixels) => (int)Math.Clamp(Math.Round(pixels, MidpointRounding.AwayFromZero), 1, 1_000_000_000);
}
