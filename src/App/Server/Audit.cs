using System.Text.Json;
using Spool.App.Queue;

namespace Spool.App.Server;

/// <summary>Who changed what through the API: <c>audit.jsonl</c> in the state root, one object a line (docs/formats/api.md). Never a body, a token or a query.</summary>
public sealed class Audit(ServerPlace place, TimeProvider time)
{
    private const long MostBytes = 32 << 20;
    private readonly Lock _writing = new();

    /// <summary>Notes a request that changed something, or tried to.</summary>
    public void Note(Caller caller, string method, string path, int status)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("at", Engine.Scheduling.RunExport.Time(time.GetUtcNow().ToUnixTimeMilliseconds()));
            json.WriteString("who", caller.Name);
            json.WriteString("role", caller.Role.ToString().ToLowerInvariant());
            json.WriteBoolean("page", caller.IsPage);
            json.WriteString("method", method);
            json.WriteString("path", path);
            json.WriteNumber("status", status);
            json.WriteEndObject();
        }
        buffer.WriteByte((byte)'\n');
        lock (_writing)
        {
            var file = Path.Join(place.Root, "audit.jsonl");
            if (File.Exists(file) && new FileInfo(file).Length > MostBytes) File.Move(file, file + ".1", overwrite: true);
            using var stream = new FileStream(file, FileMode.Append, FileAccess.Write, FileShare.Read);
            if (stream.Position == 0) place.Disk.SetMode(file, 0x180);
            stream.Write(buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
        }
    }
}

