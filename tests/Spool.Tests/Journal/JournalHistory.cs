using System.Globalization;
using System.Text;
using System.Text.Json;
using Spool.Engine.Journal;

namespace Spool.Tests.Journal;

/// <summary>
/// What a journal was told and what it promised: the events in order, how many of them were acknowledged, and the state after each. Recovery
/// must find at least the acknowledged ones and at most the issued ones.
/// </summary>
internal sealed class JournalHistory
{
    private readonly List<JournalEvent> _issued = [];
    private readonly List<string> _exports = [""];
    private readonly WorkspaceState _fold = new();

    internal JournalHistory() { }

    /// <summary>What a recovery goes on from that found the first events of another history.</summary>
    internal JournalHistory(JournalHistory other, long recovered)
    {
        for (var i = 0; i < recovered; i++) Issue(other._issued[i]);
        Acked = (int)recovered;
    }

    internal int Acked { get; private set; }
    internal int Issued => _issued.Count;

    /// <summary>The epoch that the next engine takes.</summary>
    internal int NextEpoch(long recovered) => _issued.Take((int)recovered).OfType<EpochStarted>().LastOrDefault()?.Epoch + 1 ?? 1;

    /// <summary>The same events with another promise.</summary>
    internal JournalHistory WithAcked(int acked) => new(this, Issued) { Acked = acked };

    internal void Issue(JournalEvent e) => _issued.Add(e);

    internal void Acknowledge() => Acked = Issued;

    /// <summary>The state after the first events, as the text of its export.</summary>
    internal string ExportAt(long count)
    {
        while (_exports.Count <= count)
        {
            _fold.Apply(_issued[_exports.Count - 1]);
            _exports.Add(Text(_fold));
        }
        return _exports[(int)count];
    }

    internal static string Text(WorkspaceState state)
    {
        var text = new StringBuilder();
        foreach (var e in state.Export()) text.Append(JsonSerializer.Serialize(e, JournalJson.Default.JournalEvent)).Append('\n');
        return text.ToString();
    }

    /// <summary>Small events of many sorts, told apart by their number.</summary>
    internal static JournalEvent Sample(int i)
    {
        var n = i.ToString(CultureInfo.InvariantCulture);
        return (i % 7) switch
        {
            0 => new RunStarted("r" + n, "w", "n", i, new Dictionary<string, string>(), false),
            1 => new SaltRaised("k" + n, i, "me", i),
            2 => new Publishing("r", "w", "s", "t" + n, "k" + n, [new PublishedFile("p" + n, "d" + n, i, null)]),
            3 => new DecisionMade("w", "review", "d" + n, "approve", "me", i, []),
            4 => new EditSeen("p" + n, "d", "e" + n, i, i),
            5 => new PublishDone(["p" + n]),
            _ => new KindTimeKnown("kind" + n, i, 1),
        };
    }
}
