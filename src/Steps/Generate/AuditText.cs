using Spool.Engine;
using Spool.Models.Providers;

namespace Spool.Steps.Generate;

/// <summary>Has a language model look for faults in texts; the report lists what it found and what of it is critical.</summary>
[StepKind("text.audit", version: 1, Varies = true, InProcess = true, NamesMatter = true)]
public sealed record AuditText : Step
{
    /// <summary>The texts.</summary>
    [In("texts")] public InputList Texts { get; init; } = null!;

    /// <summary>The report, JSON.</summary>
    [Out("report")] public OutputFile Report { get; init; } = null!;

    /// <summary>What to look for besides what is always critical.</summary>
    public string? Criteria { get; init; }

    /// <summary>What counts as critical. Default: error, broken, corrupt, missing, blank, black screen.</summary>
    public IReadOnlyList<string> Critical { get; init; } = AuditReport.Words;

    /// <summary>Fails the step when there is a critical finding. Default false: the report alone tells.</summary>
    public bool FailOnCritical { get; init; }

    /// <summary>The provider by name, or by purpose. Default chat: the one that is set up for it.</summary>
    public string Provider { get; init; } = ProviderWords.Chat;

    /// <summary>The model as the provider names it; default: that of the provider.</summary>
    public string? Model { get; init; }

    /// <summary>The longest answer for one text in tokens, 1 to 200000. Default 2048.</summary>
    [Within(1, 200_000)] public int MaxTokens { get; init; } = 2048;

    public override IReadOnlyList<string> ProvidersUsed() => [Provider];

    public override async Task<StepResult> RunAsync(StepContext context, CancellationToken cancel)
    {
        var settings = context.ProviderSettings(Provider);
        var report = new AuditReport(context, settings.Kind == ProviderKind.Canned ? "canned" : settings.ModelOf(Model));
        var names = AuditReport.Names(Texts);
        for (var i = 0; i < names.Count; i++)
        {
            ChatMessage[] messages = [AuditReport.System(Criteria, Critical), new("user", "Audit this text." + ChatCalls.Material([(names[i], context.ReadText(Texts.Files[i]))]))];
            report.Add(names[i], await context.FillAsync(new Asked(Provider, Model, MaxTokens, 0), messages, AuditReport.Schema(0), cancel), []);
            context.Progress((i + 1.0) / names.Count);
        }
        return report.Write(Report, FailOnCritical);
    }
}
