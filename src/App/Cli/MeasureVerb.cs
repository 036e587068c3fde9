using System.CommandLine;
using System.Globalization;
using Spool.Engine;
using Spool.Media.Hashing;
using Spool.Media.Metrics;

namespace Spool.App.Cli;

public sealed class MeasureVerb : Verb
{
    private readonly Argument<string[]> _inputs = new("INPUT") { Description = "Pictures, films, and folders of pictures", Arity = ArgumentArity.OneOrMore };
    private readonly Option<string[]> _metrics = new("--metrics") { Description = "blur, luma, exposure, contrast, phash, dhash, motion, content (default: all)", HelpName = "A,B" };
    private readonly Option<bool> _full = new("--full-size") { Description = "Measure films at their own size, not at the working size of 256 pixels" };
    private readonly Option<double?> _blur = new("--blur-below") { Description = "Blurry below this Laplacian variance (default 80)", HelpName = "X" };
    private readonly Option<double?> _dark = new("--dark-below") { Description = "Dark below this luma, 0 to 255 (default 25)", HelpName = "X" };
    private readonly Option<double?> _percentile = new("--percentile") { Description = "The fraction of pixels whose luma decides darkness (default 0.1)", HelpName = "P" };
    private readonly Option<int?> _jobs = new("--jobs", "-j") { Description = "Pictures decoded at once (default: the processors)", HelpName = "N" };
    private readonly Option<bool> _json = new("--json") { Description = "One JSON object a frame" };

    public override string Name => "measure";
    public override string Summary => "Measure frames: sharpness, light, perceptual hashes, motion, cut scores";
    public override int Order => 30;
    public override IReadOnlyList<string> Examples =>
    [
        "spool measure frames/",
        "spool measure film.mp4 --metrics blur,motion --json | jq .motion",
        "spool measure a.jpg b.png --json                 one line a frame; what cannot be read has an 'error'",
    ];

    public override void Build(Command command)
    {
        command.Add(_inputs);
        foreach (var option in (Option[])[_metrics, _full, _blur, _dark, _percentile, _jobs, _json]) command.Add(option);
        _metrics.AllowMultipleArgumentsPerToken = false;
        command.SetAction(async (parsed, cancel) =>
        {
            using var composition = new Composition();
            var usual = FrameThresholds.Pictures;
            var thresholds = new FrameThresholds(parsed.GetValue(_blur) ?? usual.BlurBelow, parsed.GetValue(_percentile) ?? usual.Percentile, parsed.GetValue(_dark) ?? usual.DarkBelow);
            if (thresholds.BlurBelow is not (>= 0 and <= 1_040_400)) throw new UsageException("--blur-below is a Laplacian variance, from 0 to 1040400");
            if (thresholds.DarkBelow is not (>= 0 and <= 256)) throw new UsageException("--dark-below is a luma, from 0 to 256");
            if (thresholds.Percentile is not (>= 0 and <= 1)) throw new UsageException("--percentile is a fraction from 0 to 1");
            if (parsed.GetValue(_jobs) is { } jobs and (< 1 or > 64)) throw new UsageException($"--jobs {jobs} is not between 1 and 64");
            var names = (parsed.GetValue(_metrics) ?? []).SelectMany(l => l.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).ToList();
            if (names.FirstOrDefault(n => MetricNames.Find(n) is null) is { } unknown) throw new UsageException($"there is no metric '{unknown}'; {NearestName.Hint(unknown, MetricNames.All) ?? "metrics: " + string.Join(", ", MetricNames.All)}");
            var metrics = MetricNames.Read(names);
            var work = new FrameWork(composition, metrics, thresholds.Percentile) { Full = parsed.GetValue(_full), Workers = parsed.GetValue(_jobs) };
            var sheet = new Sheet(metrics, thresholds, parsed.GetValue(_json));
            await work.RunAsync(parsed.GetValue(_inputs) ?? [], sheet.Tell, cancel);
            sheet.Finish();
            return sheet.Measured > 0 ? Done : Failed;
        });
    }

    /// <summary>Shows records as they come, and what they come to at the end.</summary>
    private sealed class Sheet(Metric metrics, FrameThresholds thresholds, bool json)
    {
        private readonly JsonLines? _lines = json ? new JsonLines() : null;
        private int _failed, _blurry, _dark;

        internal int Measured { get; private set; }

        internal void Tell(FrameRecord record)
        {
            if (record.Metrics is null) _failed++;
            else
            {
                if (Measured++ == 0 && !json) Console.WriteLine(Row(("frame", "sharpness", "luma", "dark", "phash"), ("motion", "cut", "")));
                if (MetricLines.IsBlurry(record.Metrics, thresholds) == true) _blurry++;
                if (MetricLines.IsDark(record.Metrics, metrics, thresholds) == true) _dark++;
            }
            if (_lines is not null) _lines.Write(w => MetricLines.Write(w, record, metrics, thresholds));
            else if (record.Metrics is not { } found) Console.Error.WriteLine($"{TerminalText.Plain(record.Name)} {record.Error}");
            else
            {
                var name = TerminalText.Plain(record.Name) + (record.Seconds is { } s ? string.Create(CultureInfo.InvariantCulture, $" {s:0.000}") : "");
                var flags = (MetricLines.IsBlurry(found, thresholds) == true ? "blurry " : "") + (MetricLines.IsDark(found, metrics, thresholds) == true ? "dark" : "");
                Console.WriteLine(Row((name, Number(found.LaplacianVariance, "0.0"), Number((metrics & Metric.Luma) != 0 ? found.Luma?.Mean : null, "0.0"), Number((metrics & Metric.Luma) != 0 ? found.Luma?.Percentile : null, "0"),
                    found.Phash is { } hash ? PerceptualHash.Text(hash) : "-"), (Number(found.Motion, "0.0000"), Number(found.CutContent, "0.0"), flags)));
            }
        }

        internal void Finish()
        {
            _lines?.Dispose();
            if (json) return;
            var words = new List<string> { $"{Words.Count(Measured)} measured" };
            if (_failed > 0) words.Add($"{Words.Count(_failed)} cannot be read");
            if (_blurry > 0) words.Add($"{Words.Count(_blurry)} blurry (below {Number(thresholds.BlurBelow, "0.##")})");
            if (_dark > 0) words.Add($"{Words.Count(_dark)} dark (below {Number(thresholds.DarkBelow, "0.##")})");
            Console.Error.WriteLine(string.Join(" · ", words));
        }

        private static string Number(double? value, string form) => value is { } number ? number.ToString(form, CultureInfo.InvariantCulture) : "-";

        private static string Row((string Name, string Blur, string Luma, string Dark, string Hash) a, (string Motion, string Cut, string Flags) b) =>
            $"{a.Name,-28} {a.Blur,10} {a.Luma,6} {a.Dark,5}  {a.Hash,-16} {b.Motion,7} {b.Cut,6}  {b.Flags}".TrimEnd();
    }
}
