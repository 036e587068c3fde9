using System.Text.Json;
using Spool.Engine.Graph;
using Spool.Platform;

namespace Spool.Engine.Planning;

/// <summary>
/// Reads the order of a list input: a JSON list of stems, or of objects with a field <c>stem</c>. Files whose stem is not in it come last, in
/// natural order. Names stay what the items are, so putting one in the middle renames no other.
/// </summary>
internal static class ListOrder
{
    /// <summary>Positions by stem; null when the file is not there or is no such list.</summary>
    internal static Dictionary<string, int>? Read(PlannerWorld world, InputRef reference, Func<TaskNode, TaskState> stateOf)
    {
        string path;
        if (reference.Producer is { } producer)
        {
            var made = stateOf(producer);
            if (!made.HasOutputs) return null;
            var digest = reference switch
            {
                InputRef.Output o => made.Outputs[o.Index].Digest,
                InputRef.Member m => world.Store.ReadManifest(made.Outputs[m.Index].Digest).FirstOrDefault(e => e.Name == m.Name)?.Digest ?? default,
                _ => default,
            };
            if (digest.IsEmpty) return null;
            path = world.Store.PathOf(digest);
        }
        else path = world.Sources.Full(reference.Path);
        if (world.Disk.Stat(path) is not { Kind: FileKind.File }) return null;
        try
        {
            using var document = JsonDocument.Parse(DurableFile.Read(world.Disk, path));
            var order = new Dictionary<string, int>();
            foreach (var item in document.RootElement.EnumerateArray())
                order.TryAdd((item.ValueKind == JsonValueKind.Object ? item.GetProperty("stem").GetString() : item.GetString()) ?? "", order.Count);
            return order;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException) { return null; }
    }
}
