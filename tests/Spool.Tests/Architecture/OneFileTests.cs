using System.Reflection;
using System.Text.RegularExpressions;
using Spool.App.Cli;
using Spool.Engine;
using Xunit;

namespace Spool.Tests.Architecture;

/// <summary>What makes "one file per extension" true: kinds and verbs are found, not registered.</summary>
public sealed class OneFileTests
{
    private static IEnumerable<(Type Type, StepKindAttribute Kind)> Kinds => typeof(Spool.Steps.Tools).Assembly.GetTypes()
        .Where(t => t.IsSubclassOf(typeof(Step)) && !t.IsAbstract).Select(t => (t, t.GetCustomAttribute<StepKindAttribute>()!));

    private static IEnumerable<Verb> Verbs => typeof(Verb).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(Verb)) && !t.IsAbstract).Select(t => (Verb)Activator.CreateInstance(t)!);

    [Fact]
    public void A_step_kind_is_a_sealed_record_with_a_name_and_a_version()
    {
        foreach (var (type, kind) in Kinds)
        {
            Assert.NotNull(kind);
            Assert.True(type.IsSealed && type.GetMethod("<Clone>$") is not null, $"{type.Name} is no sealed record");
            Assert.True(kind.Version >= 1, $"{kind.Name} has version {kind.Version}");
            Assert.Matches("^[a-z]+(\\.[a-z][a-z-]*)?$", kind.Name);
        }
        Assert.Empty(Kinds.GroupBy(k => k.Kind.Name).Where(g => g.Count() > 1).Select(g => g.Key));
    }

    [Fact]
    public void A_step_kind_has_a_file_of_its_own_called_after_it_and_a_summary()
    {
        var files = SourceText.Product.Where(f => f.Text.Contains("\n[StepKind(", StringComparison.Ordinal)).ToList();
        Assert.Equal(Kinds.Count(), files.Count);
        foreach (var file in files)
        {
            Assert.StartsWith("src/Steps/", file.Path, StringComparison.Ordinal);
            var match = Assert.Single(Regex.Matches(file.Text, @"(?<doc>(?:^///.*\n)*)^\[StepKind\(.*\n^public sealed record (?<name>\w+)", RegexOptions.Multiline));
            Assert.Equal(Path.GetFileNameWithoutExtension(file.Path), match.Groups["name"].Value);
            Assert.True(match.Groups["doc"].Value.Contains("<summary>", StringComparison.Ordinal), $"{file.Path} has no summary, which is its help");
        }
    }

    [Fact]
    public void A_verb_has_a_file_of_its_own_a_summary_and_an_example()
    {
        foreach (var verb in Verbs)
        {
            var type = verb.GetType().Name;
            var file = Assert.Single(SourceText.Product, f => f.Types.Contains(type));
            Assert.Equal($"src/App/Cli/{type}.cs", file.Path);
            Assert.True(verb.Summary.Length > 0 && verb.Examples.Count > 0, $"{verb.Name} has no summary or no example");
            Assert.Single(file.Types, t => t.EndsWith("Verb", StringComparison.Ordinal));
        }
        Assert.Empty(Verbs.GroupBy(v => v.Name).Where(g => g.Count() > 1).Select(g => g.Key));
    }
}
