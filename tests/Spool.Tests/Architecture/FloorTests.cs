using System.Text.RegularExpressions;
using System.Xml.Linq;
using Xunit;

namespace Spool.Tests.Architecture;

public sealed class FloorTests
{
    /// <summary>Floor, packages of others, budget in lines.</summary>
    private static readonly Dictionary<string, (int Floor, string[] Packages, int Budget)> Assemblies = new()
    {
        ["Platform"] = (0, [], 1500),
        ["Engine"] = (1, ["YamlDotNet"], 6000),
        ["Media"] = (1, [], 8000),
        ["Models"] = (1, ["Microsoft.ML.OnnxRuntime.Managed", "OpenAI"], 5000),
        ["Steps"] = (2, [], 9000),
        ["Executors"] = (2, [], 3000),
        ["Interchange"] = (2, [], 6000),
        ["App"] = (3, ["System.CommandLine", "Microsoft.Data.Sqlite.Core", "SQLitePCLRaw.provider.e_sqlite3", "Npgsql", "OpenTelemetry"], 9000),
    };

    private static readonly string[] TestPackages = ["coverlet.collector", "FsCheck", "Microsoft.NET.Test.Sdk", "Microsoft.Playwright", "xunit.runner.visualstudio", "xunit.v3"];

    private static IEnumerable<(string Name, XDocument Project)> Projects(string folder) =>
        Directory.EnumerateFiles(SourceText.Full(folder), "*.csproj", SearchOption.AllDirectories).Select(p => (Path.GetFileName(Path.GetDirectoryName(p))!, XDocument.Load(p)));

    private static IEnumerable<string> Included(XDocument project, string item) => project.Descendants(item).Select(e => e.Attribute("Include")!.Value);

    [Fact]
    public void Every_assembly_stands_on_a_floor() =>
        Assert.Equal(Assemblies.Keys.Order(StringComparer.Ordinal), Projects("src").Select(p => p.Name).Order(StringComparer.Ordinal));

    [Fact]
    public void An_assembly_references_only_lower_floors()
    {
        foreach (var (name, project) in Projects("src"))
            foreach (var reference in Included(project, "ProjectReference"))
            {
                var other = Path.GetFileName(Path.GetDirectoryName(reference.Replace('\\', '/')))!;
                Assert.True(Assemblies.ContainsKey(other), $"{name} references {reference}, which stands on no floor");
                Assert.True(Assemblies[other].Floor < Assemblies[name].Floor, $"{name} (floor {Assemblies[name].Floor}) references {other} (floor {Assemblies[other].Floor})");
            }
    }

    [Fact]
    public void Nothing_below_the_top_names_what_stands_beside_or_above_it()
    {
        foreach (var file in SourceText.Product)
        {
            var name = file.Path.Split('/')[1];
            foreach (Match match in Regex.Matches(file.Code, @"\bSpool\.([A-Z]\w+)"))
                if (Assemblies.TryGetValue(match.Groups[1].Value, out var other) && match.Groups[1].Value != name)
                    Assert.True(other.Floor < Assemblies[name].Floor, $"{file.Path} names {match.Value}");
        }
    }

    [Fact]
    public void Each_assembly_has_only_its_own_packages()
    {
        foreach (var (name, project) in Projects("src"))
            Assert.Empty(Included(project, "PackageReference").Except(Assemblies[name].Packages).Select(p => $"{name} takes {p}"));
        foreach (var (name, project) in Projects("tests"))
            Assert.Empty(Included(project, "PackageReference").Except(TestPackages).Select(p => $"{name} takes {p}"));
    }

    [Fact]
    public void Each_package_is_used_by_the_assembly_that_takes_it()
    {
        var found = Projects("src").SelectMany(p => Included(p.Project, "PackageReference")
            .Where(package => !SourceText.Product.Any(f => f.Path.StartsWith($"src/{p.Name}/", StringComparison.Ordinal) && f.Code.Contains(package, StringComparison.Ordinal))).Select(package => $"{p.Name} takes {package}"));
        KnownExceptions.Hold("unused package", found);
    }

    [Fact]
    public void Package_versions_stand_in_one_file_sorted_and_each_is_used()
    {
        var listed = Included(XDocument.Load(SourceText.Full("Directory.Packages.props")), "PackageVersion").ToList();
        Assert.Equal(listed.Order(StringComparer.OrdinalIgnoreCase), listed);
        var used = Projects("src").Concat(Projects("tests")).Concat(Directory.Exists(SourceText.Full("bench")) ? Projects("bench") : [])
            .SelectMany(p => Included(p.Project, "PackageReference")).Concat(Included(XDocument.Load(SourceText.Full("Directory.Build.props")), "PackageReference")).ToHashSet();
        Assert.Empty(listed.Except(used));
    }

    [Fact]
    public void Assemblies_stay_within_their_budgets()
    {
        var lines = SourceText.Product.GroupBy(f => f.Path.Split('/')[1]).ToDictionary(g => g.Key, g => g.Sum(f => f.Lines));
        Assert.True(lines["Engine"] <= 10_000, $"Engine has {lines["Engine"]} lines");
        KnownExceptions.Hold("budget", lines.Where(l => l.Value > Assemblies[l.Key].Budget).Select(l => l.Key));
    }

    [Fact]
    public void The_command_line_and_the_server_do_not_know_each_other()
    {
        Assert.Empty(Naming("src/App/Cli/", "Server"));
        Assert.Empty(Naming("src/App/Queue/", "Cli"));

        static IEnumerable<string> Naming(string folder, string other) => SourceText.Product
            .Where(f => f.Path.StartsWith(folder, StringComparison.Ordinal) && Regex.IsMatch(f.Code, $@"\bSpool\.App\.{other}\b|(?<![.\w]){other}\.[A-Z]")).Select(f => $"{f.Path} names {other}");
    }
}
