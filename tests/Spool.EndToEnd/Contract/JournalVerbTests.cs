using Spool.EndToEnd.Support;
using Xunit;

namespace Spool.EndToEnd.Contract;

public sealed class JournalVerbTests : IDisposable
{
    private readonly Sandbox _box = new();

    public void Dispose() => _box.Dispose();

    [Fact]
    public void A_journal_is_checked_made_small_and_still_knows_everything()
    {
        Assert.Contains("nothing was run", _box.Spool("journal", "verify", "--workspace", _box.Folder).Must(2).Err, StringComparison.Ordinal);
        _box.Write("spool.yaml", "version: 1\nsteps:\n  - { id: w, kind: files.write, foreach: { range: [0, 40] }, with: { text: \"${{ item }}\" }, out: { file: \"out/${{ item }}.txt\" } }\n");
        _box.Spool("run").Must(0);
        for (var i = 0; i < 6; i++) _box.Spool("run", "--force", "w").Must(0);
        Assert.True(_box.Spool("journal", "verify", "--json").Must(0).Object.GetProperty("ok").GetBoolean());
        var results = _box.Journalled();
        _box.Spool("journal", "snapshot").Must(0);
        var small = _box.Spool("journal", "compact", "--json").Must(0).Object;
        Assert.True(small.GetProperty("bytes").GetInt64() < small.GetProperty("bytes_before").GetInt64());
        Assert.Equal(4, small.GetProperty("files").GetInt32());
        Assert.Equal(results, _box.Journalled());
        Assert.True(_box.Spool("journal", "verify", "--json").Must(0).Object.GetProperty("ok").GetBoolean());
        _box.Spool("doctor").Must(0);
        Assert.Equal(40, _box.Spool("run", "--json").Must(0).Run.GetProperty("tasks").GetProperty("reused").GetInt32());
        Assert.Equal(40, _box.Spool("run", "--json").Must(0).Run.GetProperty("tasks").GetProperty("reused").GetInt32());
        _box.Spool("journal", "verify").Must(0);
    }

    [Fact]
    public void Damage_is_named_and_nothing_is_made_small_over_it()
    {
        _box.Write("spool.yaml", "version: 1\nsteps:\n  - { id: w, kind: files.write, foreach: { range: [0, 5] }, with: { text: \"${{ item }}\" }, out: { file: \"out/${{ item }}.txt\" } }\n");
        _box.Spool("run").Must(0);
        _box.Spool("run", "--force", "w").Must(0);
        var segment = Directory.GetFiles(_box.At(".spool/journal"), "seg-*").Order(StringComparer.Ordinal).First();
        var bytes = File.ReadAllBytes(segment);
        bytes[60] ^= 1; // in the payload of the first record
        File.WriteAllBytes(segment, bytes);
        var fault = _box.Spool("journal", "verify", "--json").Must(1).Object.GetProperty("faults")[0];
        Assert.Equal((Path.GetFileName(segment), 0, 1), (fault.GetProperty("file").GetString(), fault.GetProperty("offset").GetInt32(), fault.GetProperty("event").GetInt32()));
        Assert.Contains("event 1; ", fault.GetProperty("lost").GetString(), StringComparison.Ordinal);
        var digests = _box.Digests(".spool/journal");
        Assert.Contains("the journal is damaged", _box.Spool("journal", "compact").Must(1).Err, StringComparison.Ordinal);
        Assert.Equal(digests, _box.Digests(".spool/journal"));
    }

    [Fact]
    public void Nothing_is_made_small_under_an_engine()
    {
        _box.Write("spool.yaml", "version: 1\nsteps:\n  - { id: m, kind: audio.music, with: { duration: 600 }, out: { audio: m.wav } }\n");
        using var run = _box.Start("run", "--json");
        Sandbox.Until(() => Directory.Exists(_box.At(".spool/journal")) && Directory.GetFiles(_box.At(".spool/journal"), "seg-*").Length > 0, "the engine owns the workspace");
        Assert.Contains("owns this workspace", _box.Spool("journal", "compact").Must(1).Err, StringComparison.Ordinal);
        Assert.Contains("owns this workspace", _box.Spool("journal", "snapshot").Must(1).Err, StringComparison.Ordinal);
        _box.Spool("journal", "verify").Must(0);
        run.Signal(2);
        run.Wait();
    }
}
