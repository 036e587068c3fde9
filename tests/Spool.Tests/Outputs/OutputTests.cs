using System.Globalization;
using System.Reflection;
using System.Text;
using Spool.Engine;
using Spool.Tests.Support;
using Xunit;

namespace Spool.Tests.Outputs;

/// <summary>
/// <c>Golden/outputs.txt</c> holds, for each kind, its version and what it makes of a small fixture: digests of the outputs where the step does
/// the work itself, the commands where a tool does. <c>GOLDEN=update</c> writes it anew.
/// </summary>
public sealed class OutputTests
{
    private const string Path = "tests/Spool.Tests/Golden/outputs.txt";
    private const string Head = "# Each kind with its version and what it makes of a small fixture. Written by GOLDEN=update; see OutputTests.\n";

    private static IReadOnlyList<(string Name, StepKindAttribute Kind)> Kinds { get; } =
        [.. typeof(Spool.Steps.Tools).Assembly.GetTypes().Select(t => t.GetCustomAttribute<StepKindAttribute>()).OfType<StepKindAttribute>().Select(k => (k.Name, k)).OrderBy(k => k.Name, StringComparer.Ordinal)];

    [Fact]
    public void Every_kind_has_a_fixture() =>
        Assert.Equal(Kinds.Where(k => !k.Kind.AnyRoles).Select(k => k.Name), OutputFixtures.All.Select(f => f.Kind.Name).Order(StringComparer.Ordinal));

    [Fact]
    public async Task An_output_changes_only_together_with_the_version_of_its_kind()
    {
        var text = new StringBuilder(Head);
        foreach (var fixture in OutputFixtures.All.OrderBy(f => f.Kind.Name, StringComparer.Ordinal))
        {
            text.Append(CultureInfo.InvariantCulture, $"{fixture.Kind.Name} {fixture.Kind.Version}\n");
            foreach (var line in await fixture.MakeAsync()) text.Append("  ").Append(line).Append('\n');
        }
        if (!Golden.Updates && File.Exists(System.IO.Path.Join(Golden.Root, Path)))
        {
            var before = Read(await File.ReadAllTextAsync(System.IO.Path.Join(Golden.Root, Path)));
            foreach (var (kind, (version, lines)) in Read(text.ToString()))
                if (before.TryGetValue(kind, out var old) && old.Version == version && old.Lines != lines)
                    Assert.Fail($"the output of {kind} changed, but its version is still {version}: raise it, so that old results are made anew, then run with GOLDEN=update\nwas\n{old.Lines}is\n{lines}");
        }
        Golden.Hold(Path, text.ToString());
    }

    private static Dictionary<string, (int Version, string Lines)> Read(string text)
    {
        var kinds = new Dictionary<string, (int Version, string Lines)>();
        var kind = "";
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(l => l[0] != '#'))
        {
            if (line[0] == ' ') kinds[kind] = (kinds[kind].Version, kinds[kind].Lines + line + "\n");
            else
            {
                kind = line.Split(' ')[0];
                kinds[kind] = (int.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture), "");
            }
        }
        return kinds;
    }
}
