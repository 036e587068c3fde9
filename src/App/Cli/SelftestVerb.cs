using System.CommandLine;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Spool.Media.Frames;
using Spool.Media.Metrics;
using Spool.Platform;

namespace Spool.App.Cli;

public sealed class SelftestVerb : Verb
{
    private readonly Option<bool> _json = new("--json") { Description = "One JSON object an algorithm" };

    public override string Name => "selftest";
    public override string Summary => "Compare every algorithm with known answers on this machine";
    public override int Order => 43;
    public override IReadOnlyList<string> Examples => ["spool selftest", "spool selftest --json | jq 'select(.ok | not)'"];

    public override void Build(Command command)
    {
        command.Add(_json);
        command.SetAction(async (parsed, cancel) =>
        {
            using var composition = new Composition();
            var answers = KnownAnswers.Own().ToList();
            answers.Add(Jpeg());
            answers.Add(await PngAsync(composition, cancel));
            var wrong = answers.Count(a => !a.IsRight);
            if (parsed.GetValue(_json)) foreach (var answer in answers) Line(answer);
            else
            {
                Columns.Print(Console.Out, [["", "algorithm", "value", "expected", "source"], .. answers.Select(a => new[] { a.IsRight ? "✓" : "✗", a.What, Short(a.Value), Short(a.Expected), a.Source })]);
                Console.WriteLine($"{(wrong == 0 ? "all" : $"{answers.Count - wrong} of")} {answers.Count} right; vectors: {(Vector512.IsHardwareAccelerated && Avx512BW.IsSupported ? "512 bits" : Avx2.IsSupported ? "256 bits" : "none")}");
            }
            return wrong == 0 ? Done : Failed;
        });
    }

    private static KnownAnswer Jpeg()
    {
        try { return KnownAnswers.JpegDecoding(); }
        catch (PictureFault e) { return new("JPEG decoding", e.Message, "libjpeg-turbo", "this machine"); }
    }

    private static async Task<KnownAnswer> PngAsync(Composition composition, CancellationToken cancel)
    {
        var folder = Directory.CreateTempSubdirectory("spool-selftest-").FullName;
        try
        {
            var path = Path.Join(folder, "picture.png");
            DurableFile.WritePlain(composition.Disk, path, KnownAnswers.PngFile());
            using var loader = new PictureLoader(composition.Disk, new MediaTools(composition).RunAsync);
            var picture = new Picture();
            await loader.LoadAsync(path, picture, colour: false, cancel);
            return KnownAnswers.PngDecoding(picture);
        }
        catch (Exception e) when (e is PictureFault or ProcessFailedException) { return new("PNG decoding by ffmpeg", e.Message, "ffmpeg", "this machine"); }
        finally { Directory.Delete(folder, recursive: true); }
    }

    private static void Line(KnownAnswer answer) => JsonOut.Line(w =>
    {
        w.WriteString("algorithm", answer.What);
        w.WriteString("value", answer.Value);
        w.WriteString("expected", answer.Expected);
        w.WriteString("source", answer.Source);
        w.WriteBoolean("ok", answer.IsRight);
    });

    private static string Short(string text) => text.Length <= 24 ? text : text[..23] + "…";
}
