using System.Text;

namespace Spool.Models.Providers;

/// <summary>One event of a stream: its name (<c>message</c> when it has none) and its data.</summary>
public sealed record ServerEvent(string Name, string Data)
{
    /// <summary>
    /// The events of a whole stream (WHATWG HTML, "Server-sent events"): lines end in LF, CR or both, several data lines are joined by LF, an empty line
    /// ends an event, what is not ended is dropped, comments and other fields are skipped.
    /// </summary>
    public static IReadOnlyList<ServerEvent> Read(ReadOnlySpan<byte> stream)
    {
        var events = new List<ServerEvent>();
        var name = "";
        List<string> data = [];
        foreach (var line in Encoding.UTF8.GetString(stream).TrimStart('\uFEFF').ReplaceLineEndings("\n").Split('\n')[..^1])
        {
            if (line.Length == 0)
            {
                if (data.Count > 0) events.Add(new ServerEvent(name.Length == 0 ? "message" : name, string.Join('\n', data)));
                name = "";
                data = [];
                continue;
            }
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            var field = colon < 0 ? line : line[..colon];
            var value = colon < 0 ? "" : line[(colon + 1)..];
            if (value.StartsWith(' ')) value = value[1..];
            if (field == "event") name = value;
            else if (field == "data") data.Add(value);
        }
        return events;
    }
}
