using System.Text.Encodings.Web;
using System.Text.Json;
using Spool.Engine;
using Spool.Engine.Journal;
using Spool.Engine.Planning;

namespace Spool.App.Cli;

/// <summary>Writes JSON to standard output, one object a line.</summary>
public static class JsonOut
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Line(Action<Utf8JsonWriter> content) => Object(write =>
    {
        write.WriteStartObject();
        content(write);
        write.WriteEndObject();
    });

    /// <summary>A line of JSON whose writer opens its object itself.</summary>
    public static void Object(Action<Utf8JsonWriter> content) => All([Text(content)]);

    /// <summary>An object as a line, without its end.</summary>
    public static byte[] Text(Action<Utf8JsonWriter> content)
    {
        using var buffer = new MemoryStream();
        using (var write = new Utf8JsonWriter(buffer, Options)) content(write);
        return buffer.ToArray();
    }

    /// <summary>Lines that are all known: written in large pieces, for thousands of them.</summary>
    public static void All(IEnumerable<byte[]> lines)
    {
        using var output = new BufferedStream(Console.OpenStandardOutput(), 1 << 16);
        foreach (var line in lines)
        {
            output.Write(line);
            output.WriteByte((byte)'\n');
        }
        output.Flush();
    }

    public static void Reasons(Utf8JsonWriter write, IReadOnlyList<Reason> reasons)
    {
        write.WriteStartArray("reasons");
        foreach (var reason in reasons)
        {
            write.WriteStartObject();
            write.WriteString("code", reason.Code);
            write.WriteString("text", reason.Text);
            write.WriteEndObject();
        }
        write.WriteEndArray();
    }

    public static void Counts(Utf8JsonWriter write, TaskCounts tasks)
    {
        write.WriteStartObject("tasks");
        write.WriteNumber("total", tasks.Total);
        write.WriteNumber("ran", tasks.Ran);
        write.WriteNumber("reused", tasks.Reused);
        write.WriteNumber("failed", tasks.Failed);
        write.WriteNumber("blocked", tasks.Blocked);
        write.WriteNumber("waiting", tasks.Waiting);
        write.WriteNumber("skipped", tasks.Skipped);
        write.WriteNumber("cancelled", tasks.Cancelled);
        write.WriteEndObject();
    }

    public static void Problems(Utf8JsonWriter write, string name, IReadOnlyList<Problem> problems)
    {
        write.WriteStartArray(name);
        foreach (var problem in problems)
        {
            write.WriteStartObject();
            write.WriteString("code", problem.Code);
            write.WriteString("file", problem.At.File);
            write.WriteNumber("line", problem.At.Line);
            write.WriteNumber("column", problem.At.Column);
            write.WriteString("message", problem.Message);
            write.WriteString("hint", problem.Hint);
            write.WriteEndObject();
        }
        write.WriteEndArray();
    }
}
