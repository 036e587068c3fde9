using System.Globalization;
using Spool.Engine;
using Spool.Engine.Definition;

namespace Spool.Interchange.Import;

/// <summary>What a configuration of Winnow says, as values of the variables of the template <c>curate</c>; each of its keys that has no equal is a note.</summary>
public sealed class WinnowSettings
{
    /// <summary>Key of Winnow, variable, and the bounds of its value; without bounds it is a truth.</summary>
    private static readonly (string Key, string Variable, double Least, double Most, bool Whole)[] Numbers =
    [
        ("blur.threshold", "blur-below", 0, 1_040_400, false),
        ("darkness.percentile", "percentile", 0, 1, false),
        ("darkness.threshold", "dark-below", 0, 256, false),
        ("duplicate.phash_hamming_threshold", "distance", 0, 64, true),
        ("idle.motion_threshold", "motion", 0, 1, false),
        ("idle.smoothing_window", "window", 1, 100_000, true),
        ("idle.min_run", "min-run", 1, 1_000_000_000, true),
        ("batch_size", "part", 16, 100_000, true),
    ];

    private static readonly Dictionary<string, string> Without = new()
    {
        ["ingest.glob"] = "frames are found by their names, image_<index> and others, in every folder of the input",
        ["duplicate.embedding_model"] = "Winnow never used it, and pictures are compared by their perceptual hash",
        ["duplicate.ann_index"] = "Winnow never used it, and the search among hashes is exact",
        ["annotation.enabled"] = "annotations are written by steps of their own",
        ["annotation.detector"] = "annotations are written by steps of their own, with the model they name",
        ["annotation.segmenter"] = "annotations are written by steps of their own, with the model they name",
        ["annotation.min_score"] = "annotations are written by steps of their own; their score is exported",
    };

    private readonly ImportNotes _notes;
    private readonly List<(string Name, YamlScalar Value)> _values = [];

    /// <summary>Reads all keys.</summary>
    /// <param name="folder">What a relative input is relative to.</param>
    public WinnowSettings(YamlMap config, string folder, ImportNotes notes)
    {
        _notes = notes;
        foreach (var entry in config.Entries)
            if (entry.Value is YamlMap section) foreach (var inner in section.Entries) Take($"{entry.Key}.{inner.Key}", inner.KeyAt, inner.Value, folder);
            else Take(entry.Key, entry.KeyAt, entry.Value, folder);
    }

    /// <summary>Variables and their values.</summary>
    public IReadOnlyList<(string Name, YamlScalar Value)> Values => _values;

    /// <summary>The folder of the frames; null where the configuration does not say.</summary>
    public string? Input { get; private set; }

    /// <summary>Keys that became something, and those that did not.</summary>
    public int Taken { get; private set; }
    public int Left { get; private set; }

    private void Take(string key, Mark at, YamlNode value, string folder)
    {
        var text = (value as YamlScalar)?.Text ?? "";
        if (key == "ingest.root" && value is YamlScalar { IsNull: false } && text.Length > 0) Root(at, text, folder);
        else if (key == "ingest.strict_sequence" && text is "true" or "false")
        {
            Set("strict-sequence", at, text);
            if (text == "true") _notes.Changed(at, null, key, "Winnow let every gap pass; here a gap fails the run");
        }
        else if (key == "blur.method" && text is "laplacian_var" or "laplacian_variance") Taken++;
        else if (key is "duplicate.enabled" or "idle.enabled" && text == "true") Taken++;
        else if (key is "duplicate.enabled" or "idle.enabled" && text == "false") Leave(key, at, $"the template always looks for {(key[0] == 'd' ? "duplicates" : "idle stretches")}; take that step out of the workflow");
        else if (Array.Find(Numbers, n => n.Key == key) is { Key: not null } number) Figure(number, at, text);
        else if (value is YamlScalar { IsNull: true }) Taken++;
        else Leave(key, at, Without.GetValueOrDefault(key) ?? (key == "blur.method" ? $"sharpness is the variance of the Laplacian, not '{text}'" : key is "ingest.root" or "ingest.strict_sequence" or "duplicate.enabled" or "idle.enabled" ? "the value is none that this key has" : "Spool has nothing like it"));
    }

    private void Root(Mark at, string text, string folder)
    {
        Input = Path.GetFullPath(text, folder).TrimEnd('/');
        if (!Path.IsPathRooted(text)) _notes.Changed(at, null, "ingest.root", $"a relative folder is taken as relative to the configuration: {Input}");
        Set("input", at, Input, quoted: true);
    }

    private void Figure((string Key, string Variable, double Least, double Most, bool Whole) number, Mark at, string text)
    {
        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) || !(value >= number.Least && value <= number.Most) || number.Whole && value != Math.Floor(value))
        {
            Leave(number.Key, at, string.Create(CultureInfo.InvariantCulture, $"'{text}' is no {(number.Whole ? "whole number" : "number")} from {number.Least} to {number.Most}; the usual value stays"));
            return;
        }
        Set(number.Variable, at, value.ToString("0.##########", CultureInfo.InvariantCulture));
        if (number.Key == "duplicate.phash_hamming_threshold") _notes.Changed(at, null, number.Key, "Winnow's hash was an average hash, Spool's is a perceptual one: the same number of bits means something else, look at the groups");
        else if (number.Key == "batch_size") _notes.Changed(at, null, number.Key, "it is the numbers in a part of a stream; borders lie at fixed numbers and move with no filter");
        else if (number.Key == "darkness.percentile") _notes.Changed(at, null, number.Key, "the percentile is the luma of one pixel in order, never a mean of two");
    }

    private void Set(string variable, Mark at, string text, bool quoted = false)
    {
        Taken++;
        _values.RemoveAll(v => v.Name == variable);
        _values.Add((variable, new YamlScalar(at, text, quoted)));
    }

    private void Leave(string key, Mark at, string why)
    {
        Left++;
        _notes.NoEqual(at, null, key, why);
    }
}
