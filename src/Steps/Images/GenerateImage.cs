using System.Globalization;
using System.Text.Json.Nodes;
using Spool.Engine;
using Spool.Media.Ffmpeg;
using Spool.Media.Timeline;
using Spool.Models.Providers;
using Spool.Platform;
using Spool.Steps.Video;

namespace Spool.Steps.Images;

/// <summary>
/// Has a model draw a picture from words: a service like that of OpenAI, a ComfyUI workflow, or a program. The picture is written anew in the size
/// that was asked for (another shape is filled and its edges cut), without the notes that services put into files.
/// </summary>
[StepKind("images.generate", version: 1, Varies = true)]
public sealed record GenerateImage : Step
{
    /// <summary>A text file with the prompt; the option prompt comes after it.</summary>
    [In("prompt")] public InputFile? PromptFile { get; init; }

    /// <summary>For ComfyUI: the workflow in API format, JSON, with {prompt}, {negative}, {seed}, {width} and {height} in it.</summary>
    [In("workflow")] public InputFile? Workflow { get; init; }

    /// <summary>The picture, .png or .jpg.</summary>
    [Out("image")] public OutputFile Image { get; init; } = null!;

    /// <summary>What the picture shows.</summary>
    public string? Prompt { get; init; }

    /// <summary>What it must not show, for workflows that have a place for it.</summary>
    public string Negative { get; init; } = "";

    /// <summary>Width and height in pixels, at most 4096 each. Default 1024x1024.</summary>
    public PictureSize Size { get; init; } = new(1024, 1024);

    /// <summary>The provider by name, or by purpose. Default image: the one that is set up for it.</summary>
    public string Provider { get; init; } = ProviderWords.Image;

    /// <summary>The model as the provider names it; default: that of the provider.</summary>
    public string? Model { get; init; }

    public override IReadOnlyList<string> ToolsUsed() => MediaRuns.Both;

    public override IReadOnlyList<string> ProvidersUsed() => [Provider];

    public override IEnumerable<(string Option, string Message)> Check()
    {
        if (Size.Width > 4096 || Size.Height > 4096) yield return ("size", $"{Size} is larger than 4096x4096");
    }

    public override async Task<StepResult> RunAsync(StepContext context, CancellationToken cancel)
    {
        var jpeg = Image.Extension is ".jpg" or ".jpeg";
        if (!jpeg && Image.Extension != ".png") throw MediaRuns.Bad($"a picture cannot be written as '{Image.Extension}'", "name the output .png or .jpg");
        var prompt = string.Join("\n\n", new[] { PromptFile is null ? null : context.ReadText(PromptFile), Prompt }.Where(p => !string.IsNullOrWhiteSpace(p)).Select(p => p!.Trim()));
        if (prompt.Length == 0) return StepResult.Failed(FailureKind.BadOutput, "there is nothing that the picture is to show", "set the option prompt, or give a file as the input prompt");
        var raw = await DrawAsync(context, prompt, cancel);
        var probe = await LookAsync(context, raw, cancel);
        IReadOnlyList<(string, string)> encoding = jpeg ? [("c", "mjpeg"), ("q", "2"), ("huffman", "default")] : [("c", "png"), ("pred", "mixed")];
        var fit = $"scale={Text.Of(Size.Width)}:{Text.Of(Size.Height)}:force_original_aspect_ratio=increase:flags=bicubic+accurate_rnd,crop={Text.Of(Size.Width)}:{Text.Of(Size.Height)},setsar=1,format={(jpeg ? "yuvj420p" : "rgb24")}";
        var output = new FfmpegOutput(Image.Path, "image2", [new("[v]", [.. encoding, ("frames", "1")])]) { Options = [("update", "1")] };
        await context.FfmpegAsync(new FfmpegCommand([new(raw, Accepted.Image)], output) { Graph = $"[0:{probe.Index}]{fit}[v]", Reports = false }, 1, cancel);
        await context.VerifyAsync(Image, new Expected { Video = true, Size = Size }, cancel);
        if (probe.Width != Size.Width || probe.Height != Size.Height) context.Fact("drawn as", string.Create(CultureInfo.InvariantCulture, $"{probe.Width}x{probe.Height}"));
        return StepResult.Done;
    }

    /// <summary>The path of the picture as it came.</summary>
    private async Task<string> DrawAsync(StepContext context, string prompt, CancellationToken cancel)
    {
        var settings = context.ProviderSettings(Provider);
        var seed = (int)(context.Seed & int.MaxValue);
        switch (settings.Kind)
        {
            case ProviderKind.Canned:
                context.Fact("canned", $"a stand-in of the provider {settings.Name}; no model was asked");
                return Keep(context, StandIn.Picture(Size.Width, Size.Height));
            case ProviderKind.Openai:
                var model = settings.ModelOf(Model);
                context.Fact("model", $"{model} of {settings.Name}");
                return Keep(context, await new OpenAiImages(context.Line(settings)).DrawAsync(prompt, model, Size.Width, Size.Height, cancel).OrFail());
            case ProviderKind.Comfyui:
                if (Workflow is null) throw MediaRuns.Bad("ComfyUI needs its workflow", "save it in API format and give it as the input workflow");
                if (JsonText.Read(context.ReadText(Workflow)) is not JsonObject workflow || workflow.Count == 0 || workflow.Any(n => JsonText.Text(n.Value, "class_type") is null))
                    throw MediaRuns.Bad("the workflow is not in API format", "in ComfyUI: Workflow, Export (API)");
                var values = new Dictionary<string, JsonNode> { ["prompt"] = prompt, ["negative"] = Negative, ["seed"] = seed, ["width"] = Size.Width, ["height"] = Size.Height };
                context.Fact("model", "ComfyUI of " + settings.Name);
                return Keep(context, await new ComfyUi(context.Line(settings)).DrawAsync(workflow, values, cancel).OrFail());
            case ProviderKind.Command:
                var numbers = new Dictionary<string, string> { ["seed"] = Text.Of(seed), ["width"] = Text.Of(Size.Width), ["height"] = Text.Of(Size.Height) };
                context.Fact("model", $"{settings.Run[0]} of {settings.Name}");
                return await context.MakeAsync(settings, prompt, "drawn.png", numbers, cancel);
            default: throw ProviderCalls.WrongKind(settings, "draw pictures");
        }
    }

    private static string Keep(StepContext context, byte[] bytes)
    {
        var name = context.Temporary("drawn");
        DurableFile.WritePlain(context.Disk, context.Full(name), bytes);
        return name;
    }

    private static async Task<MediaStream> LookAsync(StepContext context, string path, CancellationToken cancel)
    {
        MediaProbe probe;
        try { probe = MediaProbe.Parse((await context.RunAsync(MediaProbe.Command(path, Accepted.Image), cancel)).Output); }
        catch (StepFailedException e) when (e.Failure.Kind == FailureKind.ToolFailed) { throw MediaRuns.Bad("what came is no picture that can be read", "look at the log of the provider"); }
        if (probe.Video is not { Width: > 0, Height: > 0 } picture) throw MediaRuns.Bad("what came is no picture");
        return (long)picture.Width * picture.Height <= Accepted.MaxPixels ? picture : throw MediaRuns.Bad($"the picture that came is {picture.Width}x{picture.Height}, larger than the limit of 100 million pixels");
    }
}
