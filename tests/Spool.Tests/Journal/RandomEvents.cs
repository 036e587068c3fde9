using System.Globalization;
using Spool.Engine;
using Spool.Engine.Journal;

namespace Spool.Tests.Journal;

/// <summary>Events of every sort over few names, so that they meet: a number is an event, a smaller number a simpler one.</summary>
internal sealed class RandomEvents(uint number)
{
    internal const int Sorts = 22;
    private uint _rest = number / Sorts;

    internal static JournalEvent Of(uint number) => new RandomEvents(number).Make((int)(number % Sorts));

    private uint Take(uint most)
    {
        var digit = _rest % most;
        _rest /= most;
        return digit;
    }

    private string Name(string prefix, uint most = 3) => prefix + Take(most).ToString(CultureInfo.InvariantCulture);

    private JournalEvent Make(int sort) => sort switch
    {
        0 => new SaltRaised(Name("k"), (int)Take(4), "me", 1),
        1 => new RunStarted(Name("r"), Name("w"), "n", Take(5), Take(2) == 0 ? new Dictionary<string, string>() : new Dictionary<string, string> { ["a"] = "ä\n\"", ["b"] = "" }, Take(2) == 0),
        2 => new RunFinished(Name("r"), Take(2) == 0 ? "succeeded" : "failed", Take(5), new TaskCounts(1, 2, 3, 4, 5, 6, 7, (int)Take(3))) { Plan = Take(2) == 0 ? null : Name("d"), Outputs = Take(2) == 0 ? [] : [Name("p")] },
        3 => new AttemptStarted(Name("r"), Name("t"), "s", Name("k"), 1, 0),
        4 => new Publishing(Name("r"), Name("w", 2), "s", Name("t"), Name("k"), Files()),
        5 => new PublishDone(Names("p")),
        6 => new Recorded(Name("r"), Name("w", 2), Name("t"), "s", 0, Record()),
        7 => new AttemptFailed(Name("r"), Name("w", 2), Name("t"), "s", (int)Take(3), 0, new Failure(FailureKind.BadOutput, "sentence " + Name(""))),
        8 => new EditSeen(Name("p"), Name("d"), Name("e"), Take(9), 0),
        9 => new EditDiscarded(Name("p"), Name("e"), "me", 0),
        10 => new EditAccepted(Name("p"), Name("e"), "me", 0),
        11 => new PathsReleased(Names("p")),
        12 => new ObjectsGone(Names("d"), "evicted"),
        13 => new DecisionMade(Name("w", 2), "review", Name("d"), Take(2) == 0 ? "approve" : "reject", "me", 0, Names("note")),
        14 => new TaskKeyKnown(Name("w", 2) + "\n" + Name("t"), Name("k")),
        15 => new KindTimeKnown(Name("kind"), Take(100), 1 + (int)Take(3)),
        16 => new ReviewAsked(Name("w", 2), Name("review", 2), Name("d"), Take(9), "look", Take(2) == 0 ? [] : [new ShownFile("text", Name("p"), Name("d"))]),
        17 => new NoteLeft(Name("k"), Name("note"), "me", 0),
        18 => new MoneyReserved(Name("m"), Name("r"), Name("t"), "s", "kind", "p", "model", Take(9) / 100m, Take(3)),
        19 => new MoneySettled(Name("m"), Take(9) / 100m, new Dictionary<string, decimal> { ["tokens"] = Take(9) }, Take(2) == 0),
        20 => new MoneyReleased(Name("m"), "not used"),
        _ => new EpochStarted(1, 1, 1, "boot", "host", Name("m"), 0),
    };

    private IReadOnlyList<string> Names(string prefix)
    {
        var names = new List<string>();
        for (var n = Take(3); n > 0; n--) names.Add(Name(prefix));
        return names;
    }

    private IReadOnlyList<PublishedFile> Files()
    {
        var files = new List<PublishedFile>();
        for (var n = Take(3); n > 0; n--) files.Add(new PublishedFile(Name("p"), Name("d"), Take(9), Take(2) == 0 ? null : Name("d")));
        return files;
    }

    private CacheRecord Record()
    {
        var record = new CacheRecord(Name("k"), Name("kind"), Take(2) == 0 ? [] : [["part", Name("d")], []], Take(2) == 0 ? [] : [new RecordedOutput("out", Take(2) == 0, Name("d"), Take(9))]);
        return Take(2) == 0 ? record : record with { Ms = (int)Take(50), Facts = new Dictionary<string, string> { ["frames"] = Name("") }, Quality = Take(2) == 0 ? null : "preview", AcceptedBy = Take(2) == 0 ? null : "me" };
    }
}
