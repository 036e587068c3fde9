using System.Text.Json;
using Spool.Interchange.Export;
using Spool.Platform;
using Spool.Tests.Support;

namespace Spool.Tests.Export;

/// <summary>A curation of two streams on a disk in memory, and exports of it.</summary>
internal sealed class ExportRig
{
    internal const string Out = "/home/export";

    internal ExportRig()
    {
        Streams = new FixtureStreams(Disk, "/home/work", "/mnt/input");
        DurableFile.CreateFolders(Disk, "/home");
        DurableFile.CreateFolders(Disk, "/mnt/input");
    }

    internal VirtualDisk Disk { get; } = new();
    internal FixtureStreams Streams { get; }

    internal async Task<ExportJob> MakeAsync(string format, bool all = false, Placing placing = Placing.Link, string target = Out, string[]? only = null)
    {
        var curation = new CurationFolder(Disk, Streams.Workspace);
        using var folder = new ExportFolder(Disk, target);
        var job = new ExportJob(curation, curation.Streams(only ?? []), new Originals(Disk, Streams.Input), folder) { All = all, Placing = placing };
        await job.MakeAsync(Exporter.All().Single(e => e.Name == format), CancellationToken.None);
        return job;
    }

    internal async Task<string> FaultAsync(string format, bool all = false) => (await Xunit.Assert.ThrowsAsync<CurationException>(() => MakeAsync(format, all))).Message;

    internal string Text(string name) => DurableFile.ReadText(Disk, $"{Out}/{name}");

    internal JsonElement Json(string name)
    {
        using var document = JsonDocument.Parse(Text(name));
        return document.RootElement.Clone();
    }

    /// <summary>All files below a folder with their bytes, links followed.</summary>
    internal SortedDictionary<string, string> All(string folder = Out, string prefix = "")
    {
        var found = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var entry in Disk.List(folder))
            if (entry.Kind == FileKind.Folder) foreach (var (name, text) in All($"{folder}/{entry.Name}", $"{prefix}{entry.Name}/")) found[name] = text;
            else found[prefix + entry.Name] = DurableFile.ReadText(Disk, $"{folder}/{entry.Name}");
        return found;
    }
}
