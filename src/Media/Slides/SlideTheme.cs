namespace Spool.Media.Slides;

/// <summary>The look of a slide.</summary>
public enum ThemeName { Midnight, Paper, Ocean }

/// <summary>The colours of a theme. Text on both ends of the background has a contrast of at least 7:1 (WCAG AAA), muted text of 4.5:1.</summary>
/// <param name="Top">The background at its upper left.</param>
/// <param name="Bottom">The background at its lower right.</param>
/// <param name="Glow">A soft light behind the picture.</param>
/// <param name="Strength">How strong the glow and the rings are, 0 to 1.</param>
public sealed record SlideTheme(string Top, string Bottom, string Title, string Text, string Muted, string Accent, string Accent2, string Glow, double Strength)
{
    public static SlideTheme Of(ThemeName name) => name switch
    {
        ThemeName.Paper => new("#fbf9f4", "#f1ece1", "#1c1b19", "#34322e", "#6b665c", "#d9480f", "#f08c00", "#f2a65a", 0.22),
        ThemeName.Ocean => new("#053b50", "#032231", "#ffffff", "#e0f3f5", "#8fbcc7", "#2ee6c5", "#38bdf8", "#19c8d8", 0.30),
        _ => new("#141a33", "#090c18", "#ffffff", "#dfe4f5", "#8d97b8", "#6d8bff", "#b07cff", "#4a63e8", 0.32),
    };
}
