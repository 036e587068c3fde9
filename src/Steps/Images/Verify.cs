using Spool.Engine;
using Spool.Media.Slides;

namespace Spool.Steps.Images;

/// <summary>Looks at a picture that a tool says it wrote.</summary>
internal static class Verify
{
    /// <summary>Done when the file is a PNG of exactly this size.</summary>
    internal static StepResult Png(StepContext context, OutputFile image, PngSize wanted)
    {
        if (context.Disk.Stat(context.Full(image.Path)) is not { Size: > 0 }) return StepResult.Failed(FailureKind.BadOutput, "the tool ended well but wrote no picture");
        using var file = context.Disk.OpenRead(context.Full(image.Path));
        var start = new byte[64];
        var read = PngSize.Read(start.AsSpan(0, file.Read(0, start)));
        if (read is not { } size) return StepResult.Failed(FailureKind.BadOutput, "what the tool wrote is no PNG picture");
        if (size != wanted) return StepResult.Failed(FailureKind.BadOutput, $"the picture has {size} pixels instead of {wanted}");
        context.Fact("size", size.ToString());
        return StepResult.Done;
    }
}
