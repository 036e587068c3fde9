using Spool.App;
using Spool.Interchange.Import;
using Spool.Engine;
using Spool.Engine.Definition;
using Spool.Engine.Graph;
using Spool.Tests.Support;
using Xunit;

namespace Spool.Tests.Import;

public sealed class VwfImportTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private const string Linear = """
        version: 1
        name: harbour
        description: How a lock lifts a ship
        vars:
          title: How a lock works
          out.name: lock
        segments:
          - id: opening
            segment_type: narration_only
            description: The ship arrives
            steps:
              - id: folders
                kind: ensure_dirs
                dirs: [work/audio]
              - id: script
                kind: write_file
                path: work/scripts/opening.txt
                content: |
                  {{ title }}.
                  The gate closes.
              - id: read it
                kind: checkpoint
                depends_on: [script]
                message: "Is {{ title }} right?"
                on_reject: abort
                timeout: null
              - id: speak
                kind: tts_generate
                depends_on: [script, read it]
                script_path: work/scripts/opening.txt
                output_path: work/audio/opening.wav
                server: http://127.0.0.1:7860
                constraints: { resource: tts, sequential_group: gpu, max_parallelism: 2 }
        steps:
          - id: card
            kind: create_slide
            title: "{{ title }}"
            bullets: [Close the gate, Let water in]
            output_path: work/images/card.png
            width: 1080
            height: 1920
          - id: clip
            kind: image_to_video
            depends_on: [card, speak]
            image_path: ./work/images/card.png
            audio_path: work/audio/opening.wav
            output_path: work/clips/card.mp4
          - id: loud
            kind: normalize_volume
            depends_on: [clip]
            clip: work/clips/card.mp4
            target_db: -25
          - id: whole
            kind: video_concat
            depends_on: [loud]
            inputs: [work/clips/card.mp4, assets/outro.mp4]
            output_path: "output/{{ out.name }}.mp4"
            transition: swirl
          - id: sums
            kind: run_command
            depends_on: [speak]
            command: sha256sum
            args: ["output/{{ out.name }}.mp4"]
            capture_path: work/sums.txt
          - id: wave
            kind: text_to_video
            prompt: a wave
            output_path: work/wave.mp4
        """;

    private const string LinearSteps = """
        name: harbour
        description: How a lock lifts a ship
        vars:
          title: How a lock works
          out-name: lock
        resources: { speak-tasks: 2, tts: 1 }
        steps:
          # Segment opening: The ship arrives
          # Not made: folders are made as they are needed
          # - id: folders
          #   kind: ensure_dirs
          #   dirs: [work/audio]

          - id: script
            kind: files.write
            segment: opening
            with:
              text: |
                ${{ vars.title }}.
                The gate closes.
            out: { file: work/scripts/opening.txt }

          - id: read-it
            kind: review
            segment: opening
            in: { text: work/scripts/opening.txt }
            with:
              message: "Is ${{ vars.title }} right?"
              on-reject: abort

          - id: speak
            kind: speech.synthesize
            segment: opening
            group: gpu
            resources: { speak-tasks: 1, tts: 1 }
            needs: [read-it]
            in: { text: work/scripts/opening.txt }
            out: { audio: work/audio/opening.wav }

          - id: card-text
            kind: files.write
            with:
              text: |
                # ${{ vars.title }}

                - Close the gate
                - Let water in
            out: { file: work/card-text.md }

          - id: card
            kind: images.slide
            in: { text: work/card-text.md }
            with:
              size: "1080x1920"
            out: { image: work/images/card.png }

          - id: clip
            kind: video.from-image
            in: { image: work/images/card.png, audio: work/audio/opening.wav }
            out: { video: work/clips/card.mp4 }

          - id: loud
            kind: audio.normalize
            in: { video: work/clips/card.mp4 }
            out: { video: work/clips/card-loud.mp4 }

          - id: whole
            kind: video.concat
            in: { videos: [work/clips/card-loud.mp4, assets/outro.mp4] }
            out: { video: "output/${{ vars.out-name }}.mp4" }

          - id: sums
            kind: command
            needs: [speak]
            in: { video: "output/${{ vars.out-name }}.mp4" }
            with:
              run: [sha256sum, "${{ in.video }}"]
              stdout: "${{ out.captured }}"
            out: { captured: work/sums.txt }

          # Not made: films are not generated by this program
          # - id: wave
          #   kind: text_to_video
          #   prompt: a wave
          #   output_path: work/wave.mp4

        """;

    private const string Reactive = """
        version: 1
        name: canals
        inputs:
          required:
            - script.md
            - episode: { type: integer, description: The number }
            - facts: { type: "list[string]", count: 2-4 }
          optional:
            - assets/back.jpg: { placeholder: { solid_color: "#203040" } }
            - motto: { type: string }
        tasks:
          split:
            kind: split_sections
            inputs: [script.md]
            outputs: ["work/scripts/*.txt"]
          look:
            kind: checkpoint
            inputs: ["work/scripts/*.txt"]
            message: Read them
          speech:
            kind: tts_generate
            inputs: ["work/scripts/*.txt"]
            outputs: ["work/audio/*.wav"]
            constraints: { resource: tts, always_run: true }
          clips:
            kind: image_to_video
            inputs:
              - assets/back.jpg
              - "work/audio/${stem}.wav"
            outputs: ["work/clips/${stem}.mp4"]
          join:
            kind: vid_concat
            inputs:
              - "work/clips/*.mp4"
              - assets/outro.mp4: { placeholder: skip }
            outputs: [work/final.mp4]
            condition: "{{ motto }} != none"
          vague:
            kind: image_to_video
            inputs: [assets/back.jpg]
            outputs: ["work/more/*.mp4"]
        """;

    private const string ReactiveSteps = """
        name: canals
        vars:
          episode: { type: integer, description: The number }
          facts: { type: list, items: string, min-items: 2, max-items: 4 }
          motto: { type: string, default: "" }
        resources: { tts: 1 }
        steps:
          - id: split
            kind: text.split
            in: { text: script.md }
            out: { sections: work/scripts/ }

          - id: look
            kind: review
            in: { text: "work/scripts/*.md" }
            with:
              message: Read them

          - id: speech
            kind: speech.synthesize
            resources: { tts: 1 }
            in: { text: "work/scripts/{stem}.md" }
            out: { audio: "work/audio/{stem}.wav" }

          - id: clips
            kind: video.from-image
            in: { image: { path: assets/back.jpg, placeholder: { color: "#203040" } }, audio: "work/audio/{stem}.wav" }
            out: { video: "work/clips/{stem}.mp4" }

          - id: join
            kind: video.concat
            when: "motto != none"
            in: { videos: ["work/clips/*.mp4", { path: assets/outro.mp4, placeholder: skip }] }
            out: { video: work/final.mp4 }

          # Not made: it says only work/more/*.mp4 of its outputs; in Spool outputs are named
          # - id: vague
          #   kind: image_to_video
          #   inputs: [assets/back.jpg]
          #   outputs: [work/more/*.mp4]

        """;

    private (ImportedProject Project, ProblemList Problems) Import(string text)
    {
        var file = _folder.Write("old/workflow.yaml", text);
        using var composition = new Composition();
        var problems = new ProblemList();
        var project = new ImportedProject(composition.Disk, composition.Catalogue, composition.Environment, file, Path.Join(_folder.Path, "out"));
        project.Make(problems);
        return (project, problems);
    }

    private string Made(string file = "spool.yaml") => File.ReadAllText(Path.Join(_folder.Path, "out", file));

    private IReadOnlyList<Problem> Check(params (string, string)[] vars)
    {
        using var composition = new Composition();
        var problems = new ProblemList();
        var workflow = new WorkflowReader(composition.Disk, composition.Catalogue, _ => null).Read(Path.Join(_folder.Path, "out/spool.yaml"), new WorkflowArguments { Vars = vars }, problems);
        if (workflow is not null) GraphBuilder.Build(workflow, problems);
        return problems.Problems;
    }

    private static string Body(string text) => string.Join('\n', text.Split('\n').Skip(2));

    [Fact]
    public void A_linear_workflow_becomes_steps_with_the_same_files()
    {
        var (project, problems) = Import(Linear);
        Assert.Empty(problems.Problems);
        Assert.Equal(LinearSteps, Body(Made()));
        Assert.Empty(Check());
        Assert.Equal(("linear", 9, 1), (project.Form, project.Made, project.Left));
        Assert.Equal(["sha256sum"], project.Programs);
    }

    [Fact]
    public void Every_field_without_an_equal_is_told_with_its_line_and_the_reason()
    {
        var (project, _) = Import(Linear);
        var lines = Linear.Split('\n');
        var told = project.Notes.Where(n => n.Sort == NoteSort.NoEqual).Select(n => (n.Field, lines[n.At.Line - 1].Trim())).ToList();
        Assert.Equal([("segments.opening.segment_type", "segment_type: narration_only"), ("server", "server: http://127.0.0.1:7860"), ("target_db", "target_db: -25"), ("transition", "transition: swirl"), ("kind", "- id: wave")], told);
        var report = Made("import-report.md");
        Assert.All(project.Notes, n => Assert.Contains($"workflow.yaml:{n.At.Line}  ", report, StringComparison.Ordinal));
        Assert.Contains("work/clips/card-loud.mp4", report, StringComparison.Ordinal);
    }

    [Fact]
    public void A_reactive_workflow_becomes_fan_outs_stand_ins_and_typed_variables()
    {
        var (project, problems) = Import(Reactive);
        Assert.Empty(problems.Problems);
        Assert.Equal(ReactiveSteps, Body(Made()));
        Assert.Equal(["episode", "facts"], project.Needed);
        Assert.Empty(Check(("episode", "3"), ("facts", "a,b")));
        Assert.Equal(["SPL0124", "SPL0124"], Check().Select(p => p.Code));
        Assert.Equal(("reactive", 5, 1), (project.Form, project.Made, project.Left));
        Assert.Contains(project.Notes, n => n is { Field: "always_run", Sort: NoteSort.NoEqual });
    }

    [Fact]
    public void Sections_with_paths_of_their_own_are_copied_there()
    {
        Import("version: 1\nname: s\nsteps:\n  - id: cut\n    kind: split_sections\n    input_path: script.md\n    outputs:\n      - { heading: \"# The Lock\", path: work/lock.txt }\n      - { heading: \"# Ships & Boats\", path: work/ships.txt }\n");
        Assert.Empty(Check());
        var text = Made();
        Assert.Contains("level: 1", text, StringComparison.Ordinal);
        Assert.Contains("in: { file: work/cut-sections/the-lock.md }\n    out: { file: work/lock.txt }", text, StringComparison.Ordinal);
        Assert.Contains("in: { file: work/cut-sections/ships-boats.md }\n    out: { file: work/ships.txt }", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Kinds_that_ask_models_keep_their_files_and_words()
    {
        var (project, problems) = Import("""
            version: 1
            name: m
            steps:
              - { id: gen, kind: llm_generate, system: Be short, user_prompt_path: words.txt, output_path: work/words.txt }
              - { id: audit, kind: llm_audit, assets: [work/words.txt], criteria: no errors, output_path: work/audit.json }
              - { id: frames, kind: llm_audit, assets: [film.mp4], critical_words: [broken], output_path: work/frames.json }
              - { id: say, kind: tts_generate, text: "Hello there, all of you.", output_path: work/say.wav }
              - { id: hear, kind: whisper_transcribe, input: work/say.wav, output: work/say.srt }
              - { id: verify, kind: tts_verify, audio_path: work/say.wav, script_path: work/words.txt, output_path: work/v.json, threshold: 0.2 }
              - { id: pic, kind: text_to_image, prompt: a canal, output_path: work/pic.png, width: 720, height: 1280 }
              - { id: shot, kind: screenshot, html_path: page.html, output_path: work/shot.png, width: 1080, height: 1920 }
              - { id: over, kind: overlay, base: film.mp4, overlay_path: work/shot.png, output_path: work/over.mp4 }
            """);
        Assert.Empty(problems.Problems);
        Assert.Equal((9, 0), (project.Made, project.Left));
        Assert.Empty(Check());
        var text = Made();
        string[] lines = ["kind: text.generate\n    in: { prompt: words.txt }", "kind: text.audit\n    in: { texts: work/words.txt }", "kind: media.audit\n    in: { media: film.mp4 }", "text: Hello there, all of you.",
            "in: { text: work/say-text.txt }\n    out: { audio: work/say.wav }", "out: { subtitles: work/say.srt }", "in: { audio: work/say.wav, text: work/words.txt }\n    with:\n      threshold: 0.2", "size: \"720x1280\"", "in: { html: page.html }", "in: { video: film.mp4, overlay: work/shot.png }"];
        Assert.All(lines, l => Assert.Contains(l, text.Replace("\"Hello there, all of you.\"", "Hello there, all of you.", StringComparison.Ordinal), StringComparison.Ordinal));
    }

    [Fact]
    public void Texts_beside_the_file_come_along_links_and_pictures_do_not()
    {
        _folder.Write("old/words.txt", "Hello {{ name }}");
        _folder.Write("old/pic.png", "x");
        _folder.Write("secret.txt", "s");
        File.CreateSymbolicLink(Path.Join(_folder.Path, "old/link.txt"), Path.Join(_folder.Path, "secret.txt"));
        var (project, _) = Import("""
            version: 1
            name: t
            steps:
              - { id: a, kind: tts_generate, script_path: words.txt, output_path: a.wav }
              - { id: b, kind: image_to_video, image_path: pic.png, output_path: b.mp4 }
              - { id: c, kind: tts_generate, script_path: link.txt, output_path: c.wav }
            """);
        Assert.Equal(["spool.yaml", "words.txt", "import-report.md"], project.Files);
        Assert.False(File.Exists(Path.Join(_folder.Path, "out/link.txt")));
        Assert.Contains(project.Notes, n => n is { Sort: NoteSort.ToDo, Field: "pic.png" });
        Assert.Contains(project.Notes, n => n is { Sort: NoteSort.NoEqual, Field: "words.txt" });
    }

    [Theory]
    [InlineData("- { id: a, kind: tts_generate, script_path: ../x.txt, output_path: a.wav }", "lies outside the workspace")]
    [InlineData("- { id: a, kind: tts_generate, script_path: /etc/passwd, output_path: a.wav }", "lies outside the workspace")]
    [InlineData("- { id: a, kind: run_command, command: \"cat a.txt | sort > b.txt\" }", "a line of shell")]
    [InlineData("- { id: a, kind: run_command, command: sort, args: [a.txt] }", "names no file that it writes")]
    [InlineData("- { id: a, kind: make_coffee, path: x }", "has no equal in Spool")]
    [InlineData("- { id: a, kind: tts_generate, output_path: a.wav }", "needs the input text")]
    [InlineData("- { id: a, kind: image_to_video, image_path: [a.png, b.png], output_path: a.mp4 }", "make a step for each")]
    [InlineData("- { id: a, kind: write_file, path: \"a/*.txt\", content: x }", "outputs are named")]
    [InlineData("- { id: a, kind: checkpoint, message: Look }", "it shows nothing")]
    public void A_step_that_cannot_be_made_is_a_comment_with_its_reason(string step, string why)
    {
        var (project, problems) = Import($"version: 1\nname: x\nsteps:\n  {step}\n  - {{ id: ok, kind: write_file, path: ok.txt, content: x }}\n");
        Assert.Empty(problems.Problems);
        Assert.Equal((1, 1), (project.Made, project.Left));
        Assert.Contains(project.Notes, n => n.Sort == NoteSort.NoEqual && n.Step == "a" && n.At.Line == 4 && n.Why.Contains(why, StringComparison.Ordinal));
        Assert.Contains("  # Not made: ", Made(), StringComparison.Ordinal);
        Assert.Empty(Check());
    }

    [Fact]
    public void What_only_the_whole_workflow_shows_leaves_the_step_that_is_wrong()
    {
        var (project, problems) = Import("""
            version: 1
            name: x
            steps:
              - { id: a, kind: write_file, path: same.txt, content: x }
              - { id: b, kind: write_file, path: same.txt, content: y }
              - { id: c, kind: write_file, path: c.txt, content: z, depends_on: [b] }
            """);
        Assert.Empty(problems.Problems);
        Assert.Equal(1, project.Left);
        Assert.Empty(Check());
    }

    [Theory]
    [InlineData("version: 1\nname: x\n", "SPL0180")]
    [InlineData("[a, b]\n", "SPL0180")]
    [InlineData("", "SPL0180")]
    [InlineData("version: 1\nsteps:\n  - { kind: write_file }\n", "SPL0181")]
    [InlineData("version: 1\nsteps:\n  - { id: a }\n", "SPL0181")]
    [InlineData("version: 1\nsteps:\n  - { id: a, kind: x }\n  - { id: a, kind: x }\n", "SPL0181")]
    [InlineData("version: 1\nsteps:\n  - { id: a, kind: x, depends_on: [b] }\n", "SPL0181")]
    [InlineData("version: 1\nsteps: { a: b }\n", "SPL0181")]
    [InlineData("version: 1\ntasks: { a: text }\n", "SPL0181")]
    [InlineData("version: 1\nsteps:\n  - { id: a, kind: files.write, with: { text: x }, out: { file: x } }\n", "SPL0180")]
    [InlineData("steps: [\n", "SPL0101")]
    public void A_file_that_is_no_such_workflow_is_a_problem_and_nothing_is_made(string text, string code)
    {
        Assert.Contains(code, Import(text).Problems.Problems.Select(p => p.Code));
        Assert.False(Directory.Exists(Path.Join(_folder.Path, "out")));
    }

    [Fact]
    public void Mangled_workflows_are_notes_or_problems_and_what_is_made_is_right()
    {
        var random = new Random(5);
        var pieces = new[] { "{", "}", "[", "]", ": ", "\n", "- ", "{{ x }}", "${{ y }}", "*", "../", "\"", "null", "0", "'", "\\", "é", "#", "&a ", "*a", "\u2028", "true", "inputs", "outputs", "path" };
        using var composition = new Composition();
        for (var round = 0; round < 300; round++)
        {
            var text = (random.Next(2) == 0 ? Linear : Reactive).ToList();
            for (var n = random.Next(1, 6); n > 0; n--)
            {
                var at = random.Next(text.Count);
                if (random.Next(2) == 0) text.RemoveRange(at, Math.Min(random.Next(1, 12), text.Count - at));
                else text.InsertRange(at, pieces[random.Next(pieces.Length)]);
            }
            var file = _folder.Write("old/workflow.yaml", new string([.. text]));
            var folder = Path.Join(_folder.Path, $"out{round}");
            var problems = new ProblemList();
            var project = new ImportedProject(composition.Disk, composition.Catalogue, composition.Environment, file, folder);
            var done = project.Make(problems);
            Assert.True(done != problems.Any, $"round {round}: {string.Join("; ", problems.Problems)}");
            Assert.DoesNotContain(problems.Problems, p => p.At.File.EndsWith("spool.yaml", StringComparison.Ordinal));
            Assert.Equal(done, Directory.Exists(folder));
            if (!done) continue;
            var found = new ProblemList();
            new WorkflowReader(composition.Disk, composition.Catalogue, _ => null).Read(Path.Join(folder, "spool.yaml"), WorkflowArguments.None, found);
            Assert.DoesNotContain(found.Problems, p => p.Code != "SPL0124");
        }
    }
}
