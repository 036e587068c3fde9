using System.CommandLine;
using System.Text;

namespace Spool.App.Help;

/// <summary>A verb as completion sees it.</summary>
/// <param name="Words">What its first argument may be: fixed words, or a list that the program prints (<c>--kinds</c>); null for files.</param>
public sealed record CompletedVerb(string Name, string Summary, IReadOnlyList<CompletedOption> Options, string? Words);

public sealed record CompletedOption(IReadOnlyList<string> Names, string Summary, bool TakesValue, bool TakesStep, bool TakesFolder);

/// <summary>Scripts that complete the command line in shells. Names that change (steps, kinds, codes) are asked of the program when needed.</summary>
public static class CompletionScript
{
    public static readonly IReadOnlyList<string> Shells = ["bash", "zsh", "fish"];

    public static IReadOnlyList<CompletedVerb> Verbs(RootCommand root) => [.. root.Subcommands.Where(c => !c.Hidden).Select(c => new CompletedVerb(c.Name, c.Description ?? "", [.. c.Options.Where(o => !o.Hidden).Concat(root.Options.Where(o => o.Recursive && o.Name == "--help")).Select(Of)], Words(c.Name)))];

    private static CompletedOption Of(Option option) => new([option.Name == "--help" ? "--help" : option.Name, .. option.Aliases.Where(a => a.StartsWith('-') && a != "-?")], option.Description ?? "",
        option.Arity.MaximumNumberOfValues > 0 && option.ValueType != typeof(bool) && option.Name != "--help", option.Name is "--only" or "--force", option.Name == "--workspace");

    private static string? Words(string verb) => verb switch
    {
        "kinds" => "--kinds",
        "explain" => "--codes",
        "new" => "--templates",
        "completion" => string.Join(' ', Shells),
        _ => null,
    };

    public static string For(string shell, IReadOnlyList<CompletedVerb> verbs) => shell switch { "bash" => Bash(verbs), "zsh" => Zsh(verbs), _ => Fish(verbs) };

    private static string Bash(IReadOnlyList<CompletedVerb> verbs)
    {
        var text = new StringBuilder("# bash completion of spool. For this shell: source <(spool completion bash)\n# For all: spool completion bash > ~/.local/share/bash-completion/completions/spool\n");
        text.Append("_spool() {\n  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} verb=${COMP_WORDS[1]} words= file=\n  COMPREPLY=()\n");
        text.Append($"  if ((COMP_CWORD == 1)); then\n    words=\"{string.Join(' ', verbs.Select(v => v.Name))} --help --version\"\n    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")\n    return\n  fi\n");
        text.Append("  [[ -e ${COMP_WORDS[2]-} ]] && file=${COMP_WORDS[2]}\n  case $verb:$prev in\n");
        foreach (var verb in verbs)
        {
            var steps = verb.Options.Where(o => o.TakesStep).SelectMany(o => o.Names).ToList();
            var folders = verb.Options.Where(o => o.TakesFolder).SelectMany(o => o.Names).ToList();
            var values = verb.Options.Where(o => o is { TakesValue: true, TakesStep: false, TakesFolder: false }).SelectMany(o => o.Names).ToList();
            if (steps.Count > 0) text.Append($"    {Patterns(verb, steps)}) words=$(\"${{COMP_WORDS[0]}}\" completion --steps ${{file:+\"$file\"}} 2>/dev/null); mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\"); return;;\n");
            if (folders.Count > 0) text.Append($"    {Patterns(verb, folders)}) mapfile -t COMPREPLY < <(compgen -d -- \"$cur\"); return;;\n");
            if (values.Count > 0) text.Append($"    {Patterns(verb, values)}) return;;\n");
        }
        text.Append("  esac\n  case $verb in\n");
        foreach (var verb in verbs)
        {
            text.Append($"    {verb.Name})\n      if [[ $cur == -* ]]; then words=\"{string.Join(' ', verb.Options.SelectMany(o => o.Names))}\"\n");
            if (verb.Words is { } words) text.Append($"      {(verb.Name == "explain" ? "else" : "elif ((COMP_CWORD == 2)); then")} words=\"{(words.StartsWith('-') ? $"$(\"${{COMP_WORDS[0]}}\" completion {words} 2>/dev/null)" : words)}\"\n");
            text.Append("      fi;;\n");
        }
        // Nothing found: -o default goes on with files.
        text.Append("  esac\n  [[ -n $words ]] && mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")\n}\ncomplete -o default -F _spool spool\n");
        return text.ToString();
    }

    private static string Patterns(CompletedVerb verb, IEnumerable<string> names) => string.Join('|', names.Select(n => $"{verb.Name}:{n}"));

    private static string Zsh(IReadOnlyList<CompletedVerb> verbs)
    {
        var text = new StringBuilder("#compdef spool\n# zsh completion of spool. For this shell: source <(spool completion zsh)\n# For all: spool completion zsh > \"${fpath[1]}/_spool\"\n");
        text.Append("_spool_ask() { local -a found; found=(${(f)\"$(spool completion $1 2>/dev/null)\"}); (( $#found )) && compadd -a found }\n_spool() {\n  local -a verbs\n  verbs=(\n");
        foreach (var verb in verbs) text.Append($"    '{verb.Name}:{Single(verb.Summary)}'\n");
        text.Append("  )\n  if (( CURRENT == 2 )); then _describe -t verbs verb verbs; return; fi\n  local verb=$words[2]\n  shift words; (( CURRENT-- ))\n  case $verb in\n");
        foreach (var verb in verbs)
        {
            text.Append($"    {verb.Name}) _arguments");
            foreach (var option in verb.Options)
                foreach (var name in option.Names)
                    text.Append($" \\\n      '*{name}[{Single(option.Summary).Replace("[", "\\[", StringComparison.Ordinal).Replace("]", "\\]", StringComparison.Ordinal)}]{(option.TakesValue ? option.TakesStep ? ":step:{_spool_ask --steps}" : option.TakesFolder ? ":folder:_files -/" : ":value: " : "")}'");
            text.Append(verb.Words is not { } words ? " \\\n      '*:file:_files'" : words.StartsWith('-') ? $" \\\n      '*:word:{{_spool_ask {words}}}'" : $" \\\n      '1:word:({words})'").Append(";;\n");
        }
        text.Append("  esac\n}\nif [[ $funcstack[1] == _spool ]]; then _spool \"$@\"; else compdef _spool spool; fi\n");
        return text.ToString();
    }

    private static string Fish(IReadOnlyList<CompletedVerb> verbs)
    {
        var text = new StringBuilder("# fish completion of spool. For all: spool completion fish > ~/.config/fish/completions/spool.fish\ncomplete -c spool -e\n");
        foreach (var verb in verbs) text.Append($"complete -c spool -f -n __fish_use_subcommand -a {verb.Name} -d '{Single(verb.Summary)}'\n");
        foreach (var verb in verbs)
        {
            var when = $"complete -c spool -n '__fish_seen_subcommand_from {verb.Name}'";
            foreach (var option in verb.Options)
            {
                text.Append(when);
                foreach (var name in option.Names) text.Append(name.StartsWith("--", StringComparison.Ordinal) ? $" -l {name[2..]}" : $" -s {name[1..]}");
                if (option.TakesValue) text.Append(option.TakesStep ? " -x -a '(spool completion --steps 2>/dev/null)'" : option.TakesFolder ? " -x -a '(__fish_complete_directories)'" : " -r");
                text.Append($" -d '{Single(option.Summary)}'\n");
            }
            if (verb.Words is { } words) text.Append($"{when} -f -a '{(words.StartsWith('-') ? $"(spool completion {words} 2>/dev/null)" : words)}'\n");
        }
        return text.ToString();
    }

    /// <summary>Text within single quotes of a shell; colons would end a description in zsh.</summary>
    private static string Single(string text) => text.Replace("'", "’", StringComparison.Ordinal).Replace(": ", " - ", StringComparison.Ordinal).Replace(':', '-');
}
