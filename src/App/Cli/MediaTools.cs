using System.Text.Json;
using Spool.Media.Ffmpeg;
using Spool.Platform;

namespace Spool.App.Cli;

/// <summary>Runs ffmpeg and ffprobe for verbs that measure without a workspace.</summary>
internal sealed class MediaTools(Composition composition)
{
    private readonly Dictionary<string, string> _environment = new()
    {
        ["PATH"] = "/usr/local/bin:/usr/bin:/bin",
        ["HOME"] = "/nonexistent",
        ["TMPDIR"] = "/tmp",
        ["LANG"] = "C.UTF-8",
        ["TZ"] = "UTC",
    };

    /// <summary>Runs a tool and gives back how it ended. A tool that is not here is a <see cref="ProcessFailedException"/> with the command that installs it.</summary>
    internal Task<ToolResult> RunAsync(ToolCommand command, CancellationToken cancel)
    {
        var program = ProgramFinder.Find(composition.Disk, command.Program, composition.Environment("PATH"))
            ?? throw new ProcessFailedException(command.Program, "it is not on this machine; install it: sudo apt-get install ffmpeg");
        Task<ToolResult> run;
        lock (_environment) run = composition.Processes.RunAsync(command with { Program = program, WorkingFolder = "/" }, _environment, null, null, null, cancel);
        return run;
    }

    /// <summary>What a film holds; a sentence when it cannot be told.</summary>
    /// <exception cref="Media.Frames.PictureFault">The file is no film that can be read.</exception>
    internal async Task<MediaProbe> ProbeAsync(string path, CancellationToken cancel)
    {
        if (composition.Disk.Stat(path) is not { } stat) throw new Media.Frames.PictureFault("is not there");
        if (stat.Kind == FileKind.Folder) throw new Media.Frames.PictureFault("is a folder");
        if (stat.Kind != FileKind.File) throw new Media.Frames.PictureFault("is no ordinary file (a pipe, socket or device)");
        using (var file = composition.Disk.OpenRead(path))
            if (Wholeness.Fault(stat.Size, file.Read) is { } fault) throw new Media.Frames.PictureFault(fault);
        var result = await RunAsync(MediaProbe.Command(path, Accepted.Video), cancel);
        if (!result.Succeeded) throw new Media.Frames.PictureFault(Complaints.FirstIn(result.Tail) ?? "is no film that can be read");
        try { return MediaProbe.Parse(result.Output); }
        catch (JsonException) { throw new Media.Frames.PictureFault("is no film that can be read"); }
    }
}
