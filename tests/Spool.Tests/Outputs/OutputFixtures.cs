using System.Text;
using Spool.Engine;
using Spool.Engine.Attempts;
using Spool.Models.Providers;
using Spool.Platform;
using Spool.Steps.Audio;
using Spool.Steps.Curate;
using Spool.Steps.Files;
using Spool.Steps.Generate;
using Spool.Steps.Images;
using Spool.Steps.Prose;
using Spool.Steps.Speech;
using Spool.Steps.StandIns;
using Spool.Steps.Video;
using Spool.Tests.Support;

namespace Spool.Tests.Outputs;

/// <summary>
/// One kind on one small fixture, in an attempt folder of the virtual disk. Tools are played: what is asked of them is written down, a prober
/// tells the facts of a film of ten seconds, and ffmpeg leaves a file that is no film, so the step ends at its own look at the result.
/// </summary>
internal sealed record OutputFixture(Step Step, (string Role, string Name, string Content)[] Inputs, (string Role, string Name)[] Outputs)
{
    private const string Folder = "/w/attempt";

    internal KindSchema Kind { get; } = new(Step.GetType());

    /// <summary>A stand-in for every purpose: what is asked of services is tried elsewhere.</summary>
    internal ProviderTable Providers { get; init; } = Spool.App.Providers.ProviderSetup.TableOf([new ProviderSettings { Name = "stand-in", Kind = ProviderKind.Canned, For = ProviderWords.Purposes }]);

    /// <summary>The commands of tools that make something; when there were none, the digests of what was written.</summary>
    internal async Task<IReadOnlyList<string>> MakeAsync()
    {
        var disk = new VirtualDisk();
        DurableFile.CreateFolders(disk, "/w/files");
        var inputs = Inputs.GroupBy(i => i.Role).Select(group => new AttemptInput(group.Key, Kind.Inputs.First(r => r.Name == group.Key).Shape, [.. group.Select((i, n) => Place(disk, i.Name, n, i.Content))])).ToList();
        var outputs = Outputs.Select(o => new AttemptOutput(o.Role, Kind.Outputs.First(r => r.Name == o.Role).Shape, o.Name)).ToList();
        var spec = new AttemptSpec(Kind, Step, inputs, outputs, Folder) { Seed = 1 };
        var layout = AttemptLayout.Prepare(disk, spec);
        var commands = new List<string>();
        var context = new StepContext(disk, Folder, spec.Seed, layout.Roles, (command, _) => Task.FromResult(Play(disk, command, commands)), (_ => { }, _ => { }
        ),
            new ProviderAccess(Providers, new Dictionary<string, string>(), (_, _) => Task.FromResult(Reservation.Free())));
        try
        {
            var result = await OptionBinder.WithRoles(Kind, Step, layout.Roles).RunAsync(context, CancellationToken.None);
            if (commands.Count > 0) return commands;
            if (result.Failure is { } failure) return [$"failed: {failure.Sentence}"];
        }
        catch (StepFailedException) when (commands.Count > 0) { return commands; }
        return [.. layout.Collect(CancellationToken.None).Outputs.SelectMany(o => o.Files.Select(f => $"{o.Role} {f.Name} {f.Digest}"))];
    }

    private static AttemptFile Place(VirtualDisk disk, string name, int index, string content)
    {
        var path = $"/w/files/{index}-{name}";
        var bytes = Encoding.UTF8.GetBytes(content);
        DurableFile.WritePlain(disk, path, bytes);
        return new AttemptFile(name, path, ContentHash.OfFile(disk, path, null, CancellationToken.None), bytes.Length);
    }

    private static ToolResult Play(VirtualDisk disk, ToolCommand command, List<string> commands)
    {
        if (command.Program is not ("ffprobe" or "fc-list")) commands.Add(Shortened(command));
        var last = command.Arguments[^1];
        var output = "";
        if (command.Program == "ffprobe") output = last.EndsWith(".png", StringComparison.Ordinal) ? PlayedTools.Picture : last.EndsWith(".wav", StringComparison.Ordinal) ? PlayedTools.Sound : PlayedTools.Film;
        else if (command.Program == "fc-list") output = "DejaVu Sans";
        else if (last.StartsWith("file:", StringComparison.Ordinal)) DurableFile.WritePlain(disk, $"{Folder}/{last[5..]}", "played"u8);
        return new ToolResult(0, 0, output, PlayedTools.Measured, TimeSpan.Zero, 0, TimeSpan.Zero);
    }

    /// <summary>The command as people paste it, without what guards, reports or tells how far it is: that does not shape the output.</summary>
    private static string Shortened(ToolCommand command)
    {
        string[] aside = ["-protocol_whitelist", "-format_whitelist", "-codec_whitelist", "-max_pixels", "-loglevel", "-progress", "-stats_period"];
        // The sandbox of the browser depends on who runs it.
        string[] alone = ["-nostdin", "-hide_banner", "-nostats", "--no-sandbox"];
        var shaping = new List<string>();
        for (var i = 0; i < command.Arguments.Count; i++)
        {
            if (aside.Contains(command.Arguments[i])) i++;
            else if (!alone.Contains(command.Arguments[i])) shaping.Add(command.Arguments[i]);
        }
        return (command with { Arguments = shaping }).Quoted + (command.InputFile is null ? "" : $" <{command.InputFile}");
    }
}

internal static class OutputFixtures
{
    private const string Script = "# Title\n\n## First part\n\n- a point\n\nIt is spoken. Twice.\n\n## Second\n\nThe end.\n";
    private const string Media = "media";
    private const string Words = "{\"words\":[{\"text\":\"Hello\",\"start\":0.5,\"end\":1},{\"text\":\"there\",\"start\":1,\"end\":1.5}]}";
    private const string Drawing = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"64\" height=\"32\"><rect width=\"64\" height=\"32\"/></svg>";

    private const string Stream = """{"stream":"cam","kind":"pictures","path":".","numbering":"image_<index>","fps":null,"missing":[[1,1]],"duplicate_indices":[],"not_frames":[]}""";

    private const string Figures = """
        {"frame_idx":0,"frame_path":"image_0.jpg","pts_s":null,"width":8,"height":6,"laplacian_variance":90.5,"luma_mean":50,"luma_percentile":30,"percentile":0.1,"contrast":9,"phash":"00000000000000ff","motion":null,"cut_content":null,"measured_at":[8,6]}
        {"frame_idx":1,"frame_path":"image_1.jpg","pts_s":null,"width":8,"height":6,"laplacian_variance":95,"luma_mean":50,"luma_percentile":30,"percentile":0.1,"contrast":9,"phash":"00000000000000fe","motion":0.001,"cut_content":30.5,"measured_at":[8,6]}
        {"frame_idx":2,"frame_path":"image_2.jpg","error":"is empty (0 bytes)"}

        """;

    private const string Contents = """
        {"frame_idx":0,"frame_path":"image_0.jpg","bytes":1,"hash":"sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","width":8,"height":6,"pts_s":null}
        {"frame_idx":1,"frame_path":"image_1.jpg","bytes":1,"hash":"sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb","width":8,"height":6,"pts_s":null}
        {"frame_idx":2,"frame_path":"image_2.jpg","bytes":0,"hash":null,"width":null,"height":null,"pts_s":null}

        """;

    internal static IReadOnlyList<OutputFixture> All { get; } =
    [
        new(new Ingest(), [("input", "image_0.jpg", "a"), ("input", "image_2.jpg", "b"), ("input", "notes.txt", "c")], [("streams", "streams.json"), ("reports", ""), ("parts", "")]),
        new(new Measure(), [("slice", "slice.jsonl", $$"""{"index":0,"path":"image_0.jpg","bytes":1,"sha256":"{{Digest.Of("a")}}"}"""), ("input", "image_0.jpg", "a")], [("metrics", "metrics.jsonl"), ("thumbs", "")]),
        new(new Flag(), [("report", "report.json", Stream), ("slices", "a.jsonl", """{"index":0,"path":"image_0.jpg","bytes":1,"sha256":"00"}"""), ("parts", "b.jsonl", Figures)],
            [("stream", "stream.json"), ("frames", "frames.jsonl"), ("metrics", "metrics.jsonl")]),
        new(new FindIdle { MinRun = 1 }, [("metrics", "metrics.jsonl", Figures)], [("idle", "idle.json")]),
        new(new FindDuplicates(), [("metrics", "metrics.jsonl", Figures), ("frames", "frames.jsonl", Contents)], [("clusters", "clusters.json")]),
        new(new FindCuts { Detector = Spool.Media.Cuts.CutMethod.Content, MinLength = "1" }, [("metrics", "metrics.jsonl", Figures), ("stream", "stream.json", Stream)],
            [("cuts", "cuts.json"), ("csv", "scenes.csv"), ("edl", "scenes.edl"), ("otio", "scenes.otio")]),
        new(new SelectFrames(), [("metrics", "metrics.jsonl", Figures), ("frames", "frames.jsonl", Contents), ("decisions", "decisions.jsonl", """{"decision":"drop","hash":"sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}""")],
            [("table", "table.json"), ("selection", "selection.jsonl")]),
        new(new CopyFile(), [("file", "file.txt", "copied\n")], [("file", "file.txt")]),
        new(new FirstFile(), [("files", "a.txt", "first\n"), ("files", "b.txt", "second\n")], [("file", "file.txt")]),
        new(new WriteFile { Text = "written\n" }, [], [("file", "file.txt")]),
        new(new SplitText(), [("text", "text.md", Script)], [("sections", ""), ("order", "order.json")]),
        new(new DrawSlide(), [("text", "text.md", Script)], [("image", "image.svg")]),
        new(new RenderSvg(), [("svg", "svg.svg", Drawing)], [("image", "image.png")]),
        new(new Screenshot(), [("html", "html.html", "<p>{{ name }}"), ("data", "data.json", "{\"name\":\"a\"}")], [("image", "image.png")]),
        new(new SynthesizeSpeech(), [("text", "text.md", Script)], [("audio", "audio.wav")]),
        new(new GenerateText { Prompt = "Write a script." }, [("texts", "texts.md", Script)], [("text", "text.md")]),
        new(new AuditText { Criteria = "spelling" }, [("texts", "a.md", Script)], [("report", "report.json")]),
        new(new AuditMedia { Frames = 2 }, [("media", "a.mp4", Media)], [("report", "report.json")]),
        new(new DescribeText(), [("text", "text.md", Script), ("timings", "timings.srt", "1\n00:00:01,000 --> 00:00:02,000\nHello\n")], [("data", "data.json"), ("text", "text.md")]),
        new(new GenerateImage { Prompt = "a cat", Size = Spool.Media.Timeline.PictureSize.Parse("64x32", null) }, [], [("image", "image.png")]),
        new(new Transcribe { Engine = Recogniser.WhisperCpp }, [("audio", "audio.wav", Media), ("model", "model.bin", Media)], [("text", "text.txt")]),
        new(new VerifySpeech { OnFailure = OnFailure.Report }, [("audio", "audio.wav", Media), ("text", "text.md", Script), ("words", "words.json", Words)], [("report", "report.json")]),
        new(new Music { Duration = 2 }, [], [("audio", "audio.wav")]),
        new(new Mix(), [("speech", "speech.mp4", Media), ("music", "music.wav", Media)], [("video", "video.mp4")]),
        new(new Normalize(), [("video", "video.mp4", Media)], [("video", "video.mp4")]),
        new(new Probe(), [("media", "media.mp4", Media)], [("data", "data.json")]),
        new(new MakePlaceholder { Text = "Intro" }, [], [("file", "file.svg")]),
        new(new TagMedia { Comment = "made with stand-ins" }, [("file", "file.mp4", Media)], [("file", "file.mp4")]),
        new(new Concat { Transition = Spool.Media.Timeline.Transition.Dissolve }, [("videos", "video.mp4", Media), ("videos", "video.mp4", Media)], [("video", "video.mp4"), ("data", "data.json")]),
        new(new FromImage(), [("image", "image.png", Media), ("audio", "audio.wav", Media)], [("video", "video.mp4")]),
        new(new Subtitle(), [("video", "video.mp4", Media), ("subtitles", "subtitles.srt", "1\n00:00:01,000 --> 00:00:02,000\nHello\n")], [("video", "video.mp4")]),
        new(new Thumbnail { At = Spool.Media.Timeline.Moment.Parse("3", null) }, [("video", "video.mp4", Media)], [("image", "image.png")]),
        new(new Transcode { Size = Spool.Media.Timeline.PictureSize.Parse("1280x720", null) }, [("video", "video.mp4", Media)], [("video", "video.mkv")]),
        new(new FitToSound(), [("video", "video.mp4", Media), ("audio", "audio.wav", Media)], [("video", "video.mp4")]),
        new(new Overlay { Fade = 0.5, End = 5 }, [("video", "video.mp4", Media), ("overlay", "overlay.png", Media)], [("video", "video.mp4")]),
        new(new WordCaption(), [("video", "video.mp4", Media), ("data", "data.json", Words)], [("video", "video.mp4")]),
        new(new Trim { Start = 1, End = 3 }, [("video", "video.mp4", Media)], [("video", "video.mp4")]),
    ];
}

/// <summary>What the played tools say.</summary>
internal static class PlayedTools
{
    internal const string Film = """
        {"streams":[{"index":0,"codec_name":"h264","codec_type":"video","width":1920,"height":1080,"sample_aspect_ratio":"1:1","pix_fmt":"yuv420p","r_frame_rate":"25/1","avg_frame_rate":"25/1","start_time":"0","duration":"10","nb_frames":"250"},
         {"index":1,"codec_name":"aac","codec_type":"audio","sample_rate":"48000","channels":2,"channel_layout":"stereo","start_time":"0","duration":"10","tags":{"language":"eng"}}],
         "chapters":[],"format":{"format_name":"mov,mp4","duration":"10","size":"6"}}
        """;

    internal const string Sound = """
        {"streams":[{"index":0,"codec_name":"pcm_s16le","codec_type":"audio","sample_rate":"48000","channels":1,"channel_layout":"mono","duration":"4"}],"chapters":[],"format":{"format_name":"wav","duration":"4","size":"6"}}
        """;

    internal const string Picture = """
        {"streams":[{"index":0,"codec_name":"png","codec_type":"video","width":1920,"height":1080,"pix_fmt":"rgb24","r_frame_rate":"25/1","avg_frame_rate":"0/0"}],"chapters":[],"format":{"format_name":"png_pipe"}}
        """;

    internal const string Measured = """
        [Parsed_ebur128_0 @ 0x1] Summary:

          Integrated loudness:
            I:         -16.0 LUFS
            Threshold: -26.0 LUFS

          Loudness range:
            LRA:         5.0 LU
            Threshold: -36.0 LUFS
            LRA low:   -19.0 LUFS
            LRA high:  -14.0 LUFS

          True peak:
            Peak:       -3.0 dBFS
        """;
}
