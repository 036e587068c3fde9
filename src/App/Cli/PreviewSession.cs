using System.Text.Json;
using Spool.Engine;
using Spool.Engine.Definition;
using Spool.Engine.Artifacts;
using Spool.Engine.Journal;
using Spool.Engine.Planning;
using Spool.Engine.Scheduling;
using Spool.Platform;

namespace Spool.App.Cli;

/// <summary>
/// Makes a watchable cut in a workspace of its own under <c>.spool/preview</c>, beside whatever owns the real one: the parent's journal and
/// store are only read, so it works at any moment. <c>map.json</c> there says what is real and what stands in.
/// </summary>
public sealed class PreviewSession(Composition composition, WorkflowFile file, WorkflowArguments arguments)
{
    public IReadOnlyList<string> Allow { get; init; } = [];
    public int? Jobs { get; init; }

    public static string FolderOf(string workspace) => Path.Join(workspace, ".spool", "preview");

    /// <summary>Null when the workflow has problems, which are in <paramref name="problems"/> then.</summary>
    public async Task<(RunResult Result, PreviewMap Map)?> RunAsync(RunReporter reporter, ProblemList problems, CancellationToken cancel)
    {
        var settings = Settings.Read(composition, problems);
        if (file.Graph(composition, arguments, problems) is not { } graph || problems.Any) return null;
        var folder = FolderOf(file.Workspace);
        DurableFile.CreateFolders(composition.Disk, folder);
        var paths = new WorkspacePaths(folder);
        var machine = composition.Machine("spool preview", null);
        using var workspace = Workspace.Open(machine, paths, await LockAsync(machine, paths, cancel), WorkspaceIndex.Read(composition.Disk, paths.Index, folder));
        var cpus = (int)settings.Resources.GetValueOrDefault("cpu", Environment.ProcessorCount);
        var request = new RunRequest(graph.Workflow, arguments)
        {
            Allowed = settings.Allow.Concat(Allow).ToHashSet(),
            Jobs = Jobs ?? cpus,
            Cpus = Math.Max(cpus, Jobs ?? 0),
            MemoryBytes = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
            Environment = composition.Environment,
            StandInKind = composition.Catalogue.Find("placeholder"),
            PreviewOf = Parent(graph.Workflow),
            Providers = Providers.ProviderSetup.Read(composition, settings, file.File, problems).Table,
        };
        var tools = composition.Tools(workspace.Index);
        var driver = new RunDriver(workspace, request, graph, tools, composition.Executor, reporter);
        var result = await driver.RunAsync(cancel);
        if (result is null) return null;
        workspace.SaveIndex(null, tools.Probed);
        var map = await PreviewMap.OfAsync(composition, folder, result, driver.Core.Tasks);
        Save(composition.Disk, folder, map);
        return (result, map);
    }

    private static void Save(IDisk disk, string folder, PreviewMap map)
    {
        using var buffer = new MemoryStream();
        using (var write = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            write.WriteStartObject();
            map.Write(write, map.File, segments: true);
            write.WriteEndObject();
        }
        DurableFile.Write(disk, Path.Join(folder, "map.json"), buffer.ToArray());
    }

    private ParentWorkspace Parent(Workflow workflow)
    {
        var paths = new WorkspacePaths(file.Workspace);
        var state = composition.Disk.Stat(paths.Journal) is null ? new WorkspaceState() : EventJournal.ReadOnly(composition.Disk, paths.Journal).State;
        var stats = new StatCache(composition.Disk, composition.Time);
        foreach (var (path, stat, digest) in WorkspaceIndex.Read(composition.Disk, paths.Index, file.Workspace)?.Digests ?? []) stats.Load(path, stat, digest);
        return new ParentWorkspace(composition.Disk, file.Workspace, state, new ObjectStore(composition.Disk, paths.Store),
            new RunRequest(workflow, arguments) { Jobs = 1, Cpus = 1 }.WorkflowId(file.Workspace), stats);
    }

    private async Task<FileLock> LockAsync(Machine machine, WorkspacePaths paths, CancellationToken cancel)
    {
        for (var told = false; ; told = true)
        {
            try { return Workspace.Lock(machine, paths); }
            catch (WorkspaceBusyException)
            {
                if (!told) await Console.Error.WriteLineAsync("another preview of this workspace is being made; waiting for it");
                await Task.Delay(TimeSpan.FromMilliseconds(200), composition.Time, cancel);
            }
        }
    }
}
