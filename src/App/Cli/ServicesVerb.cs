using System.CommandLine;
using Spool.App.Providers;
using Spool.Engine;
using Spool.Models.Providers;

namespace Spool.App.Cli;

public sealed class ServicesVerb : Verb
{
    private readonly RunOptions _options = new();

    public override string Name => "services";
    public override string Summary => "Which models and services a workflow needs, and which of them are up";
    public override int Order => 18;
    public override IReadOnlyList<string> Examples => ["spool services", "spool services shorts.yaml --json | jq '.services[] | select(.up | not)'"];

    public override void Build(Command command)
    {
        _options.AddTo(command);
        command.SetAction(async (parsed, cancel) =>
        {
            using var composition = new Composition();
            return await ShowAsync(composition, parsed, cancel);
        });
    }

    private async Task<int> ShowAsync(Composition composition, ParseResult parsed, CancellationToken cancel)
    {
        var json = parsed.GetValue(_options.Json);
        var problems = new ProblemList();
        var settings = Settings.Read(composition, problems);
        var allowed = settings.Allow.Concat(parsed.GetValue(_options.Allow) ?? []).ToHashSet();
        var (file, arguments, _) = _options.Read(parsed, composition);
        var setup = ProviderSetup.Read(composition, settings, file.File, problems);
        var look = problems.Any ? null : await DryPlan.MakeAsync(composition, file, arguments, problems, [], [], new HashSet<string>(), allowed, cancel);
        if (look is null || problems.Any)
        {
            if (json) JsonOut.Line(w => JsonOut.Problems(w, "problems", problems.Problems));
            else ProblemPrinter.Print(composition, Console.Error, problems.Problems, []);
            return WrongText;
        }
        var states = await new ProviderReport(composition, setup, allowed).OfAsync(Needs(look), cancel);
        if (json) Json(states);
        else Text(states);
        return states.All(s => s.Health.Up) ? Done : Failed;
    }

    /// <summary>What each step asks for: of tasks that are known with their options filled, of other steps as far as the text says.</summary>
    private static List<(string Step, string Asked)> Needs(DryPlan look)
    {
        var needs = new List<(string, string)>();
        foreach (var step in look.Graph.Steps)
        {
            var known = look.Tasks.Where(t => t.Node.Step == step && t.Options is not null).Select(t => t.Options!).ToList();
            if (known.Count == 0 && OptionBinder.Bind(step.Kind, step.Definition.With, step.Definition.At, new ProblemList(), unresolved: true) is { } written) known.Add(written);
            needs.AddRange(known.SelectMany(o => o.ProvidersUsed()).Distinct().Select(asked => (step.Id, asked)));
        }
        return needs;
    }

    private static void Json(IReadOnlyList<ProviderState> states) => JsonOut.Line(w =>
    {
        w.WriteBoolean("ok", states.All(s => s.Health.Up));
        w.WriteStartArray("services");
        foreach (var state in states)
        {
            w.WriteStartObject();
            w.WriteString("provider", state.Name);
            w.WriteString("kind", state.Provider is null ? null : ProviderWords.Of(state.Provider.Kind));
            w.WriteString("url", state.Provider?.Url);
            Words(w, "asked", state.Asked);
            Words(w, "steps", state.Steps);
            w.WriteBoolean("up", state.Health.Up);
            w.WriteString("detail", state.Health.Detail);
            w.WriteString("start", state.Start);
            w.WriteEndObject();
        }
        w.WriteEndArray();

        static void Words(System.Text.Json.Utf8JsonWriter w, string name, IReadOnlyList<string> words)
        {
            w.WriteStartArray(name);
            foreach (var word in words) w.WriteStringValue(word);
            w.WriteEndArray();
        }
    });

    private static void Text(IReadOnlyList<ProviderState> states)
    {
        if (states.Count == 0) Console.WriteLine("this workflow needs no services");
        foreach (var state in states)
        {
            Console.WriteLine($"{(state.Health.Up ? "✓" : "✗")} {state.Name,-16} {state.Health.Detail}   for {string.Join(", ", state.Steps)}");
            if (state.Start is { } start) Console.WriteLine($"    {start}");
        }
    }
}
