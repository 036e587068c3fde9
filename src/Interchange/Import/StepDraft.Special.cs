using System.Text;
using Spool.Engine.Definition;
using Spool.Media.Prose;

namespace Spool.Interchange.Import;

/// <summary>The kinds of VWF that are more than fields with other names.</summary>
internal sealed partial class StepDraft
{
    /// <summary>The kind of Spool; null when the rules have to do it.</summary>
    private string? Special() => step.Kind switch
    {
        "ensure_dirs" => Leave("folders are made as they are needed"),
        "write_file" => Write(),
        "split_sections" or "text_split" => Split(),
        "run_command" or "command" => Command(),
        "create_slide" => Slide(),
        "checkpoint" or "review" => Review(),
        _ => null,
    } ?? (_left is null ? null : "");

    private YamlEntry? Take(params string[] names)
    {
        var entry = step.Fields.FirstOrDefault(f => names.Contains(f.Key) && f.Value is not YamlScalar { IsNull: true });
        if (entry is not null) _taken.Add(entry.Key);
        return entry;
    }

    private string? TakeText(params string[] names) => Take(names) is { Value: YamlScalar text } ? whole.Text(text.Text, text.At) : null;

    /// <summary>The path of a field, or of a task's only path; null after saying why.</summary>
    private string? TakePath(bool isInput, params string[] names)
    {
        var given = Take(names)?.Value as YamlScalar ?? ((isInput ? step.Inputs : step.Outputs) is [var one, ..] ? new YamlScalar(one.At, one.Path, true) : isInput ? null : step.ResumeOutput);
        if (given is null)
        {
            Leave(isInput ? "it does not say which file it reads" : "it does not say which file it writes");
            return null;
        }
        if (whole.PathOf(given.Text, given.At) is { } path) return isInput ? whole.Current(path) : path;
        Leave($"the path '{given.Text}' lies outside the workspace or is none");
        return null;
    }

    private string? Write()
    {
        var path = TakePath(false, "path", "output_path", "output", "file");
        if (TakeText("content", "contents", "text") is not { } text) return Leave("it does not say its text under content");
        if (path is null) return null;
        if (path.Contains('*', StringComparison.Ordinal)) return Leave("its output holds a star; in Spool outputs are named");
        _with.Add(("text", Of(text)));
        _out.Add(("file", Of(path)));
        return "files.write";
    }

    private string? Split()
    {
        if (TakePath(true, "input", "input_path", "source", "path", "file") is not { } input) return null;
        _in.Add(("text", Of(input)));
        if (step.IsTask)
        {
            var kind = catalogue.Find("text.split")!;
            new RoleAssignment(step with { Inputs = [] }, kind, whole, notes).Assign([], _out, why => Leave(why));
            return _out.Count > 0 ? "text.split" : Leave("it names no folder or pattern of sections to write");
        }
        if (Take("outputs", "sections") is not { Value: YamlList outputs }) return Leave("it does not list its outputs with heading and path");
        var folder = $"work/{id}-sections/";
        _out.Add(("sections", Of(folder)));
        var level = 0;
        foreach (var item in outputs.Items)
        {
            if (item is not YamlMap map || map["heading"] is not YamlScalar heading || map["path"] is not YamlScalar target) return Leave("an output of it has no heading or no path");
            if (whole.PathOf(target.Text, target.At) is not { } path) return Leave($"the path '{target.Text}' lies outside the workspace or is none");
            var title = heading.Text.TrimStart('#').Trim();
            level = Math.Max(level, heading.Text.Length - heading.Text.TrimStart('#').Length);
            if (title.Contains("{{", StringComparison.Ordinal)) return Leave("a heading of it holds a variable; text.split names sections by their headings");
            var stem = Sections.Stem(title);
            if (stem.Length == 0) return Leave($"the heading '{heading.Text}' has no letters to name its section");
            foreach (var extra in map.Entries.Where(e => e.Key is not ("heading" or "path"))) notes.NoEqual(extra.KeyAt, step.Id, $"outputs.{extra.Key}", "text.split has nothing like it");
            _beside.Add(new SpoolStep(whole.Extra($"{id}-{VwfConversion.Name(stem)}"), map.At, "files.copy") { Inputs = [("file", Of($"{folder}{stem}.md"))], Outputs = [("file", Of(path))] });
        }
        if (level is > 0 and not 2 and <= 6) _with.Add(("level", Of(level.ToString(System.Globalization.CultureInfo.InvariantCulture), false)));
        notes.Changed(step.At, step.Id, "outputs", "text.split writes one file for each section, with its heading; a step for each copies it to its old path");
        return "text.split";
    }

    private string? Slide()
    {
        var kind = catalogue.Find("images.slide")!;
        var file = Take("text_path", "script_path", "input_path", "input", "markdown_path");
        if (TakePath(false, "output_path", "output", "path", "image_path") is not { } path) return null;
        if (file?.Value is YamlScalar given && whole.PathOf(given.Text, given.At) is { } source) _in.Add(("text", Of(whole.Current(source))));
        else if (step.Inputs.FirstOrDefault(i => MediaClass.Of(i.Path) == "text") is { } task && whole.PathOf(task.Path, task.At) is { } own) _in.Add(("text", Of(whole.Current(own))));
        else
        {
            var text = new StringBuilder();
            if (Take("title", "heading") is { Value: YamlScalar title }) text.Append("# ").Append(title.Text.ReplaceLineEndings(" ")).Append('\n');
            if (Take("subtitle") is { Value: YamlScalar subtitle }) text.Append('\n').Append(subtitle.Text.ReplaceLineEndings(" ")).Append('\n');
            if (Take("body", "text", "content") is { Value: YamlScalar body })
            {
                text.Append('\n').Append(body.Text.TrimEnd()).Append('\n');
                _with.Add(("body", Of("true", false)));
            }
            if (Take("bullets", "points", "items") is { Value: YamlList bullets }) text.Append('\n').Append(string.Concat(bullets.Items.OfType<YamlScalar>().Select(b => $"- {b.Text.ReplaceLineEndings(" ")}\n")));
            if (text.Length == 0) return Leave("it has neither text nor a file with it");
            _in.Add(("text", Of(Written(new YamlScalar(step.At, text.ToString(), true), ".md"))));
        }
        foreach (var (name, fields) in new[] { ("theme", new[] { "theme", "style" }), ("footer", ["footer"]), ("size", ["size", "resolution"]) })
            if (step.Fields.FirstOrDefault(f => fields.Contains(f.Key)) is { } entry) Option(kind, name, entry);
        if (_with.TrueForAll(w => w.Name != "size")) SizeOf(kind);
        _out.Add(("image", Of(path)));
        return "images.slide";
    }

    private string? Review()
    {
        var kind = catalogue.Find("review")!;
        var shown = new List<string>();
        foreach (var field in step.Fields.Where(f => f.Key is "preview" or "files" or "inputs" or "artifacts" or "path").ToList())
        {
            _taken.Add(field.Key);
            foreach (var text in (field.Value is YamlList list ? list.Items : [field.Value]).OfType<YamlScalar>().Where(s => !s.IsNull))
                if (whole.PathOf(text.Text, text.At) is { } path) shown.Add(whole.Current(path));
                else return Leave($"the path '{text.Text}' lies outside the workspace or is none");
        }
        foreach (var input in step.Inputs)
            if (whole.PathOf(input.Path, input.At) is { } path) shown.Add(whole.Current(path));
        // Without files of its own it is about what the steps before it made.
        if (shown.Count == 0) shown.AddRange(step.DependsOn.SelectMany(d => whole.OutputsOf(d.Text)));
        if (shown.Count == 0) return Leave("it shows nothing: in Spool a review is about files");
        foreach (var output in step.Outputs) notes.NoEqual(output.At, step.Id, "outputs", "a review writes nothing");
        foreach (var path in shown.Distinct())
        {
            var sort = MediaClass.Of(path);
            var name = sort;
            for (var n = 2; _in.Exists(i => i.Role == name); n++) name = $"{sort}{n}";
            _in.Add((name, Of(path)));
        }
        foreach (var (name, field) in new[] { ("message", "message"), ("on-reject", "on_reject") })
            if (step.Fields.FirstOrDefault(f => f.Key == field) is { } entry) Option(kind, name, entry);
        return "review";
    }

    private string? Command()
    {
        var words = new List<string>();
        var command = Take("command", "cmd", "program");
        if (command?.Value is YamlList list) words.AddRange(list.Items.OfType<YamlScalar>().Select(i => i.Text));
        else if (command?.Value is YamlScalar line)
        {
            if (line.Text.IndexOfAny(['|', '>', '<', ';', '&', '`', '$', '(', '\n', '*', '\'', '"', '\\']) is >= 0 && !Template(line.Text)) return Leave("its command is a line of shell; Spool runs a program with a list of arguments and no shell between");
            words.AddRange(line.Text.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        }
        if (Take("args", "arguments") is { Value: YamlList args }) words.AddRange(args.Items.OfType<YamlScalar>().Select(i => i.Text));
        if (words.Count == 0) return Leave("it does not say its command");
        var files = new Dictionary<string, string>(StringComparer.Ordinal);
        if (Take("capture_path", "capture", "stdout_path") is { Value: YamlScalar capture })
        {
            if (whole.PathOf(capture.Text, capture.At) is not { } captured) return Leave($"the path '{capture.Text}' lies outside the workspace or is none");
            _out.Add(("captured", Of(captured)));
            _with.Add(("stdout", Of("${{ out.captured }}")));
        }
        var outputs = step.Outputs.Select(o => new YamlScalar(o.At, o.Path, true)).Concat(Scalars("outputs", "output", "output_path")).Concat(step.ResumeOutput is { } resume ? [resume] : []);
        foreach (var output in outputs)
            if (whole.PathOf(output.Text, output.At) is not { } path || path.Contains('*', StringComparison.Ordinal)) return Leave($"its output '{output.Text}' is no path of one file in the workspace");
            else if (!_out.Exists(o => o.Value is YamlScalar s && s.Text == path)) files[path] = $"${{{{ out.{Role(_out, path)} }}}}";
        foreach (var input in step.Inputs.Select(i => new YamlScalar(i.At, i.Path, true)).Concat(Scalars("inputs", "input", "input_path")))
            if (whole.PathOf(input.Text, input.At) is not { } path) return Leave($"the path '{input.Text}' lies outside the workspace or is none");
            else if (!files.ContainsKey(path)) files[path] = $"${{{{ in.{Role(_in, whole.Current(path))} }}}}";
        foreach (var word in words.Skip(1).Select(w => w[(w.IndexOf('=', StringComparison.Ordinal) + 1)..]))
            if (whole.PathOf(word, step.At) is { } path && !files.ContainsKey(path) && whole.IsThere(path)) files[path] = $"${{{{ in.{Role(_in, whole.Current(path))} }}}}";
            else if (MediaClass.Of(word) != "file" && whole.PathOf(word, step.At) is { } unknown && !files.ContainsKey(unknown))
                notes.Do(step.At, step.Id, "args", $"{word} is neither a file that is there nor an output that the step names; a task sees only its declared inputs and outputs");
        _with.Insert(0, ("run", new YamlList(default, [.. words.Select((w, i) => Of(i == 0 ? whole.Text(w, step.At) : Argument(w, files)))])));
        if (Take("cwd", "workdir", "working_dir") is { } folder) notes.NoEqual(folder.KeyAt, step.Id, folder.Key, "a command runs in a folder of its own, where it sees its inputs and outputs");
        if (Take("env", "environment") is { Value: YamlMap env }) _keys.Add(("env", new YamlMap(default, [.. env.Entries.Where(e => e.Value is YamlScalar).Select(e => e with { Value = Of(whole.Text(((YamlScalar)e.Value).Text, e.Value.At)) })])));
        if (_out.Count == 0) return Leave("it names no file that it writes; give it capture_path or resume_output, or write the step by hand");
        notes.Do(step.At, step.Id, "command", $"programs of command steps must be allowed: spool run --allow {words[0]}");
        return "command";

        static bool Template(string text) => text.Replace("{{", "", StringComparison.Ordinal).Replace("}}", "", StringComparison.Ordinal).IndexOfAny(['|', '>', '<', ';', '&', '`', '$', '(', '\n', '*', '\'', '"', '\\']) < 0;
    }

    private List<YamlScalar> Scalars(params string[] names)
    {
        var found = new List<YamlScalar>();
        foreach (var field in step.Fields.Where(f => names.Contains(f.Key) && _taken.Add(f.Key)))
            found.AddRange((field.Value is YamlList list ? list.Items : [field.Value]).OfType<YamlScalar>().Where(s => !s.IsNull));
        return found;
    }

    private static string Role(List<(string Role, YamlNode Value)> into, string path)
    {
        var sort = MediaClass.Of(path);
        var name = sort;
        for (var n = 2; into.Exists(i => i.Role == name); n++) name = $"{sort}{n}";
        into.Add((name, Of(path)));
        return name;
    }

    private string Argument(string word, Dictionary<string, string> files)
    {
        var from = word.IndexOf('=', StringComparison.Ordinal) + 1;
        if (whole.PathOf(word[from..], step.At) is { } path && files.TryGetValue(path, out var file)) return whole.Text(word[..from], step.At) + file;
        return whole.Text(word, step.At);
    }
}
