using System.Text;
using Spool.Engine;
using Spool.Models.Providers;
using Spool.Platform;

namespace Spool.Steps;

/// <summary>Runs the program of a provider of kind command. It must say nothing that matters in its exit code alone: the file it was to write is looked at.</summary>
internal static class CommandCalls
{
    /// <summary>Writes the text into a file, starts the program with its holes filled, and gives the path of what it wrote (in the attempt folder).</summary>
    internal static async Task<string> MakeAsync(this StepContext context, ProviderSettings settings, string text, string outName, Dictionary<string, string> values, CancellationToken cancel)
    {
        var (textFile, output) = (context.Temporary(outName + ".txt"), context.Temporary(outName));
        DurableFile.WritePlain(context.Disk, context.Full(textFile), Encoding.UTF8.GetBytes(text + "\n"));
        values["text_file"] = textFile;
        values["out"] = output;
        if (context.Disk.Stat(context.Full(output)) is not null) context.Disk.DeleteFile(context.Full(output));
        await context.RunAsync(new ToolCommand(settings.Run[0], CommandTemplate.Fill([.. settings.Run.Skip(1)], values)), cancel);
        return context.Disk.Stat(context.Full(output)) is { Kind: FileKind.File, Size: > 0 } ? output
            : throw ProviderCalls.Bad($"{settings.Run[0]} of the provider {settings.Name} ended well but wrote nothing to {{out}}", "check its arguments: run: of the provider");
    }
}
