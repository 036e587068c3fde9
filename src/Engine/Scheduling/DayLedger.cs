using System.Globalization;
using System.Text.Json;
using Spool.Platform;

namespace Spool.Engine.Scheduling;

/// <summary>
/// What all runs of a user spent on a day (UTC), under the state root: one file a day, one line a change (<c>{"id":…,"usd":…}</c>, the last
/// line of an id counts). Written under a lock, so that two engines never reserve the same dollar. A line that a crash cut is left out.
/// A reservation of a killed engine counts until its workspace is opened again.
/// </summary>
public sealed class DayLedger(IDisk disk, string folder, TimeProvider time, ProcessIdentity identity)
{
    /// <summary>Adds a reservation unless the sum would pass the cap; then gives what is spent already.</summary>
    public decimal? TryAdd(string id, decimal usd, decimal cap) => Locked(path =>
    {
        var spent = Sum(path);
        if (spent + usd > cap) return spent;
        Append(path, id, usd);
        return (decimal?)null;
    });

    /// <summary>Corrects what an id cost.</summary>
    public void Change(string id, decimal usd) => Locked(path =>
    {
        Append(path, id, usd);
        return 0;
    });

    /// <summary>Sets the entries whose id begins with a prefix to what is known of them; those not known to 0. The caller owns what the prefix names.</summary>
    public void Reconcile(string prefix, IReadOnlyDictionary<string, decimal> known)
    {
        if (disk.Stat(FileOf()) is null) return;
        Locked(path =>
        {
            foreach (var (id, usd) in Amounts(path))
                if (id.StartsWith(prefix, StringComparison.Ordinal) && known.GetValueOrDefault(id) is var right && right != usd) Append(path, id, right);
            return 0;
        });
    }

    /// <summary>US dollars of today.</summary>
    public decimal Today() => disk.Stat(FileOf()) is null ? 0 : Sum(FileOf());

    private string FileOf() => Path.Join(folder, time.GetUtcNow().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) + ".jsonl");

    private T Locked<T>(Func<string, T> work)
    {
        DurableFile.CreateFolders(disk, folder);
        var owner = new LockOwner(identity.Pid, identity.StartTicks, identity.BootId, identity.Host, "", "ledger", null);
        FileLock? taken;
        // Held for one small write only; whoever has it gives it back in a moment, and a dead holder's lock is gone with it.
        while ((taken = FileLock.TryTake(disk, Path.Join(folder, "lock"), owner)) is null) Thread.Yield();
        using (taken) return work(FileOf());
    }

    private decimal Sum(string path) => Amounts(path).Values.Sum();

    private Dictionary<string, decimal> Amounts(string path)
    {
        if (disk.Stat(path) is null) return [];
        var amounts = new Dictionary<string, decimal>();
        foreach (var line in DurableFile.ReadText(disk, path).Split('\n'))
        {
            if (line.Length == 0) continue;
            try
            {
                using var entry = JsonDocument.Parse(line);
                amounts[entry.RootElement.GetProperty("id").GetString()!] = entry.RootElement.GetProperty("usd").GetDecimal();
            }
            catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException) { continue; }
        }
        return amounts;
    }

    private void Append(string path, string id, decimal usd)
    {
        using var file = disk.OpenWrite(path, OpenMode.Keep);
        var line = JsonSerializer.SerializeToUtf8Bytes(new DayEntry(id, usd), DayJson.Default.DayEntry);
        file.Write(file.Stat().Size, [.. "\n"u8, .. line, .. "\n"u8]);
        file.Sync();
    }
}

internal sealed record DayEntry(string Id, decimal Usd);

[System.Text.Json.Serialization.JsonSourceGenerationOptions(PropertyNamingPolicy = System.Text.Json.Serialization.JsonKnownNamingPolicy.SnakeCaseLower)]
[System.Text.Json.Serialization.JsonSerializable(typeof(DayEntry))]
internal sealed partial class DayJson : System.Text.Json.Serialization.JsonSerializerContext;
