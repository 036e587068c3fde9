using System.CommandLine;
using System.Text.RegularExpressions;
using Spool.App.Cli;
using Spool.Engine;
using Spool.Engine.Definition;
using Spool.Engine.Graph;
using Spool.Tests.Support;
using Xunit;

namespace Spool.Tests.Architecture;

/// <summary>Prose about structure rots unless a test reads it.</summary>
public sealed partial class DocumentTests
{
    private static readonly IReadOnlyList<Verb> Verbs =
        [.. typeof(Verb).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(Verb)) && !t.IsAbstract).Select(t => (Verb)Activator.CreateInstance(t)!).OrderBy(v => v.Name, StringComparer.Ordinal)];

    /// <summary>Every document of the project with its path in the repository.</summary>
    private static IEnumerable<(string Path, string Text)> Documents =>
        new[] { "README.md", "ARCHITECTURE.md", "CHANGELOG.md" }
            .Concat(Directory.EnumerateFiles(SourceText.Full("docs"), "*.md", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(Golden.Root, f)).Order(StringComparer.Ordinal))
            .Select(p => (p, File.ReadAllText(SourceText.Full(p))));

    private static string Read(string path) => File.ReadAllText(SourceText.Full(path));

    [GeneratedRegex(@"`(src/[A-Za-z0-9/]+)`")]
    private static partial Regex SourceFolder { get; }

    [GeneratedRegex(@"^```(?<info>[^\n]*)\n(?<body>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence { get; }

    [GeneratedRegex(@"(?:^|(?<=[\s`$(]))(?:\./)?spool +(?<verb>[a-z][a-z-]*)", RegexOptions.Multiline)]
    private static partial Regex CommandLine { get; }

    [Fact]
    public void The_architecture_page_names_every_source_folder_and_no_other()
    {
        var named = SourceFolder.Matches(Read("ARCHITECTURE.md")).Select(m => m.Groups[1].Value.TrimEnd('/')).ToHashSet();
        Assert.Empty(named.Where(n => !Directory.Exists(SourceText.Full(n)) && !File.Exists(SourceText.Full(n))).Select(n => $"{n} is not there"));
        var there = SourceText.Product.Select(f => f.Path.Split('/')).Where(p => p.Length > 3).Select(p => string.Join('/', p[..3])).Concat(SourceText.Product.Select(f => string.Join('/', f.Path.Split('/')[..2]))).ToHashSet();
        Assert.Empty(there.Except(named).Select(n => $"{n} is not told about in ARCHITECTURE.md"));
    }

    [Fact]
    public void The_architecture_page_is_one_page() => Assert.True(Read("ARCHITECTURE.md").Count(c => c == '\n') <= 140);

    [Fact]
    public void The_order_of_engine_folders_stands_on_the_architecture_page() =>
        Assert.Contains("Definition → Journal → Artifacts → Attempts → Graph → Planning → Scheduling", Read("ARCHITECTURE.md"), StringComparison.Ordinal);

    [Fact]
    public void Every_command_in_the_documents_is_a_verb()
    {
        var known = Verbs.Select(v => v.Name).ToHashSet();
        foreach (var (path, text) in Documents)
        {
            var code = Fence.Matches(text).Where(m => !m.Groups["info"].Value.StartsWith("yaml", StringComparison.Ordinal)).Select(m => m.Groups["body"].Value)
                .Concat(Regex.Matches(Fence.Replace(text, ""), "`([^`\n]+)`").Select(m => m.Groups[1].Value));
            foreach (var piece in code)
                foreach (Match match in CommandLine.Matches(piece))
                    Assert.True(known.Contains(match.Groups["verb"].Value), $"{path} names 'spool {match.Groups["verb"].Value}', which is no verb");
        }
    }

    [Fact]
    public void The_command_contract_tells_of_every_verb_and_each_of_its_options()
    {
        var sections = Regex.Split(Read("docs/guide/cli.md"), @"^### spool ", RegexOptions.Multiline).Skip(1).ToDictionary(s => s[..s.IndexOf('\n', StringComparison.Ordinal)].Trim());
        Assert.Equal(Verbs.Select(v => v.Name), sections.Keys.Order(StringComparer.Ordinal));
        foreach (var verb in Verbs)
        {
            var command = new Command(verb.Name);
            verb.Build(command);
            // What is hidden from the help (for the completion scripts alone) is no part of the contract.
            var options = command.Options.Where(o => !o.Hidden).SelectMany(o => o.Aliases.Prepend(o.Name)).Where(o => o.StartsWith('-')).ToHashSet();
            var told = Regex.Matches(Regex.Split(sections[verb.Name], "^## ", RegexOptions.Multiline)[0], @"(?<![\w-])--?[a-z][a-z-]*").Select(m => m.Value).ToHashSet();
            Assert.True(options.IsSubsetOf(told), $"docs/guide/cli.md leaves out of {verb.Name}: {string.Join(" ", options.Except(told))}");
            Assert.True(told.IsSubsetOf(options), $"docs/guide/cli.md tells for {verb.Name} of: {string.Join(" ", told.Except(options))}");
        }
    }

    [Fact]
    public void Workflows_in_the_documents_have_no_problem()
    {
        var read = 0;
        foreach (var (path, text) in Documents)
            foreach (Match match in Fence.Matches(text))
            {
                if (match.Groups["info"].Value.Trim() != "yaml runnable") continue;
                read++;
                var rig = new EngineRig();
                rig.Write("spool.yaml", match.Groups["body"].Value);
                var problems = new ProblemList();
                var workflow = new WorkflowReader(rig.Disk, Catalogue.Of(typeof(Spool.Steps.Tools).Assembly, Spool.Steps.Tools.All), _ => null).Read($"{EngineRig.Home}/spool.yaml", WorkflowArguments.None, problems);
                if (workflow is not null) GraphBuilder.Build(workflow, problems);
                Assert.True(!problems.Any, $"{path}: {string.Join("; ", problems.Problems)}");
            }
        Assert.True(read >= 4, "the documents show no workflows");
    }

    [Fact]
    public void Links_between_the_documents_lead_somewhere()
    {
        foreach (var (path, text) in Documents)
            foreach (Match match in Regex.Matches(Fence.Replace(text, ""), @"\]\((?!https?:|#)([^)#\s]+)"))
            {
                var target = Path.GetFullPath(Path.Join(Path.GetDirectoryName(SourceText.Full(path)), match.Groups[1].Value));
                Assert.True(File.Exists(target) || Directory.Exists(target), $"{path} links to {match.Groups[1].Value}, which is not there");
            }
    }

    [Fact]
    public void Types_that_the_format_pages_point_at_exist()
    {
        var types = SourceText.Product.SelectMany(f => f.Types).ToHashSet();
        foreach (var (path, text) in Documents.Where(d => d.Path.StartsWith("docs/formats/", StringComparison.Ordinal)))
        {
            var pointed = Regex.Match(text, @"^Type: (.+)$", RegexOptions.Multiline);
            Assert.True(pointed.Success, $"{path} does not say which type defines it (Type: `Name` in `path`)");
            foreach (Match name in Regex.Matches(pointed.Groups[1].Value, "`([A-Z]\\w+)`")) Assert.True(types.Contains(name.Groups[1].Value), $"{path} points at {name.Groups[1].Value}");
            foreach (Match file in Regex.Matches(pointed.Groups[1].Value, "`(src/[^`]+)`")) Assert.True(File.Exists(SourceText.Full(file.Groups[1].Value)), $"{path} points at {file.Groups[1].Value}");
        }
    }

    [Fact]
    public void The_events_of_the_journal_are_all_told_of()
    {
        var told = Read("docs/formats/journal.md");
        foreach (var attribute in typeof(Spool.Engine.Journal.JournalEvent).GetCustomAttributes(typeof(System.Text.Json.Serialization.JsonDerivedTypeAttribute), false).Cast<System.Text.Json.Serialization.JsonDerivedTypeAttribute>())
            Assert.Contains($"`{attribute.TypeDiscriminator}`", told, StringComparison.Ordinal);
    }
}
