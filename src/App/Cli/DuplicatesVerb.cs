using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Spool.Media.Frames;
using Spool.Media.Hashing;
using Spool.Media.Metrics;
using Spool.Platform;

namespace Spool.App.Cli;

public sealed class DuplicatesVerb : Verb
{
    private readonly Argument<string[]> _inputs = new("INPUT") { Description = "Pictures, folders of pictures, or a text file with one hash of 16 digits a line", Arity = ArgumentArity.OneOrMore };
    private readonly Option<int> _distance = new("--distance") { Description = "Bits of 64 that may differ (default 6)", HelpName = "N", DefaultValueFactory = _ => 6 };
    private readonly Option<Linkage> _linkage = new("--linkage") { Description = "representative: all members near the kept one; single: chains too (default: representative)", HelpName = "NAME" };
    private readonly Option<long?> _window = new("--window") { Description = "Compare only frames at most so many numbers apart", HelpName = "N" };
    private readonly Option<string?> _against = new("--against") { Description = "Look for each picture among the frames of this curation, instead of among each other", HelpName = "DIR" };
    private readonly Option<bool> _json = new("--json") { Description = "One JSON object" };

    public override string Name => "duplicates";
    public override string Summary => "Group near-equal pictures by their perceptual hash";
    public override int Order => 32;
    public override IReadOnlyList<string> Examples =>
    [
        "spool duplicates frames/",
        "spool duplicates frames/ --distance 4 --window 300 --json",
        "spool duplicates hashes.txt --json                members are line numbers from 0",
        "spool duplicates new.jpg --against cam7-curation  is this picture there already?",
    ];

    public override void Build(Command command)
    {
        command.Add(_inputs);
        foreach (var option in (Option[])[_distance, _linkage, _window, _against, _json]) command.Add(option);
        command.SetAction(async (parsed, cancel) =>
        {
            using var composition = new Composition();
            var rule = new DuplicateRule(parsed.GetValue(_distance), parsed.GetValue(_linkage), parsed.GetValue(_window));
            if (rule.Distance is < 0 or > 64) throw new UsageException($"--distance {rule.Distance} is not between 0 and 64");
            if (rule.Window is < 0) throw new UsageException("--window is a number of frames, 0 or more");
            var inputs = parsed.GetValue(_inputs) ?? [];
            var hashes = inputs is [var only] ? Hashes(composition, only, rule.Window is not null) : null;
            var pictures = new Pictures();
            if (hashes is null) await pictures.ReadAsync(composition, inputs, cancel);
            var items = hashes ?? pictures.Items;
            if (parsed.GetValue(_against) is { } stored) return new StoredHashes(composition, stored).Look(items, hashes is null ? pictures.Names : null, rule.Distance, parsed.GetValue(_json));
            var groups = Duplicates.Find(items, rule, cancel);
            if (parsed.GetValue(_json)) JsonOut.Line(w => Json(w, groups, items, hashes is null ? pictures.Names : null));
            else Show(groups, items, hashes is null ? pictures.Names : null);
            return items.Count > 0 ? Done : Failed;
        });
    }

    /// <summary>The hashes of a text file; null when the input is something else.</summary>
    private static List<DuplicateItem>? Hashes(Composition composition, string input, bool inOrder)
    {
        var path = Path.GetFullPath(input, composition.CurrentFolder);
        if (composition.Disk.Stat(path) is not { Kind: FileKind.File } stat || FrameNames.IsPicture(path) || FrameNames.IsFilm(path)) return null;
        if (stat.Size > 1L << 30) throw new UsageException($"{input} is larger than 1 GiB");
        var items = new List<DuplicateItem>();
        foreach (var line in DurableFile.ReadText(composition.Disk, path).AsSpan().EnumerateLines())
        {
            var text = line.Trim();
            if (text.IsEmpty && items.Count * 17L >= stat.Size - 17) continue; // the end of the last line
            if (!PerceptualHash.TryParse(text, out var hash)) throw new UsageException($"{input}, line {items.Count + 1}: '{TerminalText.Plain(text[..Math.Min(text.Length, 40)].ToString())}' is no hash of 16 hexadecimal digits");
            // Lines have an order only where a window asks for one; else the same hashes make the same groups in any order.
            items.Add(new(inOrder ? items.Count : 0, hash, PerceptualHash.Text(hash), 0));
        }
        return items;
    }

    /// <summary>Pictures of the command line: measured, each with the digest of its file.</summary>
    private sealed class Pictures
    {
        internal List<DuplicateItem> Items { get; } = [];
        internal List<string> Names { get; } = [];

        internal async Task ReadAsync(Composition composition, IReadOnlyList<string> inputs, CancellationToken cancel)
        {
            var work = new FrameWork(composition, Metric.Blur | Metric.Contrast | Metric.Phash, 0);
            var films = inputs.Where(FrameNames.IsFilm).ToList();
            if (films.Count > 0) throw new UsageException($"{films[0]} is a film; duplicates are looked for among pictures");
            var folder = inputs is [var only] && composition.Disk.Stat(Path.GetFullPath(only, composition.CurrentFolder)) is { Kind: FileKind.Folder } ? Path.GetFullPath(only, composition.CurrentFolder) : composition.CurrentFolder;
            await work.RunAsync(inputs, record =>
            {
                if (record.Metrics is not { Phash: { } hash } found)
                {
                    Console.Error.WriteLine($"{TerminalText.Plain(record.Name)} {record.Error}");
                    return;
                }
                var content = ContentOf(composition.Disk, Path.GetFullPath(record.Name, folder));
                Items.Add(new(record.Index, hash, content, found.LaplacianVariance ?? 0) { IsFlat = found.Luma?.Deviation < Duplicates.FlatBelow });
                Names.Add(record.Name);
            }, cancel);
        }

        private static string ContentOf(IDisk disk, string path)
        {
            using var hash = System.Security.Cryptography.IncrementalHash.CreateHash(System.Security.Cryptography.HashAlgorithmName.SHA256);
            using var file = disk.OpenRead(path);
            var buffer = new byte[1 << 18];
            long at = 0;
            for (int read; (read = file.Read(at, buffer)) > 0; at += read) hash.AppendData(buffer.AsSpan(0, read));
            return Convert.ToHexStringLower(hash.GetHashAndReset());
        }
    }

    private static void Json(Utf8JsonWriter write, IReadOnlyList<DuplicateGroup> groups, IReadOnlyList<DuplicateItem> items, List<string>? names)
    {
        write.WriteStartArray("clusters");
        foreach (var group in groups)
        {
            write.WriteStartObject();
            write.WriteString("id", group.Id);
            write.WritePropertyName("representative");
            Member(group.Representative);
            write.WriteStartArray("members");
            foreach (var member in group.Members) Member(member);
            write.WriteEndArray();
            write.WriteStartArray("confidence");
            for (var i = 0; i < group.Members.Count; i++) write.WriteNumberValue(Math.Round((decimal)group.Confidence(i), 6));
            write.WriteEndArray();
            write.WriteString("reason", Duplicates.Reason(group, items));
            write.WriteEndObject();
        }
        write.WriteEndArray();

        void Member(int place)
        {
            if (names is null) write.WriteNumberValue(place);
            else write.WriteStringValue(names[place]);
        }
    }

    private static void Show(IReadOnlyList<DuplicateGroup> groups, IReadOnlyList<DuplicateItem> items, List<string>? names)
    {
        string Name(int place) => names is null ? place.ToString(CultureInfo.InvariantCulture) : TerminalText.Plain(names[place]);
        foreach (var group in groups)
        {
            Console.WriteLine($"{group.Id[..Math.Min(12, group.Id.Length)]}  keep {Name(group.Representative)} ({Duplicates.Reason(group, items)})");
            for (var i = 0; i < group.Members.Count; i++)
                if (group.Members[i] != group.Representative) Console.WriteLine($"              {Name(group.Members[i])}  {group.Distances[i]} bits");
        }
        var extra = groups.Sum(g => g.Members.Count - 1);
        Console.Error.WriteLine($"{Words.Count(items.Count)} compared · {Words.Count(groups.Count)} group{(groups.Count == 1 ? "" : "s")} · {Words.Count(extra)} more than needed");
    }
}
