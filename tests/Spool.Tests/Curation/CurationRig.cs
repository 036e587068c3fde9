using System.Text.Json;
using Spool.Engine.Definition;
using Spool.Engine.Scheduling;
using Spool.Media.Frames;
using Spool.Platform;
using Spool.Tests.Support;

namespace Spool.Tests.Curation;

/// <summary>The delivered template on a virtual disk, with footage of drawn pictures in a folder beside the workspace.</summary>
internal sealed class CurationRig
{
    internal EngineRig Engine { get; } = new();
    internal string Input { get; set; } = "/footage";
    internal int Jobs { get; set; } = 2;
    internal List<(string Name, string Value)> Vars { get; } = [("part", "16")];

    internal CurationRig()
    {
        DurableFile.CreateFolders(Engine.Files, Input);
        // JPEG is decoded in process; the tools need only be there.
        DurableFile.CreateFolders(Engine.Files, "/bin");
        foreach (var tool in (string[])["ffmpeg", "ffprobe"])
        {
            DurableFile.WritePlain(Engine.Files, $"/bin/{tool}", "tool"u8);
            Engine.Files.SetMode($"/bin/{tool}", 0x1ed);
        }
        Engine.Write("spool.yaml", System.Text.Encoding.UTF8.GetString(Spool.App.Help.ProjectTemplate.BuiltIn().Single(t => t.Name == "curate").Bytes("spool.yaml")));
    }

    /// <summary>A picture that is the same for the same number: sharp stripes that wander, so that neighbours differ.</summary>
    internal static byte[] Jpeg(int seed, byte light = 200)
    {
        byte[]? made = null;
        using var sheet = new ContactSheets((name, bytes) => made ??= name.EndsWith(".jpg", StringComparison.Ordinal) ? bytes.ToArray() : null);
        var tile = new FrameTile();
        var state = (uint)seed * 2654435761u;
        var shade = new byte[8 * 5];
        for (var i = 0; i < shade.Length; i++) shade[i] = (byte)(((state = (state * 1664525) + 1013904223) >> 24) % Math.Max(1, (int)light) + (light > 100 ? 50 : 0));
        for (var i = 0; i < tile.Pixels.Length; i++) tile.Pixels[i] = shade[(i / 3 % FrameTile.Width / 16) + (i / 3 / FrameTile.Width / 15 * 8)];
        for (var i = 0; i < ContactSheets.Columns; i++) sheet.Add(0, tile);
        sheet.Finish();
        return made!;
    }

    internal void Frame(int index, byte[] bytes, string? name = null)
    {
        Engine.Time.Advance(TimeSpan.FromSeconds(5));
        DurableFile.WritePlain(Engine.Files, $"{Input}/{name ?? $"image_{index}.jpg"}", bytes);
        Engine.Time.Advance(TimeSpan.FromSeconds(5));
    }

    internal void Frames(int from, int to)
    {
        for (var i = from; i < to; i++) Frame(i, Jpeg(i));
    }

    internal async Task<RunResult> RunAsync(params (string Name, string Value)[] more)
    {
        var result = await Engine.RunAsync(arguments: new WorkflowArguments { Vars = [("input", Input), .. Vars, .. more] }, jobs: Jobs);
        if (result is null) throw new InvalidOperationException(string.Join('\n', Engine.Problems.Problems));
        return result;
    }

    /// <summary>The tasks that ran, without the steps behind the measuring that only read figures.</summary>
    internal static IReadOnlyList<string> Measured(RunResult result) => [.. EngineRig.Ran(result).Where(a => a.StartsWith("measure:", StringComparison.Ordinal))];

    internal List<JsonElement> Lines(string file) => [.. Engine.Read($"out/frames/{file}").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement.Clone())];

    internal JsonElement Object(string file) => JsonDocument.Parse(Engine.Read($"out/frames/{file}")).RootElement.Clone();

    /// <summary>All results of the one stream as one text.</summary>
    internal string Everything() => string.Join("\n", Names.Select(n => $"{n}\n{Engine.Read($"out/frames/{n}")}"));

    private static readonly string[] Names = ["stream.json", "frames.jsonl", "metrics.jsonl", "clusters.json", "idle.json", "cuts.json", "scenes.csv", "scenes.edl", "scenes.otio", "selection.json", "selection.jsonl"];
}
