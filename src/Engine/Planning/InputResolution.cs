using Spool.Engine.Artifacts;
using Spool.Engine.Attempts;
using Spool.Engine.Graph;
using Spool.Platform;

namespace Spool.Engine.Planning;

/// <summary>What the inputs of a task are: files with digests, how good they are, what stands in; or why the task cannot have them.</summary>
internal sealed record Resolved(IReadOnlyList<AttemptInput> Inputs, Quality Quality, IReadOnlyList<Missing> StandIns, Evaluation? Stop);

/// <summary>Turns the references of a task into files with digests: sources from the disk, outputs of other tasks from the store.</summary>
internal static class InputResolution
{
    internal static Resolved Resolve(PlannerWorld world, TaskNode task, Func<TaskNode, TaskState> stateOf, StandIns? standIns, Action<string, long>? hashing, CancellationToken cancel)
    {
        var inputs = new List<AttemptInput>(task.Inputs.Count);
        var quality = Quality.Final;
        var stood = new List<Missing>();
        List<(AttemptFile File, string Path, int Group)> current = [];
        foreach (var binding in task.Inputs)
        {
            var files = current = [];
            if (View(task, binding) is var view && view != FolderView.Whole)
            {
                if (Footage(world, binding, view, out var footage, hashing, cancel) is { } absent) return Stopped(absent);
                inputs.Add(footage);
                continue;
            }
            foreach (var reference in binding.Refs)
            {
                if (reference is InputRef.NoMatch none)
                {
                    if (Instead(binding, none, null, $"missing input: no file matches {none.Path}") is not { } waits) continue;
                    return Stopped(waits);
                }
                if (reference.Producer is { } producer)
                {
                    var made = stateOf(producer);
                    if (made.Status == TaskStatus.Skipped)
                    {
                        if (made.IsStoodIn && reference is not InputRef.Members)
                        {
                            if (Instead(binding, reference, made, $"stands in: {producer.Address}") is { } stops) return Stopped(stops);
                            continue;
                        }
                        if (binding.IsList || binding.Definition.Optional || binding.IsFolderOfRefs) continue;
                        return Stopped(new Evaluation.Skip(new("skipped-input", $"{producer.Address} was skipped")));
                    }
                    if (made.Quality < quality) quality = made.Quality;
                    stood.AddRange(made.StandIns);
                    if (FromProducer(world, task, binding, reference, made, files) is { } stop) return Stopped(stop);
                }
                else if (FromSource(world, task, binding, reference.Path, reference.Group, files, hashing, cancel) is { } missing)
                {
                    if (missing is not Evaluation.Wait { Reason: { Code: "missing-input" } why }) return Stopped(missing);
                    if (Instead(binding, reference, null, why.Text) is { } waits) return Stopped(waits);
                }
            }
            if (binding.Refs.Any(r => r is InputRef.Members))
                files = [.. files.GroupBy(f => f.Group).SelectMany(g => g.Key < 0 ? g.AsEnumerable() : g.Order(Comparer<(AttemptFile, string Path, int)>.Create((a, b) => Definition.Paths.CompareNatural(a.Path, b.Path))))];
            if (binding.Order is { } by)
            {
                if (ListOrder.Read(world, by, stateOf) is not { } stems) return Stopped(new Evaluation.Wait(new("missing-input", $"missing input: {by.Path}, which orders {binding.Role}")));
                files = [.. files.OrderBy(f => stems.TryGetValue(Definition.Paths.Stem(f.Path), out var at) ? at : int.MaxValue)];
            }
            if (files.Count == 0 && binding.Shape != RoleShape.Folder)
            {
                if (binding.Definition.Optional) continue;
                if (!task.Step.Kind.Traits.AllowsEmpty) return Stopped(new Evaluation.Skip(new("no-items", $"the input {binding.Role} is an empty list")));
            }
            inputs.Add(new AttemptInput(binding.Role, binding.Shape, [.. files.Select(f => f.File)], binding.Definition.Writable));
        }
        return new Resolved(inputs, quality, [.. stood.Distinct()], null);

        Resolved Stopped(Evaluation stop) => new([], quality, [.. stood.Distinct()], stop);

        // What takes the place of a missing file: its placeholder, nothing where it is optional, in previews anything that shows the gap.
        Evaluation? Instead(InputBinding binding, InputRef reference, TaskState? maker, string why)
        {
            var path = reference.Path;
            var reader = stateOf(task);
            AttemptFile? file;
            Missing what;
            if ((binding.Definition.PathPlaceholders.GetValueOrDefault(reference.Pattern) ?? binding.Definition.Placeholder) is { } placeholder && maker is null)
            {
                (file, what) = (standIns?.Of(placeholder, reader, binding.Role, path), new Missing(path, placeholder.ToString()));
            }
            else
            {
                if (binding.Definition.Optional && maker is null) return null;
                if (!world.IsPreview) return new Evaluation.Wait(new("missing-input", why));
                var name = maker?.Node.Address ?? path;
                file = standIns?.Of(name, path, maker, reader, binding.Role, maker is null ? null : Expected(world, maker));
                var required = task.Step.Kind.Inputs.FirstOrDefault(r => r.Name == binding.Role) is not { Required: false, Shape: not RoleShape.List };
                if (file is null && required && !binding.IsList) return new Evaluation.Skip(new("stand-in", $"nothing can stand in for {path}"));
                what = new Missing(name, file is null ? "left out" : "stand-in");
            }
            quality = Quality.Placeholder;
            stood.Add(what);
            if (file is not null) current.Add((file, path, -1));
            return null;
        }
    }

    private static FolderView View(TaskNode task, InputBinding binding) =>
        binding is { Shape: RoleShape.Folder, Refs: [InputRef.Source] } ? task.Step.Kind.Inputs.FirstOrDefault(r => r.Name == binding.Role)?.View ?? FolderView.Whole : FolderView.Whole;

    /// <summary>A folder of footage. A file in it that cannot be read does not stop the others: it is handed on with the reason.</summary>
    private static Evaluation? Footage(PlannerWorld world, InputBinding binding, FolderView view, out AttemptInput input, Action<string, long>? hashing, CancellationToken cancel)
    {
        var path = binding.Refs[0].Path;
        var full = world.Sources.Full(path).TrimEnd('/');
        input = new AttemptInput(binding.Role, RoleShape.Folder, []) { View = view, Place = full };
        if (world.Disk.Stat(full) is not { } stat)
            return new Evaluation.Wait(new("missing-input", $"missing input: {full}" + (world.Sources.Near(path) is { } hint ? $" ({hint})" : "")));
        if (stat.Kind is not (FileKind.Folder or FileKind.File)) return new Evaluation.Fail(new Failure(FailureKind.BadOutput, $"{full} is neither a folder nor a file"));
        if (view == FolderView.Slice) return null;
        var files = new List<AttemptFile>();
        var foreign = new List<ForeignEntry>();
        long bytes = 0;
        foreach (var entry in world.Sources.Tree(path))
        {
            if (entry.Why is { } why)
            {
                foreign.Add(new(entry.Name, why));
                continue;
            }
            try { files.Add(new AttemptFile(entry.Name, entry.Full, world.Stats.DigestOf(entry.Full, entry.Stat, null, cancel), entry.Stat.Size) { Facts = entry.Stat }); }
            catch (DiskException e) { foreign.Add(new(entry.Name, $"cannot be read: {e.Message}")); }
            hashing?.Invoke(full, bytes += entry.Stat.Size);
        }
        input = input with { Files = files, Foreign = foreign };
        return null;
    }

    private static double? Expected(PlannerWorld world, TaskState maker) => maker.Options?.ExpectedSeconds(role =>
        maker.Inputs.FirstOrDefault(i => i.Role == role)?.Files is [{ StandIn: null } file, ..] && file.Bytes < 1 << 20 ? DurableFile.ReadText(world.Disk, file.Source) : null);

    private static Evaluation? FromProducer(PlannerWorld world, TaskNode task, InputBinding binding, InputRef reference, TaskState made, List<(AttemptFile, string, int)> files)
    {
        var (index, member) = reference switch { InputRef.Output o => (o.Index, null), InputRef.Member m => (m.Index, m.Name), InputRef.Members m => (m.Index, null), _ => (0, null as string) };
        var output = made.Outputs[index];
        if (!output.IsFolder)
        {
            var name = binding.IsFolderOfRefs ? output.Path[(binding.Definition.Paths[0].Path.TrimEnd('/').Length + 1)..] : TaskPaths.Name(task.Step, binding.Role, output.Path);
            files.Add((new AttemptFile(name, world.Store.PathOf(output.Digest), output.Digest, output.Bytes), output.Path, reference.Group));
            return null;
        }
        var entries = world.Store.ReadManifest(output.Digest);
        if (member is not null)
        {
            var entry = entries.FirstOrDefault(e => e.Name == member);
            if (entry is not null) files.Add((new AttemptFile(TaskPaths.Name(task.Step, binding.Role, member), world.Store.PathOf(entry.Digest), entry.Digest, entry.Bytes), reference.Path, -1));
            else return new Evaluation.Wait(new("missing-input", $"missing input: {made.Node.Address} made no {reference.Path}"));
            return null;
        }
        var matcher = (reference as InputRef.Members)?.Matcher;
        foreach (var entry in entries)
        {
            if (matcher is not null && !matcher.IsMatch(entry.Name)) continue;
            var name = binding.Shape == RoleShape.Folder ? entry.Name : TaskPaths.Name(task.Step, binding.Role, entry.Name);
            files.Add((new AttemptFile(name, world.Store.PathOf(entry.Digest), entry.Digest, entry.Bytes), output.Path + "/" + entry.Name, reference.Group));
        }
        return null;
    }

    private static Evaluation? FromSource(PlannerWorld world, TaskNode task, InputBinding binding, string path, int group, List<(AttemptFile, string, int)> files,
        Action<string, long>? hashing, CancellationToken cancel)
    {
        var full = world.Sources.Full(path);
        if (world.Disk.Stat(full) is not { } stat)
            return new Evaluation.Wait(new("missing-input", $"missing input: {path}" + (world.Sources.Near(path) is { } hint ? $" ({hint})" : "")));
        if (!world.Sources.IsInside(path))
            return new Evaluation.Fail(new Failure(FailureKind.BadOutput, $"{path} leads out of the workspace through a link") { Next = "copy the file, or declare its folder as a root" });
        if (binding.Shape == RoleShape.Folder)
        {
            if (stat.Kind != FileKind.Folder) return new Evaluation.Fail(new Failure(FailureKind.BadOutput, $"{path} is no folder"));
            foreach (var name in world.Sources.FilesUnder(path))
            {
                var one = Path.Join(full, name);
                // Pipes and sockets look like files in a listing; reading one may never end.
                if (world.Disk.Stat(one) is { Kind: FileKind.File } found)
                    files.Add((new AttemptFile(name, one, world.Stats.DigestOf(one, found, null, cancel), found.Size) { Facts = found }, path + "/" + name, group));
            }
            return null;
        }
        if (stat.Kind != FileKind.File)
            return new Evaluation.Fail(new Failure(FailureKind.BadOutput, stat.Kind == FileKind.Folder ? $"{path} is a folder, not a file" : $"{path} is no regular file"));
        var progress = hashing is not null && stat.Size > 64 << 20 ? bytes => hashing(path, bytes) : (Action<long>?)null;
        files.Add((new AttemptFile(TaskPaths.Name(task.Step, binding.Role, path), full, world.Stats.DigestOf(full, stat, progress, cancel), stat.Size) { Facts = stat }, path, group));
        return null;
    }

    /// <summary>True when all sources of a task are there; nothing is read.</summary>
    internal static bool AreThere(PlannerWorld world, TaskNode task) => task.Inputs.All(b => b.Refs.Count > 0 && b.Refs.All(r =>
        r is not InputRef.NoMatch && (r is not InputRef.Source || world.Disk.Stat(world.Sources.Full(r.Path)) is not null)));

    internal static Digest FolderDigest(AttemptInput input) => Digest.Of(Manifest.Write(input.Files.Select(f => new ManifestEntry(f.Name, f.Digest, f.Bytes))));
}
