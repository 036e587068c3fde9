using Spool.App.Help;
using Spool.Interchange.Export;
using Spool.Interchange.Import;
using Spool.Engine;
using Spool.Engine.Definition;
using Spool.Platform;
using Spool.Tests.Support;
using Xunit;

namespace Spool.Tests.Import;

public sealed class WinnowImportTests
{
    private readonly VirtualDisk _disk = new();

    public WinnowImportTests() => DurableFile.CreateFolders(_disk, "/home/winnow");

    private void Write(string path, string text)
    {
        DurableFile.CreateFolders(_disk, Path.GetDirectoryName(path)!);
        DurableFile.WritePlain(_disk, path, System.Text.Encoding.UTF8.GetBytes(text));
    }

    private string Read(string path) => DurableFile.ReadText(_disk, path);

    private Imported Make(string source, string target = "/home/new")
    {
        var problems = new ProblemList();
        var made = new WinnowProject(_disk, ProjectTemplate.BuiltIn().First(t => t.Name == WinnowWorkflow.Template).Text, source, target).Make(problems);
        Assert.Empty(problems.Problems);
        return made!;
    }

    private Problem Fault(string source)
    {
        var problems = new ProblemList();
        Assert.Null(new WinnowProject(_disk, ProjectTemplate.BuiltIn().First(t => t.Name == WinnowWorkflow.Template).Text, source, "/home/new").Make(problems));
        Assert.Null(_disk.Stat("/home/new"));
        return Assert.Single(problems.Problems);
    }

    private YamlMap Vars() => (YamlMap)((YamlMap)YamlText.Read("spool.yaml", Read("/home/new/spool.yaml"), new ProblemList())!)["vars"]!;

    /// <summary>The value of a variable, also where it is declared with a type.</summary>
    private string Value(string name) => ((Vars()[name] is YamlMap typed ? typed["default"] : Vars()[name]) as YamlScalar)!.Text;

    private static IEnumerable<string> Told(Imported made) => made.Notes.Select(n => $"{n.At.Line} {n.Sort} {n.Field}");

    [Fact]
    public void A_configuration_in_json_becomes_the_variables_and_every_key_is_told_of()
    {
        Write("/home/winnow/config.json", """
            {
              "ingest": { "root": "/mnt/cam7", "glob": "image_*", "strict_sequence": true },
              "blur": { "method": "laplacian_var", "threshold": 800.0 },
              "darkness": { "percentile": 0.2, "threshold": 30 },
              "duplicate": { "enabled": true, "phash_hamming_threshold": 4, "embedding_model": "clip", "ann_index": "faiss_flat" },
              "idle": { "enabled": true, "motion_threshold": 0.01, "smoothing_window": 7, "min_run": 12 },
              "annotation": { "enabled": false, "detector": null },
              "batch_size": 1024,
              "colour": "red"
            }
            """);
        var made = Make("/home/winnow/config.json");
        Assert.Equal(["/mnt/cam7", "800", "0.2", "30", "4", "0.01", "7", "12", "1024", "true"],
            new[] { "input", "blur-below", "percentile", "dark-below", "distance", "motion", "window", "min-run", "part", "strict-sequence" }.Select(Value));
        Assert.True(Vars()["metrics"] is not null);
        string[] keys = ["2 NoEqual ingest.glob", "2 Changed ingest.strict_sequence", "4 Changed darkness.percentile", "5 Changed duplicate.phash_hamming_threshold", "5 NoEqual duplicate.embedding_model", "5 NoEqual duplicate.ann_index", "7 NoEqual annotation.enabled", "8 Changed batch_size", "9 NoEqual colour"];
        Assert.Equal(keys, Told(made).Where(t => !t.StartsWith('0')));
        Assert.Equal(("configuration", "keys"), (made.Form, made.Unit));
        Assert.Contains("- config.json:9  colour: Spool has nothing like it\n", Read("/home/new/import-report.md"), StringComparison.Ordinal);
        Assert.Equal(["spool.yaml", "import-report.md"], made.Files);
    }

    [Fact]
    public void Values_out_of_their_range_stay_out()
    {
        Write("/home/winnow/config.json", """{"batch_size": 8, "darkness": {"percentile": 10}, "blur": {"threshold": "soft", "method": "fft"}, "duplicate": {"enabled": false}}""");
        var made = Make("/home/winnow/config.json");
        Assert.Equal(["batch_size", "darkness.percentile", "blur.threshold", "blur.method", "duplicate.enabled"], made.Notes.Where(n => n.Sort == NoteSort.NoEqual).Select(n => n.Field));
        Assert.Equal(5, made.Left);
        Assert.Equal("80", Value("blur-below"));
    }

    [Fact]
    public void The_literals_of_a_pipeline_are_read_and_nothing_of_it_is_run()
    {
        Write("/home/winnow/pipeline.py", """"
            """What this file does."""
            import os
            from winnow.config import PipelineConfig, BlurConfig  # not needed

            LIMIT = 1_200.5
            SECRET = os.environ["KEY"]

            def broken():
                return __import__("os").system("rm -rf /")

            cfg: PipelineConfig = PipelineConfig(
                ingest=IngestConfig(root=Path("frames"), strict_sequence=False),
                blur=BlurConfig(threshold=LIMIT, method='laplacian_var',),
                darkness={"percentile": .25, "threshold": 3e1},
                duplicate=DuplicateConfig(phash_hamming_threshold=2 + 3),
                idle=winnow.IdleConfig(motion_threshold=float("0.5"), smoothing_window=9,
                                       min_run=SECRET),
                batch_size=(256),
                **extra,
            )
            cfg.batch_size = 17
            """");
        var made = Make("/home/winnow/pipeline.py:cfg");
        Assert.Equal(["/home/winnow/frames", "1200.5", "0.25", "30", "9", "256", "false"], new[] { "input", "blur-below", "percentile", "dark-below", "window", "part", "strict-sequence" }.Select(Value));
        // Those that are no literals keep the usual value.
        Assert.Equal(["6", "0.02", "8"], new[] { "distance", "motion", "min-run" }.Select(Value));
        string[] told = ["6 NoEqual SECRET", "8 NoEqual def broken():", "12 Changed ingest.root", "14 Changed darkness.percentile", "15 NoEqual duplicate.phash_hamming_threshold", "16 NoEqual idle.motion_threshold", "17 NoEqual idle.min_run", "18 Changed batch_size", "19 NoEqual cfg", "21 NoEqual cfg.batch_size = 17"];
        Assert.Equal(told, Told(made).Where(t => !t.StartsWith('0')));
        Assert.Contains("pipeline.py:17  idle.min_run: the name 'SECRET' has no literal value in this file", Read("/home/new/import-report.md"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cfg = Config(blur=BlurConfig(threshold=80.0)", "80")]
    [InlineData("cfg = {'blur': {'threshold': 12}}  # done", "12")]
    [InlineData("x = 5\ncfg = dict(blur=dict(threshold=x))", "5")]
    [InlineData("cfg = Config(\n  blur=BlurConfig(\n    threshold=-1 if True else 2,\n  ), batch_size=99)", "80")]
    public void Layouts_of_literals_are_understood(string text, string blur)
    {
        Write("/home/winnow/p.py", text);
        Make("/home/winnow/p.py");
        Assert.Equal(blur, Value("blur-below"));
    }

    [Fact]
    public void Hostile_texts_end_with_a_sentence()
    {
        Write("/home/winnow/p.py", "cfg = " + new string('(', 5000) + "1");
        Assert.Equal("SPL0182", Fault("/home/winnow/p.py:cfg").Code);
        Write("/home/winnow/p.py", "cfg = 'no end");
        Assert.Equal("SPL0182", Fault("/home/winnow/p.py").Code);
        Write("/home/winnow/p.py", "config = {'a': 1}");
        Assert.Equal("did you mean 'config'?", Fault("/home/winnow/p.py:confg").Hint);
        Write("/home/winnow/c.json", "[1, 2]");
        Assert.Equal("this is no configuration of Winnow: it is no JSON object", Fault("/home/winnow/c.json").Message);
        Assert.Equal("SPL0100", Fault("/home/winnow/nothing.json").Code);
        Assert.Equal("SPL0182", Fault("/home/winnow").Code);
        Write("/home/winnow/huge.json", new string(' ', (1 << 20) + 1));
        Assert.Equal("SPL0105", Fault("/home/winnow/huge.json").Code);
    }

    /// <summary>A folder as Winnow itself leaves it: two batches, absolute paths that are long gone.</summary>
    private void State(string framePath = "/data/cam7/image_1.jpg")
    {
        const string root = "/home/winnow/.winnow/state/v1";
        Write($"{root}/streams/aa00/stream.json", """{"stream_id":"aa00","path":"/data/cam7","frame_count":4,"missing_indices":[2,4,5,6],"updated_at":"2025-01-01T00:00:00"}""");
        Write($"{root}/streams/aa00/frames.jsonl", $$"""
            {"frame_idx":0,"path":"/data/cam7/image_0.jpg","size_bytes":10,"mtime_ns":5}
            {"frame_idx":3,"path":"/data/cam7/image_3.jpg","size_bytes":11,"mtime_ns":5}
            {"frame_idx":1,"path":"{{framePath}}","size_bytes":12,"mtime_ns":5}
            {"frame_idx":7,"path":"/data/cam7/image_7.jpg","size_bytes":13,"mtime_ns":5}
            {"frame_idx":7,"path":"/data/cam7/sub/image_7.jpg","size_bytes":13,"mtime_ns":5}
            """);
        Stage("blur", 0, "k1", "2025-01-01T00:00:00", """{"frame_idx":0,"frame_path":"x","blur_score":9.123456789123,"is_blurry":true,"threshold":80.0,"method":"laplacian_var"}""");
        Stage("blur", 0, "k2", "2025-02-01T00:00:00", """{"frame_idx":0,"frame_path":"x","blur_score":99.5,"is_blurry":false,"threshold":50.0,"method":"laplacian_var"}""" + "\n" + """{"frame_idx":1,"frame_path":"x","blur_score":1e2,"is_blurry":false,"threshold":50.0,"method":"laplacian_var"}""");
        Stage("blur", 512, "k3", "2025-01-01T00:00:00", """{"frame_idx":7,"frame_path":"x","blur_score":3,"is_blurry":true,"threshold":50.0,"method":"laplacian_var"}""");
        Stage("duplicates", 0, "k4", "2025-01-01T00:00:00", """{"frame_idx":0,"duplicate_hash":"ffffffffffffffff","duplicate_group_id":"aa00:1","duplicate_confidence":0.953125,"hamming_threshold":6}""" + "\n"
            + """{"frame_idx":1,"duplicate_hash":"fffffffffffffff8","duplicate_group_id":"aa00:1","duplicate_confidence":1.0,"hamming_threshold":6}""" + "\n" + """{"frame_idx":7,"duplicate_hash":"0000000000000000","duplicate_group_id":"aa00:7","duplicate_confidence":1.0,"hamming_threshold":6}""");
    }

    private void Stage(string stage, int start, string key, string finished, string records, bool damaged = false)
    {
        var digest = Digest.Of(records).ToString();
        Write($"/home/winnow/.winnow/artifacts/sha256/{digest[..2]}/{digest}/artifact.jsonl", damaged ? records + " " : records);
        Write($"/home/winnow/.winnow/state/v1/stages/{stage}/aa00/{start}_{start + 511}/{key}.json",
            $$$"""{"stage":"{{{stage}}}","stream_id":"aa00","batch_start":{{{start}}},"status":"SUCCEEDED","finished_at":"{{{finished}}}","artifact":{"artifact_id":"sha256:{{{digest}}}","uri":"/old/place/.winnow/artifacts/sha256/{{{digest[..2]}}}/{{{digest}}}/artifact.jsonl"}}""");
    }

    [Fact]
    public void Results_become_the_files_of_a_curation_and_nothing_is_invented()
    {
        State();
        var made = Make("/home/winnow");
        Assert.Equal("/data/cam7", Value("input"));
        Assert.Equal("""{"frame_idx":0,"frame_path":"image_0.jpg","bytes":10,"hash":null,"width":null,"height":null,"pts_s":null}""", Read("/home/new/out/cam7/frames.jsonl").Split('\n')[0]);
        Assert.Equal("""{"duplicate_indices":[{"frame_idx":7,"path":"sub/image_7.jpg"}],"duration_s":null,"first":0,"fps":null,"frames":4,"kind":"pictures","last":7,"missing":[[2,2],[4,6]],"not_frames":[],"numbering":"image_<index>","path":".","sizes":[],"stream":"cam7","unreadable":[]}""" + "\n", Read("/home/new/out/cam7/stream.json"));
        // The newest configuration of a batch counts; frame 3 was measured by nobody.
        Assert.Equal("""
            {"frame_idx":0,"frame_path":"image_0.jpg","pts_s":null,"laplacian_variance":99.5,"is_blurry":false,"thresholds":{"is_blurry":{"method":"laplacian_variance","below":50.0}}}
            {"frame_idx":1,"frame_path":"image_1.jpg","pts_s":null,"laplacian_variance":100,"is_blurry":false,"thresholds":{"is_blurry":{"method":"laplacian_variance","below":50.0}}}
            {"frame_idx":3,"frame_path":"image_3.jpg","pts_s":null}
            {"frame_idx":7,"frame_path":"image_7.jpg","pts_s":null,"laplacian_variance":3,"is_blurry":true,"thresholds":{"is_blurry":{"method":"laplacian_variance","below":50.0}}}

            """, Read("/home/new/out/cam7/metrics.jsonl"));
        Assert.Equal("""{"clusters":[{"confidence":[0.953125,1],"distances":[3,0],"id":"aa00:1","members":[0,1],"reason":"chosen by Winnow","representative":1}],"distance":6,"linkage":"single","masked":1,"merged":{},"window":null}""" + "\n", Read("/home/new/out/cam7/clusters.json").Replace("1.0]", "1]", StringComparison.Ordinal));
        Assert.Null(_disk.Stat("/home/new/out/cam7/selection.jsonl"));
        Assert.Null(_disk.Stat("/home/new/out/cam7/idle.json"));
        Assert.Contains(made.Notes, n => n.Field == "duplicates.duplicate_hash");
        Assert.Contains(made.Notes, n => n.Field == "selection");
        Assert.Contains(made.Notes, n => n.Sort == NoteSort.Changed && n.Field == "stages/blur/aa00/0_511");
    }

    [Theory]
    [InlineData("/etc/passwd")]
    [InlineData("/data/cam7/../../etc/passwd")]
    [InlineData("../../etc/passwd")]
    public void Frames_outside_of_their_stream_are_left_out(string path)
    {
        State(path);
        var made = Make("/home/winnow/.winnow/state/v1");
        Assert.Contains(made.Notes, n => n.Field == "frames.jsonl" && n.Why.StartsWith("1 frames lie outside", StringComparison.Ordinal));
        Assert.DoesNotContain("passwd", Read("/home/new/out/cam7/frames.jsonl"), StringComparison.Ordinal);
    }

    [Fact]
    public void Damaged_and_missing_artifacts_are_told_and_broken_lines_make_nothing()
    {
        State();
        Stage("darkness", 0, "k", "2025-01-01T00:00:00", """{"frame_idx":0,"mean_luma":1}""", damaged: true);
        Assert.Contains(Make("/home/winnow").Notes, n => n.Why.StartsWith("the artifact is damaged", StringComparison.Ordinal));
        DurableFile.DeleteTree(_disk, "/home/new");
        Stage("idle", 0, "k", "2025-01-01T00:00:00", """{"frame_idx":0,"motion_score":NaN}""");
        Assert.Contains("artifact.jsonl, line 1: it is no JSON", Assert.Throws<CurationException>(() => Make("/home/winnow")).Message, StringComparison.Ordinal);
        Assert.Null(_disk.Stat("/home/new"));
    }
}
