using System.Reflection;
using System.Text.RegularExpressions;
using Xunit;

namespace Spool.Tests.Architecture;

public sealed class CodeTests
{
    private static readonly string[] Avoided = ["Manager", "Service", "Helper", "Helpers", "Util", "Utils", "Common", "Base", "Impl", "Info", "Data", "Processor", "Handler", "Orchestrator"];

    /// <summary>Where a fault of any type may end: a step (it becomes a failure of kind Bug) and the program itself. The third place is the server: it becomes a problem with status 500.</summary>
    private static readonly string[] CatchAlls = ["src/App/Cli/CommandLine.cs", "src/App/Server/ErrorAnswers.cs", "src/Engine/Attempts/AttemptRunner.cs"];

    /// <summary>Seams to the world outside and open families; at most eight.</summary>
    private static readonly string[] Interfaces = ["IDisk", "IDiskFile", "IExecutor", "IRunReporter"];

    private static readonly Assembly[] Product =
        [typeof(Spool.Platform.Digest).Assembly, typeof(Spool.Engine.Step).Assembly, typeof(Spool.Media.Ffmpeg.FfmpegCommand).Assembly, typeof(Spool.Models.Speech.WavFile).Assembly,
            typeof(Spool.Executors.LocalExecutor).Assembly, typeof(Spool.Steps.Tools).Assembly, typeof(Spool.App.Composition).Assembly];

    private static IEnumerable<Type> Types => Product.SelectMany(a => a.GetTypes())
        .Where(t => t.Namespace?.StartsWith("Spool.", StringComparison.Ordinal) == true && !t.FullName!.Contains('<', StringComparison.Ordinal));

    [Fact]
    public void No_source_file_has_more_than_400_lines_and_no_test_more_than_800()
    {
        Assert.Empty(SourceText.Product.Where(f => f.Lines > 400).Select(f => $"{f.Path}: {f.Lines}"));
        Assert.Empty(SourceText.Tests.Where(f => f.Lines > 800).Select(f => $"{f.Path}: {f.Lines}"));
    }

    [Fact]
    public void A_type_is_called_after_what_it_is() =>
        Assert.Empty(from file in SourceText.Product
                     from type in file.Types
                     from word in Regex.Split(type, "(?=[A-Z])")
                     where Avoided.Contains(word)
                     select $"{file.Path}: {type}");

    [Fact]
    public void Nothing_is_left_to_be_done_in_the_code()
    {
        // The words are put together here so that this file does not hold them.
        var words = new Regex($@"\b(TO{""}DO|FIX{""}ME|HA{""}CK|XX{""}X)\b|NotImpl{""}ementedException");
        Assert.Empty(SourceText.Product.Concat(SourceText.Tests).Where(f => words.IsMatch(f.Text)).Select(f => f.Path));
    }

    [Fact]
    public void Faults_of_any_type_are_caught_only_in_the_named_places()
    {
        var found = new HashSet<string>();
        foreach (var file in SourceText.Product)
        {
            foreach (Match match in Regex.Matches(file.Code, @"catch\s*\(\s*(?:System\.)?Exception\b[^)]*\)(?<filter>\s*when\s*\((?<when>(?:[^()]|\([^()]*\))*)\))?"))
                if (!match.Groups["filter"].Success || !Regex.IsMatch(match.Groups["when"].Value, @"^\s*\w+ is (?!not\b)")) found.Add(file.Path);
            foreach (Match match in Regex.Matches(file.Code, @"catch\s*(?:when\s*\([^)]*\)\s*)?\{"))
                if (!Regex.IsMatch(Block(file.Code, match.Index + match.Length), @"\bthrow;\s*$")) found.Add(file.Path);
        }
        Assert.Equal(CatchAlls, found.Order(StringComparer.Ordinal));

        static string Block(string code, int from)
        {
            var at = from;
            for (var depth = 1; depth > 0; at++) depth += code[at] == '{' ? 1 : code[at] == '}' ? -1 : 0;
            return code[from..(at - 1)];
        }
    }

    [Fact]
    public void Interfaces_are_few_and_known()
    {
        Assert.Equal(Interfaces, SourceText.Product.SelectMany(f => Regex.Matches(f.Code, @"\binterface\s+(\w+)").Select(m => m.Groups[1].Value)).Order(StringComparer.Ordinal));
        Assert.True(Interfaces.Length <= 8);
    }

    [Fact]
    public void A_class_is_made_from_at_most_five_things()
    {
        // Values (records, structs), errors and enumerations may have as many parts as they have.
        var found = Types.Where(t => t.IsClass && t.GetMethod("<Clone>$") is null && !t.IsSubclassOf(typeof(Exception)))
            .Where(t => t.GetConstructors(BindingFlags.Public | BindingFlags.Instance).Any(c => c.GetParameters().Length > 5));
        KnownExceptions.Hold("constructor", found.Select(t => t.Name));
    }

    [Fact]
    public void Nothing_static_can_change() =>
        Assert.Empty(Types.Where(t => !typeof(System.Text.Json.Serialization.JsonSerializerContext).IsAssignableFrom(t))
            .SelectMany(t => t.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            .Where(f => !f.IsInitOnly && !f.IsLiteral && !f.Name.Contains("__", StringComparison.Ordinal)).Select(f => $"{f.DeclaringType!.Name}.{f.Name}"));

    [Fact]
    public void Classes_are_sealed_unless_they_are_made_to_be_derived_from()
    {
        var derived = Types.Select(t => t.BaseType).Where(b => b is not null).Select(b => b!.IsGenericType ? b.GetGenericTypeDefinition() : b).ToHashSet();
        Assert.Empty(Types.Where(t => t is { IsClass: true, IsSealed: false, IsAbstract: false } && !derived.Contains(t)).Select(t => t.FullName));
    }
}
