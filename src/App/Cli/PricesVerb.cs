using System.CommandLine;
using System.Globalization;
using Spool.App.Providers;
using Spool.Engine;
using Spool.Models.Cost;
using Spool.Platform;

namespace Spool.App.Cli;

public sealed class PricesVerb : Verb
{
    private readonly Option<bool> _json = new("--json") { Description = "One JSON object for each price" };

    public override string Name => "prices";
    public override string Summary => "What calls of paid models cost; import prices from a file";
    public override int Order => 19;
    public override IReadOnlyList<string> Examples => ["spool prices", "spool prices import model_prices_and_context_window.json", "spool prices --json | jq 'select(.mode==\"speech\")'"];

    public override void Build(Command command)
    {
        command.Add(_json);
        command.SetAction((parsed, cancel) =>
        {
            using var composition = new Composition();
            return Task.FromResult(Show(composition, parsed.GetValue(_json)));
        });
        var file = new Argument<string>("FILE") { Description = "model_prices_and_context_window.json of the LiteLLM project" };
        var json = new Option<bool>("--json") { Description = "One JSON object" };
        var import = new Command("import", "Take over the prices of a file of LiteLLM that you downloaded") { file, json };
        import.SetAction((parsed, cancel) =>
        {
            using var composition = new Composition();
            return Task.FromResult(Import(composition, parsed.GetValue(file)!, parsed.GetValue(json)));
        });
        command.Add(import);
    }

    private static int Show(Composition composition, bool json)
    {
        var problems = new ProblemList();
        if (ProviderSetup.Prices(composition, problems) is not { } table)
        {
            if (json) JsonOut.Line(w => JsonOut.Problems(w, "problems", problems.Problems));
            else ProblemPrinter.Print(composition, Console.Error, problems.Problems, []);
            return WrongText;
        }
        foreach (var price in table.Prices.OrderBy(p => p.Provider, StringComparer.Ordinal).ThenBy(p => p.Model, StringComparer.Ordinal))
        {
            if (!json)
            {
                Console.WriteLine($"{price.Provider,-12} {price.Model,-28} {Words(price)}{(price.EffectiveFrom is { } from ? string.Create(CultureInfo.InvariantCulture, $"   since {from:yyyy-MM-dd}") : "")}");
                continue;
            }
            JsonOut.Line(w =>
            {
                w.WriteString("provider", price.Provider);
                w.WriteString("model", price.Model);
                w.WriteString("mode", price.Mode);
                foreach (var (name, amount) in new[]
                         {
                             ("input_per_million_tokens", price.InputPerMillionTokens), ("output_per_million_tokens", price.OutputPerMillionTokens), ("per_second", price.PerSecond),
                             ("per_character", price.PerCharacter), ("per_image", price.PerImage), ("tokens_per_picture", price.TokensPerPicture),
                         })
                    if (amount is { } known) w.WriteNumber(name, known);
                if (price.EffectiveFrom is { } from) w.WriteString("effective_from", from.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
                if (price.Source is { } source) w.WriteString("source", source);
            });
        }
        return Done;
    }

    private static string Words(UnitPrice price) => string.Join(", ", new[]
    {
        price.InputPerMillionTokens is { } input ? $"${Number(input)} in" : null,
        price.OutputPerMillionTokens is { } output ? $"${Number(output)} out per million tokens" : null,
        price.PerSecond is { } second ? $"${Number(second * 60)} a minute" : null,
        price.PerCharacter is { } character ? $"${Number(character * 1_000_000)} per million characters" : null,
        price.PerImage is { } image ? $"up to ${Number(image)} a picture" : null,
    }.OfType<string>());

    private static string Number(decimal amount) => amount.ToString("0.00####", CultureInfo.InvariantCulture);

    private static int Import(Composition composition, string given, bool json)
    {
        var path = Path.GetFullPath(given, composition.CurrentFolder);
        if (composition.Disk.Stat(path) is not { Kind: FileKind.File }) throw new UsageException($"there is no file {given}");
        var (prices, left, why) = LiteLlmPrices.Read(DurableFile.ReadText(composition.Disk, path));
        if (prices is null)
        {
            Console.Error.WriteLine($"{given} cannot be imported: {why}");
            return Failed;
        }
        var own = Path.Join(composition.StateRoot, ProviderSetup.PriceFileName);
        var before = new PriceTable([]);
        if (composition.Disk.Stat(own) is not null)
        {
            var (kept, wrong) = PriceTable.Parse(DurableFile.ReadText(composition.Disk, own));
            if (kept is null)
            {
                Console.Error.WriteLine($"{own} cannot be read, so nothing was imported into it: {wrong}");
                return Failed;
            }
            before = kept;
        }
        DurableFile.CreateFolders(composition.Disk, composition.StateRoot);
        DurableFile.Write(composition.Disk, own, System.Text.Encoding.UTF8.GetBytes(PriceTable.Write(before.With(new PriceTable(prices)).Prices)));
        if (json)
        {
            JsonOut.Line(w =>
            {
                w.WriteNumber("imported", prices.Count);
                w.WriteNumber("left_out", left);
                w.WriteString("file", own);
            });
        }
        else Console.WriteLine($"{prices.Count} prices imported into {own}; {left} entries left out (other uses, or prices that depend on length)");
        return Done;
    }
}
