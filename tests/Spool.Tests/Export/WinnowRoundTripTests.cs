using System.Text.Json;
using System.Text.Json.Nodes;
using Spool.App.Help;
using Spool.Interchange.Export;
using Spool.Interchange.Import;
using Spool.Engine;
using Spool.Platform;
using Xunit;

namespace Spool.Tests.Export;

public sealed class WinnowRoundTripTests
{
    private readonly ExportRig _rig = new();

    public WinnowRoundTripTests()
    {
        _rig.Streams.Pictures("cam7", 20);
        _rig.Streams.Pictures("cam10", 10);
        _rig.Streams.Annotate("cam7", "cam7/", (0, """[{"label":"person","score":0.9,"bbox":[10,5,20.5,30]}]"""), (1, "[]"));
    }

    private string Winnow(string name) => _rig.Text(".winnow/" + name);

    [Fact]
    public async Task A_state_folder_that_is_read_again_gives_the_same_files_where_winnow_has_the_fields()
    {
        await _rig.MakeAsync("winnow", all: true);
        var problems = new ProblemList();
        var made = new WinnowProject(_rig.Disk, ProjectTemplate.BuiltIn().First(t => t.Name == WinnowWorkflow.Template).Text, ExportRig.Out, "/home/back").Make(problems)!;
        Assert.Empty(problems.Problems);
        foreach (var stream in (string[])["cam7", "cam10"])
        {
            foreach (var file in (string[])["frames.jsonl", "clusters.json", "idle.json", "stream.json"])
                Assert.True(JsonNode.DeepEquals(Lines($"/home/work/out/{stream}/{file}"), Lines($"/home/back/out/{stream}/{file}")), $"{stream}/{file}: {Lines($"/home/back/out/{stream}/{file}").ToJsonString()}");
            // Exposure and contrast have no stage in Winnow; a frame that its filter takes away has no hash.
            var (before, after) = (Lines($"/home/work/out/{stream}/metrics.jsonl"), Lines($"/home/back/out/{stream}/metrics.jsonl"));
            Assert.Equal(before.Count, after.Count);
            foreach (var (was, now) in before.Zip(after))
            {
                var expected = (JsonObject)was!.DeepClone();
                foreach (var field in (string[])["overexposed", "contrast"]) expected.Remove(field);
                if ((bool)expected["is_blurry"]! || (bool)expected["is_dark"]!) expected.Remove("phash");
                Assert.True(JsonNode.DeepEquals(expected, now), now!.ToJsonString());
            }
        }
        Assert.Equal(_rig.Streams.Read("annotations/cam7.jsonl"), DurableFile.ReadText(_rig.Disk, "/home/back/annotations/cam7.jsonl"));
        Assert.DoesNotContain(made.Notes, n => n.Field.StartsWith("sha256", StringComparison.Ordinal) || n.Field == "config");
        Assert.DoesNotContain(made.Notes, n => n.Field == "duplicates.duplicate_hash");
    }

    [Fact]
    public async Task The_layout_and_the_names_of_fields_are_those_of_winnow()
    {
        await _rig.MakeAsync("winnow");
        var id = WinnowExporter.IdOf("/mnt/input/cam7");
        Assert.StartsWith("""{"frame_idx":0,"path":"/mnt/input/cam7/image_0.jpg","size_bytes":17,"mtime_ns":""", Winnow($"state/v1/streams/{id}/frames.jsonl"), StringComparison.Ordinal);
        Assert.Contains($"\"mtime_ns\":{_rig.Disk.Stat("/mnt/input/cam7/image_0.jpg")!.Value.ModifiedNs},", Winnow($"state/v1/streams/{id}/frames.jsonl"), StringComparison.Ordinal);
        var stream = JsonNode.Parse(Winnow($"state/v1/streams/{id}/stream.json"))!;
        Assert.Equal((id, "/mnt/input/cam7", 13, "[6]"), ((string)stream["stream_id"]!, (string)stream["path"]!, (int)stream["frame_count"]!, stream["missing_indices"]!.ToJsonString()));
        var job = JsonNode.Parse(Winnow($"state/v1/jobs/spool-{id}.json"))!;
        Assert.Equal(["blur", "darkness", "duplicates", "idle", "annotation"], ((JsonObject)job["stage_outputs"]!).Select(s => s.Key));
        var files = _rig.All();
        var checkpoint = JsonNode.Parse(files.Single(f => f.Key.StartsWith($".winnow/state/v1/stages/blur/{id}/0_18/", StringComparison.Ordinal)).Value)!;
        Assert.Equal("SUCCEEDED", (string)checkpoint["status"]!);
        var artifact = files[(string)checkpoint["artifact"]!["uri"]!];
        Assert.Equal((string)checkpoint["artifact"]!["artifact_id"]!, Digest.Of(artifact).ToString());
        Assert.Equal((13, artifact.Length), ((int)checkpoint["integrity"]!["record_count"]!, (int)checkpoint["integrity"]!["bytes"]!));
        Assert.StartsWith("""{"frame_idx":0,"frame_path":"/mnt/input/cam7/image_0.jpg","blur_score":100.5,"is_blurry":false,"threshold":80,"method":"laplacian_var",""", artifact, StringComparison.Ordinal);
        string Records(string stage, string? summary = null) => files[(string)(summary is null ? job["stage_outputs"]![stage]!["artifact"]! : job["stage_outputs"]![stage]!["summary_artifacts"]![summary]!)["uri"]!];
        Assert.Contains("""
            "mean_luma":90.125,"percentile":0.1,"percentile_label":"p10","percentile_luma":60,"is_dark":false,"threshold":25}
            """, Records("darkness"), StringComparison.Ordinal);
        // Our hash is no average hash, so Winnow's field stays empty.
        Assert.Contains($$"""
            "duplicate_hash":null,"mean_luma":90.125,"nearest_hamming":null,"duplicate_group_id":"{{id}}:1","duplicate_group_size":2,"duplicate_rank":0,"duplicate_confidence":1,"hamming_threshold":6
            """, Records("duplicates"), StringComparison.Ordinal);
        Assert.StartsWith($$"""{"duplicate_group_id":"{{id}}:1","representative_frame_idx":1,"member_count":2,"frame_indices":[1,2],"mean_confidence":0.9765625""", Records("duplicates", "clusters"), StringComparison.Ordinal);
        Assert.StartsWith($$"""{"idle_segment_id":"{{id}}:10_14","start_frame_idx":10,"end_frame_idx":14,"frame_count":5,"frame_indices":[10,11,12,13,14],"mean_smoothed_motion":0.0004}""", Records("idle", "intervals"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Frames_whose_original_is_gone_are_in_no_stage()
    {
        _rig.Disk.DeleteFile("/mnt/input/cam7/image_3.jpg");
        var job = await _rig.MakeAsync("winnow");
        Assert.True(job.Lost);
        Assert.DoesNotContain(_rig.All(), f => f.Value.Contains("cam7/image_3.jpg", StringComparison.Ordinal));
    }

    private JsonArray Lines(string path) => [.. DurableFile.ReadText(_rig.Disk, path).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonNode.Parse(l, documentOptions: new JsonDocumentOptions()))];
}
