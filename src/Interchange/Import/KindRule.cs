namespace Spool.Interchange.Import;

/// <summary>Where a field of a VWF step goes.</summary>
public enum FieldGoal { In, Out, Option, Nowhere }

/// <summary>Fields of one meaning, the first that is there counts, and where they go.</summary>
public sealed record FieldRule(string[] Names, FieldGoal Goal, string Target, string? Why = null);

/// <summary>
/// What stands for a kind of VWF. Its documents and its code do not agree on the names of fields, so each meaning has several. Rules whose role or
/// option the catalogue of this program does not know are left out and told.
/// </summary>
public sealed record KindRule(string Kind, FieldRule[] Fields)
{
    /// <summary>What a person should know of every step of this kind.</summary>
    public string? Told { get; init; }

    private static readonly string[] Output = ["output_path", "output", "out", "output_file", "path"];
    private static readonly string[] Input = ["input_path", "input", "in", "input_file"];

    private static FieldRule In(string role, params string[] names) => new(names, FieldGoal.In, role);
    private static FieldRule Out(string role, params string[] names) => new([.. names, .. Output], FieldGoal.Out, role);
    private static FieldRule Option(string name, params string[] names) => new(names, FieldGoal.Option, name);
    private static FieldRule None(string why, params string[] names) => new(names, FieldGoal.Nowhere, "", why);

    private const string Servers = "services are configured once, as providers; see spool services";
    private const string Canned = "Spool makes no canned answers in a step; a provider named canned does, and marks what it makes";

    private static FieldRule[] Audit(string role) =>
        [In(role, ["assets", "asset_paths", "inputs", .. Input, "paths", "files"]), Out("report", "report_path", "report"), Option("criteria", "criteria", "prompt", "instructions", "user_prompt"), Option("critical", "critical_words", "critical_keywords"),
            Option("frames", "frames_per_video", "frames", "num_frames"), Option("model", "model"), Option("fail-on-critical", "fail_on_critical"), None(Servers, "provider", "server", "endpoint", "api_key"), None(Canned, "mock_response")];

    private static KindRule Normalize { get; } = new("audio.normalize",
        [In("media", ["clip", "clip_path", "video_path", "audio_path", .. Input, "path"]), new(["output_path", "output", "out", "output_file"], FieldGoal.Out, "media"), Option("integrated", "target_lufs", "lufs", "integrated"), Option("true-peak", "true_peak", "true_peak_db"),
            None("a mean level in dB is another measure than loudness; choose preset or integrated (LUFS) instead", "target_db", "mean_db", "target_mean_db", "narration_db", "music_db", "level_db")]);

    private static KindRule Concat { get; } = new("video.concat",
        [In("videos", "inputs", "clips", "videos", "input_paths", "clip_paths", "files"), Out("video", "video"), Option("transition", "transition"), Option("transition-duration", "transition_duration", "transition_secs"), Option("fps", "fps"), Option("size", "size", "resolution"), Option("crf", "crf"), Option("preset", "preset"),
            None("unlike films are made alike and joined anew; nothing is copied blindly", "reencode", "copy", "normalize_first", "codec")]);

    private static KindRule Screenshot { get; } = new("images.screenshot",
        [In("html", ["html_path", "html", "template_path", "template", "page", .. Input]), In("data", "data_path", "data"), Out("image", "screenshot_path", "image_path"), Option("url", "url"), Option("size", "size", "viewport", "resolution"), Option("scale", "scale", "device_scale_factor"), Option("full-page", "full_page"), Option("timeout", "timeout_secs"),
            None("Spool waits for the page by itself; see wait", "wait_ms", "delay_ms", "wait_for")]);

    private static KindRule Overlay { get; } = new("video.overlay",
        [In("video", ["base", "base_path", "video_path", "video", .. Input]), In("overlay", "overlay_path", "overlay", "avatar_path"), Out("video"), Option("text", "text", "title"), Option("subtext", "subtitle", "subtext"), Option("position", "position"), Option("start", "start"), Option("end", "end")]);

    private static readonly Dictionary<string, KindRule> All = new()
    {
        ["llm_generate"] = new("text.generate",
            [In("prompt", "user_prompt_path", "prompt_path"), In("texts", "context_paths", "context"), Out("text", "text_path"), Option("prompt", "user_prompt", "prompt"), Option("system", "system", "system_prompt"), Option("model", "model"), Option("max-tokens", "max_tokens"), Option("temperature", "temperature"),
                None(Servers, "provider", "server", "endpoint", "api_key"), None(Canned, "mock_response")]),
        ["llm_audit"] = new("media.audit", Audit("media")),
        ["llm_audit text"] = new("text.audit", Audit("texts")),
        ["tts_generate"] = new("speech.synthesize",
            [In("text", ["script_path", "text_path", "narration_path", .. Input, "text", "script"]), Out("audio", "audio_path"), Option("sentence-pause", "sentence_pause", "pause_secs"), Option("lead", "pad_start", "lead"), Option("tail", "pad_end", "tail"), Option("rate", "rate", "speed"),
                None(Servers, "server", "endpoint", "api_name", "provider"), None("voices made from a recording are not part of this conversion; voice and engine name what this machine has", "voice", "speaker", "prompt_wav", "prompt_wav_path", "prompt_audio", "prompt_audio_path", "reference_wav", "reference_audio", "voice_reference", "voice_ref", "prompt_text", "prompt_text_path", "reference_text", "cfg_value", "inference_timesteps", "model")])
        { Told = "it speaks with a voice of this machine; see the options engine and voice of speech.synthesize" },
        ["tts_verify"] = new("speech.verify",
            [In("audio", ["audio_path", "audio", .. Input]), In("text", "script_path", "text_path", "expected_path", "expected_text_path", "text", "script"), Out("report", "report_path", "report"), Option("threshold", "threshold", "max_wer", "wer_threshold"), Option("language", "language"), None("the recogniser is chosen with engine", "model", "server")]),
        ["whisper_transcribe"] = new("speech.transcribe",
            [In("audio", ["audio_path", "audio", .. Input]), Out("media", "transcript_path"), Option("language", "language"), None("the recogniser is chosen with engine", "model", "server", "format")]),
        ["text_to_image"] = new("images.generate",
            [In("prompt", "prompt_path"), In("workflow", "workflow_path", "workflow"), Out("image", "image_path"), Option("prompt", "prompt"), Option("negative", "negative_prompt", "negative"), Option("size", "size", "resolution"), Option("model", "model"),
                None(Servers, "server", "endpoint", "provider"), None("the provider decides; the result is remembered, not made again", "seed", "steps", "cfg", "guidance", "sampler")]),
        ["image_to_video"] = new("video.from-image",
            [In("image", ["image_path", "image", .. Input]), In("audio", "audio_path", "audio"), Out("video", "video_path"), Option("duration", "duration", "duration_secs", "duration_seconds", "seconds"), Option("fps", "fps"), Option("size", "size", "resolution"), Option("fit", "fit"), Option("zoom", "zoom"), Option("background", "background"),
                None("no motion is invented: the picture is shown, with zoom if you want", "prompt", "prompt_path", "model", "server", "workflow", "motion", "motion_bucket_id", "seed", "steps")])
        { Told = "the picture is shown still" },
        ["normalize_volume"] = Normalize,
        ["vid_normalize"] = Normalize,
        ["audio_mix"] = new("audio.mix",
            [In("speech", ["speech", "speech_path", "narration", "narration_path", "voice", "voice_path", "video", "video_path", .. Input]), In("music", "music", "music_path", "background", "background_path"), Out("media", "audio_path"), Option("music-gain-db", "music_db", "music_volume_db", "music_gain_db"), Option("duck-db", "duck_db"), Option("fade-in", "fade_in"), Option("fade-out", "fade_out"),
                None("speech keeps its level, and audio.normalize sets the loudness of the whole", "narration_db", "narration_volume_db", "voice_db", "speech_db"), None("audio.mix takes speech and music only", "effects", "effects_db", "effects_volume_db")]),
        ["video_concat"] = Concat,
        ["concat_video"] = Concat,
        ["vid_concat"] = Concat,
        ["svg_render"] = new("images.render-svg", [In("svg", ["svg_path", "svg", .. Input]), Out("image", "image_path", "png_path"), Option("width", "width"), Option("height", "height"), Option("scale", "scale"), Option("background", "background")]),
        ["screenshot"] = Screenshot,
        ["playwright_screenshot"] = Screenshot,
        ["video_overlay"] = Overlay,
        ["overlay"] = Overlay,
        ["avatar_composite"] = Overlay,
        ["text_split"] = new("text.split", []),
    };

    private static readonly Dictionary<string, string> Nothing = new()
    {
        ["text_to_video"] = "films are not generated by this program",
        ["ffmpeg"] = "operations of ffmpeg are steps of their own (video.transcode, video.trim, audio.normalize, ...); choose the one that fits, or command",
        ["html_template"] = "a page is filled in where its picture is taken: images.screenshot with html and data",
        ["record_vhs_demos"] = "terminals are not recorded by this program; run the recorder with a command step",
        ["process_obs_recordings"] = "no step does this as a whole; see video.trim, video.transcode and audio.normalize",
        ["avatar_stretch"] = "no step of this program stretches an avatar to its speech",
        ["avatar_lipsync"] = "lip sync is not part of this program",
        ["thumbnail"] = "see video.thumbnail, or images.slide for a drawn one",
    };

    /// <summary>The rule for a kind of VWF; null when there is none.</summary>
    public static KindRule? Find(string kind) => All.GetValueOrDefault(kind);

    /// <summary>Why a kind has no rule.</summary>
    public static string WhyNone(string kind) => Nothing.GetValueOrDefault(kind) ?? $"the kind {kind} has no equal in Spool; see what there is with: spool kinds";
}
