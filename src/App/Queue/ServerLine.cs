namespace Spool.App.Queue;

/// <summary>One thing that the server says: a word that programs look for, a sentence for people.</summary>
/// <param name="Event">Of a fixed set: <c>note</c> where nobody is expected to look for it.</param>
public sealed record ServerLine(string Event, string Message)
{
    public const string Started = "run-started", Waiting = "run-waiting", Succeeded = "run-succeeded", Failed = "run-failed", Cancelled = "run-cancelled", Restarted = "run-restarted";

    /// <summary>info, warn or error.</summary>
    public string Level { get; init; } = "info";
    public long? Run { get; init; }
    public string? Task { get; init; }

    /// <summary>How a run came to its end, or to a person.</summary>
    public static ServerLine End(long run, string status, string message) => new(status switch
    {
        "waiting" => Waiting,
        "succeeded" => Succeeded,
        "cancelled" => Cancelled,
        _ => Failed,
    }, message)
    {
        Run = run,
        Level = status == "failed" ? "warn" : "info",
    };

    public static ServerLine Note(string message) => new("note", message);

    public static implicit operator ServerLine(string message) => Note(message);

    public static ServerLine FromString(string message) => Note(message);
}
