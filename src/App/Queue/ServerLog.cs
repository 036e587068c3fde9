using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Spool.Platform;

namespace Spool.App.Queue;

/// <summary>How the server speaks on its standard output; its file is always JSON.</summary>
public enum LogFormat { Text, Json, None }

/// <summary>
/// What the server says: one JSON object a line in <c>logs/server.log</c> (<c>time, level, event, run, task, message</c>), and on its standard output
/// as was asked. The file is begun anew at 10 MB, and four old ones are kept. A line stays one line whatever is in it, and what is secret is taken out.
/// A full disk costs lines of the log, never the server.
/// </summary>
/// <param name="console">Takes lines for standard output.</param>
/// <param name="secrets">Texts that must not appear.</param>
public sealed class ServerLog(ServerPlace place, TimeProvider time, LogFormat format, Action<string> console, IReadOnlyList<string> secrets) : IDisposable
{
    public const int Files = 5;
    private const int LongestMessage = 8 << 10, ShortestSecret = 6;
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly Lock _one = new();
    private IDiskFile? _file;
    private long _length;
    private bool _toldOfFault;

    /// <summary>Bytes after which a new file begins.</summary>
    public long MostBytes { get; init; } = 10_000_000;

    public void Say(ServerLine line)
    {
        var clean = line with { Message = Clean(line.Message), Task = line.Task is null ? null : Clean(line.Task) };
        lock (_one)
        {
            var json = Json(clean);
            if (format == LogFormat.Text) console(clean.Message);
            else if (format == LogFormat.Json) console(Encoding.UTF8.GetString(json.Span).TrimEnd());
            try { Append(json.Span); }
            catch (DiskException e)
            {
                // The next line tries with a new file.
                _file?.Dispose();
                _file = null;
                if (!_toldOfFault && format != LogFormat.None) console($"the log cannot be written: {e.Message}");
                _toldOfFault = true;
            }
        }
    }

    private void Append(ReadOnlySpan<byte> line)
    {
        if (_file is null)
        {
            if (place.Disk.Stat(place.Logs) is null) place.Make();
            _file = place.Disk.OpenWrite(place.Log, OpenMode.Keep);
            _length = _file.Stat().Size;
        }
        if (_length > 0 && _length + line.Length > MostBytes) Rotate();
        _file!.Write(_length, line);
        _length += line.Length;
    }

    private void Rotate()
    {
        _file?.Dispose();
        _file = null;
        for (var i = Files - 1; i > 0; i--)
        {
            var from = i == 1 ? place.Log : Old(i - 1);
            if (place.Disk.Stat(from) is not null) place.Disk.Rename(from, Old(i), RenameMode.Replace);
        }
        _file = place.Disk.OpenWrite(place.Log, OpenMode.Truncate);
        _length = 0;
    }

    private string Old(int number) => string.Create(CultureInfo.InvariantCulture, $"{place.Log}.{number}");

    private ReadOnlyMemory<byte> Json(ServerLine line)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            json.WriteString("time", time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
            json.WriteString("level", line.Level);
            json.WriteString("event", line.Event);
            if (line.Run is { } run) json.WriteString("run", run.ToString(CultureInfo.InvariantCulture));
            if (line.Task is not null) json.WriteString("task", line.Task);
            json.WriteString("message", line.Message);
            json.WriteEndObject();
        }
        buffer.Write("\n"u8);
        return buffer.WrittenMemory;
    }

    /// <summary>One line without secrets; control characters, which terminals obey, become visible.</summary>
    private string Clean(string text)
    {
        foreach (var secret in secrets.Where(s => s.Length >= ShortestSecret)) text = text.Replace(secret, "[secret]", StringComparison.Ordinal);
        if (text.Length > LongestMessage) text = text[..(char.IsHighSurrogate(text[LongestMessage - 1]) ? LongestMessage - 1 : LongestMessage)] + " …";
        if (!text.Any(IsUnsafe)) return text;
        var clean = new StringBuilder(text.Length + 8);
        foreach (var c in text)
        {
            if (c == '\n') clean.Append(" ⏎ ");
            else if (c == '\t') clean.Append(' ');
            else if (IsUnsafe(c)) clean.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            else clean.Append(c);
        }
        return clean.ToString();
    }

    // Also what ends a line for some readers, and what turns the direction of the text round.
    private static bool IsUnsafe(char c) => char.IsControl(c) || c is '\u2028' or '\u2029' or (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069');

    /// <summary>Values of variables whose names say that they are secret.</summary>
    public static IReadOnlyList<string> SecretsOf(System.Collections.IDictionary environment)
    {
        var found = new List<string>();
        foreach (System.Collections.DictionaryEntry entry in environment)
            if (entry.Key is string name && entry.Value is string { Length: >= ShortestSecret } value && (string[])["KEY", "TOKEN", "SECRET", "PASSWORD", "PASSWD", "CREDENTIAL"] is var words
                && words.Any(w => name.Contains(w, StringComparison.OrdinalIgnoreCase)) && !value.StartsWith('/')) found.Add(value);
        return found;
    }

    public void Dispose() => _file?.Dispose();
}
