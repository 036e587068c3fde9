using Spool.Platform;

namespace Spool.Engine.Attempts;

/// <summary>
/// What an attempt does around its step for stand-ins: makes them before it, in the part of its folder that is thrown away, and has its
/// outputs say at the end that they were made with some.
/// </summary>
internal sealed class StandInStage(IDisk disk, AttemptSpec spec, RunningAttempt running)
{
    private int _count;

    /// <summary>The spec with its stand-ins as files that are there; or why one could not be made.</summary>
    internal async Task<(AttemptSpec Ready, Failure? Failure)> MakeAsync(CancellationToken cancel)
    {
        if (!spec.Inputs.Any(i => i.Files.Any(f => f.StandIn is not null))) return (spec, null);
        var inputs = new List<AttemptInput>();
        foreach (var input in spec.Inputs)
        {
            var files = new List<AttemptFile>();
            foreach (var file in input.Files)
            {
                if (file.StandIn is not { } standIn)
                {
                    files.Add(file);
                    continue;
                }
                var folder = Folder();
                var target = $"{folder}/{Path.GetFileName(file.Name)}";
                var roles = Roles(standIn.Image is { } image ? ("image", Link(image, folder)) : null, target);
                if (await RunAsync(standIn, roles, cancel) is { } failure) return (spec, failure);
                var full = Path.Join(spec.Folder, target);
                if (disk.Stat(full) is not { } stat) return (spec, new Failure(FailureKind.BadOutput, $"no stand-in was written for {file.Name}"));
                files.Add(file with { Source = full, Digest = ContentHash.OfFile(disk, full, null, cancel), Bytes = stat.Size, StandIn = null });
            }
            inputs.Add(input with { Files = files });
        }
        return (spec with { Inputs = inputs }, null);
    }

    /// <summary>Sends films and sounds through the step that writes the words into them.</summary>
    internal async Task<Failure?> MarkAsync(CancellationToken cancel)
    {
        if (spec.Mark is not { } mark) return null;
        foreach (var output in spec.Outputs.Where(o => o.Shape == RoleShape.File))
        {
            var target = $"out/{output.Role}/{output.Name}";
            if (!StandIn.CanBeMarked(output.Name)) continue;
            var full = Path.Join(spec.Folder, target);
            if (disk.Stat(full) is not { Kind: FileKind.File } stat) continue;
            var source = $"{Folder()}/{output.Name}";
            disk.Rename(full, Path.Join(spec.Folder, source), RenameMode.Replace);
            var file = new InputFile(Path.Join(spec.Folder, source), output.Name, stat.Size, default, () => source);
            if (await RunAsync(mark, Roles(("file", file), target), cancel) is { } failure) return failure;
        }
        return null;
    }

    private async Task<Failure?> RunAsync(StandIn standIn, AttemptRoles roles, CancellationToken cancel) =>
        (await OptionBinder.WithRoles(standIn.Kind, standIn.Options, roles).RunAsync(running.Context(roles), cancel)).Failure;

    private string Folder()
    {
        var folder = $"tmp/stand-in-{++_count}";
        DurableFile.CreateFolders(disk, Path.Join(spec.Folder, folder));
        return folder;
    }

    private InputFile Link(AttemptFile image, string folder)
    {
        var path = $"{folder}/{image.Name}";
        disk.SymbolicLink(image.Source, Path.Join(spec.Folder, path));
        return new InputFile(image.Source, image.Name, image.Bytes, image.Digest, () => path);
    }

    private static AttemptRoles Roles((string Role, InputFile File)? input, string output) => new(
        input is var (role, file) ? new Dictionary<string, InputList> { [role] = new([file]) } : new Dictionary<string, InputList>(),
        new Dictionary<string, InputFolder>(), new Dictionary<string, OutputFile> { ["file"] = new(output) }, new Dictionary<string, OutputFolder>());
}
