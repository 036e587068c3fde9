using Spool.Engine;

namespace Spool.Steps;

/// <summary>The programs that step kinds start, and how their identity for the cache key is read.</summary>
public static class Tools
{
    public const string Ffmpeg = "ffmpeg", Ffprobe = "ffprobe", RsvgConvert = "rsvg-convert", Flite = "flite", EspeakNg = "espeak-ng", FontList = "fc-list",
        Pocketsphinx = "pocketsphinx_continuous", WhisperCpp = "whisper-cli", Chromium = Spool.Models.Browser.Chromium.Program;

    public static IReadOnlyList<ToolProbe> All { get; } =
    [
        new(Ffmpeg, ["-hide_banner", "-version"], @"^ffmpeg version (\S+)", "ffmpeg"),
        new(Ffprobe, ["-hide_banner", "-version"], @"^ffprobe version (\S+)", "ffmpeg"),
        new(RsvgConvert, ["--version"], @"rsvg-convert version (\S+)", "librsvg2-bin"),
        new(Flite, ["--version"], @"version: (\S+)", "flite"),
        new(EspeakNg, ["--version"], @"(\d+\.\d+\S*)", "espeak-ng"),
        new(Chromium, ["--version"], @"Chromium (\S+)", "chromium"),
        // It prints no version, so its file counts.
        new(Pocketsphinx, [], "", "pocketsphinx pocketsphinx-en-us"),
        new(WhisperCpp, [], "", "whisper.cpp"),
        // The installed fonts decide how text is drawn.
        new(FontList, [":", "file", "fontversion"], "", "fontconfig") { Watched = ["/usr/share/fonts", "/usr/local/share/fonts"] },
    ];
}
