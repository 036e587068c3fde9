namespace Spool.Engine.Planning;

/// <summary>What a preview changes of a task: the encoder's speed and quality, where the kind has them. Sizes stay, so that the cut is judged as it will be.</summary>
internal static class PreviewOptions
{
    private const string Preset = "ultrafast";
    private const int Crf = 30;

    /// <summary>True for what a preview does not make: what varies, and what calls a provider.</summary>
    internal static bool Without(TaskState task) => task.Node.Step.Kind.Traits.VariesWith(task.Options) || task.Options!.ProvidersUsed().Count > 0;

    /// <summary>The options of a faster and coarser result; null where the kind has none.</summary>
    internal static Step? Coarser(TaskState task)
    {
        var kind = task.Node.Step.Kind;
        Step? changed = null;
        if (kind.OptionsByName.TryGetValue("preset", out var preset)) changed = OptionBinder.With(kind, task.Options!, preset, Preset);
        if (kind.OptionsByName.TryGetValue("crf", out var crf) && crf.Property.GetValue(task.Options) is int now && now < Crf)
            changed = OptionBinder.With(kind, changed ?? task.Options!, crf, Crf.ToString(System.Globalization.CultureInfo.InvariantCulture));
        return changed;
    }
}
