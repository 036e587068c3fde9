using System.Globalization;
using Spool.Platform;

namespace Spool.Media.Ffmpeg;

/// <summary>One input of ffmpeg. A path is always taken as a file, whatever it looks like (<c>http:x.mp4</c>, <c>-y.mp4</c>).</summary>
public sealed record FfmpegInput(string Path, Accepted Accept)
{
    /// <summary>Starts reading here (seconds); exact when decoded, at a key frame when copied.</summary>
    public double? From { get; init; }

    /// <summary>Reads this long (seconds).</summary>
    public double? Length { get; init; }

    /// <summary>Reads it endlessly, again and again (sound files).</summary>
    public bool Endless { get; init; }

    /// <summary>One of the accepted formats, where the file's first bytes say which it is; null: ffmpeg finds out among the accepted ones.</summary>
    public string? Demuxer { get; init; }

    /// <summary>Moves all its times by this much (seconds).</summary>
    public double? Shift { get; init; }

    /// <summary>Decodes key frames alone: for looking over a long film.</summary>
    public bool KeysOnly { get; init; }

    /// <summary>The format of a file that Spool wrote itself: <c>ffmetadata</c>, <c>concat</c>.</summary>
    public string? OwnFormat { get; init; }

    internal IEnumerable<string> Arguments(int threads)
    {
        if (OwnFormat is null or "concat")
        {
            var accept = OwnFormat is null ? Accept : Accept with { Formats = ["concat", .. Accept.Formats] };
            foreach (var guard in accept.Guards(Path, Demuxer)) yield return guard;
        }
        else
        {
            yield return "-protocol_whitelist";
            yield return "file,pipe";
        }
        if (OwnFormat is { } format)
        {
            yield return "-f";
            yield return format;
        }
        // Names in lists are plain ones beside the list; ffmpeg refuses all others then.
        if (OwnFormat == "concat")
        {
            yield return "-safe";
            yield return "1";
        }
        if (OwnFormat != "ffmetadata")
        {
            yield return "-threads";
            yield return Text.Of(threads);
        }
        if (Endless)
        {
            yield return "-stream_loop";
            yield return "-1";
        }
        if (KeysOnly)
        {
            yield return "-skip_frame";
            yield return "nokey";
        }
        if (Shift is { } shift)
        {
            yield return "-itsoffset";
            yield return Text.Of(shift);
        }
        if (From is { } from)
        {
            yield return "-ss";
            yield return Text.Of(from);
        }
        if (Length is { } length)
        {
            yield return "-t";
            yield return Text.Of(length);
        }
        yield return "-i";
        yield return "file:" + Path;
    }
}

/// <summary>One stream of the output: where it comes from (<c>0:v:0</c>, <c>[v]</c>) and how it is encoded, as option names and values.</summary>
public sealed record OutputStream(string Map, IReadOnlyList<(string Name, string Value)> Encoding)
{
    public static OutputStream Copy(string map) => new(map, [("c", "copy")]);

    /// <summary>ISO 639-2 code shown by players.</summary>
    public string? Language { get; init; }
}

/// <summary>What ffmpeg writes.</summary>
/// <param name="Path">Relative path, or null when the frames are only looked at.</param>
/// <param name="Muxer">The muxer's name; never guessed from the file name.</param>
public sealed record FfmpegOutput(string? Path, string Muxer, IReadOnlyList<OutputStream> Streams)
{
    public IReadOnlyList<(string Name, string Value)> Options { get; init; } = [];

    /// <summary>The input whose chapters (and their titles) are taken over.</summary>
    public int? ChaptersFrom { get; init; }

    /// <summary>Stops here (seconds).</summary>
    public double? Length { get; init; }
}

/// <summary>
/// One run of ffmpeg as an argument list. The same command gives the same bytes on every run: nothing of the machine, the clock or the build
/// is written, and the number of threads, on which encoders depend, is part of the command.
/// </summary>
public sealed record FfmpegCommand(IReadOnlyList<FfmpegInput> Inputs, FfmpegOutput Output)
{
    /// <summary>A filter graph made of typed parts; its outputs are mapped by <c>[label]</c>.</summary>
    public string? Graph { get; init; }

    public int Threads { get; init; } = 2;

    /// <summary>Times stay as the inputs have them; else each input is moved so that it begins at 0.</summary>
    public bool KeepsTimes { get; init; }

    /// <summary>Prints where it is to the log, for a progress reader.</summary>
    public bool Reports { get; init; } = true;

    /// <summary>Printed messages: <c>info</c> is needed by the filters that print what they measured.</summary>
    public string LogLevel { get; init; } = "warning";

    public ToolCommand ToTool() => new("ffmpeg", [.. Arguments()]);

    private IEnumerable<string> Arguments()
    {
        var list = new List<string> { "-nostdin", "-hide_banner", "-nostats", "-loglevel", LogLevel };
        if (Reports) list.AddRange(["-progress", "pipe:1", "-stats_period", "1"]);
        if (KeepsTimes) list.Add("-copyts");
        list.AddRange(["-filter_threads", Text.Of(Threads), "-filter_complex_threads", Text.Of(Threads)]);
        foreach (var input in Inputs) list.AddRange(input.Arguments(Threads));
        if (Graph is not null) list.AddRange(["-filter_complex", Graph]);
        foreach (var stream in Output.Streams) list.AddRange(["-map", stream.Map]);
        for (var i = 0; i < Output.Streams.Count; i++)
        {
            var at = ":" + i.ToString(CultureInfo.InvariantCulture);
            foreach (var (name, value) in Output.Streams[i].Encoding) list.AddRange(["-" + name + at, value]);
        }
        // Chapter titles are metadata too: -1 for the whole file would drop them.
        list.AddRange(["-map_metadata:g", "-1", "-map_metadata:s", "-1", "-map_chapters", Output.ChaptersFrom is { } from ? Text.Of(from) : "-1"]);
        for (var i = 0; i < Output.Streams.Count; i++)
            if (Output.Streams[i].Language is { } language) list.AddRange([$"-metadata:s:{i}", "language=" + language]);
        list.AddRange(["-fflags", "+bitexact", "-flags:v", "+bitexact", "-flags:a", "+bitexact", "-threads", Text.Of(Threads)]);
        if (Output.Length is { } length) list.AddRange(["-t", Text.Of(length)]);
        foreach (var (name, value) in Output.Options) list.AddRange(["-" + name, value]);
        list.AddRange(["-f", Output.Muxer, Output.Path is null ? "-" : "file:" + Output.Path]);
        return list;
    }
}
