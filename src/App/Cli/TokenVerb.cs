using System.CommandLine;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Spool.App.Queue;

namespace Spool.App.Cli;

public sealed partial class TokenVerb : Verb
{
    private readonly Argument<string> _action = new("ACTION") { Description = "add, list or remove" };
    private readonly Argument<string?> _name = new("NAME") { Description = "What the token is called", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string> _role = new("--role") { Description = "look (see), operate (also run, decide, bring files) or administer (everything)", HelpName = "ROLE", DefaultValueFactory = _ => "look" };
    private readonly Option<string?> _state = new("--state") { Description = "The state root of the server (default: SPOOL_STATE, else ~/.local/state/spool)", HelpName = "DIR" };
    private readonly Option<bool> _json = new("--json") { Description = "One JSON object a line" };

    public override string Name => "token";
    public override string Summary => "Tokens for others who use the server, each with a role";
    public override int Order => 47;
    public override IReadOnlyList<string> Examples => ["spool token add wall-screen --role look", "spool token list", "spool token remove wall-screen"];

    [GeneratedRegex("^[a-z0-9][a-z0-9-]{0,39}$", RegexOptions.NonBacktracking)]
    private static partial Regex Plain();

    public override void Build(Command command)
    {
        command.Add(_action.AcceptOnlyFromAmong("add", "list", "remove"));
        command.Add(_name);
        command.Add(_role.AcceptOnlyFromAmong("look", "operate", "administer"));
        command.Add(_state);
        command.Add(_json);
        command.SetAction(parsed =>
        {
            using var composition = ServerState.Compose(parsed.GetValue(_state));
            var place = new ServerPlace(composition.Disk, composition.StateRoot);
            place.Make();
            var known = KnownToken.Read(place);
            var (action, name, json) = (parsed.GetValue(_action), parsed.GetValue(_name), parsed.GetValue(_json));
            if (action == "list")
            {
                foreach (var token in known)
                    if (json) JsonOut.Line(w => { w.WriteString("name", token.Name); w.WriteString("role", token.Role.ToString().ToLowerInvariant()); });
                if (!json) Columns.Print(Console.Out, [["NAME", "ROLE"], ["owner", "administer"], .. known.Select(t => new[] { t.Name, t.Role.ToString().ToLowerInvariant() })]);
                return Done;
            }
            if (name is null || !Plain().IsMatch(name) || name == "owner") throw new UsageException("a token is called by small letters, digits and hyphens, not 'owner'");
            if (action == "remove")
            {
                if (known.All(t => t.Name != name)) throw new UsageException($"there is no token {name}; see: spool token list");
                KnownToken.Write(place, known.Where(t => t.Name != name));
                if (!json) Console.WriteLine($"{name} opens nothing any more");
                return Done;
            }
            if (known.Any(t => t.Name == name)) throw new UsageException($"there is a token {name} already; remove it first");
            var text = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
            KnownToken.Write(place, known.Append(new KnownToken(name, Enum.Parse<Role>(parsed.GetValue(_role)!, ignoreCase: true), SHA256.HashData(Encoding.ASCII.GetBytes(text)))));
            if (json) JsonOut.Line(w => { w.WriteString("name", name); w.WriteString("role", parsed.GetValue(_role)); w.WriteString("token", text); });
            else Console.WriteLine($"{text}\nIt is shown only now; send it as: Authorization: Bearer TOKEN, or open the page with /#t=TOKEN");
            return Done;
        });
    }
}
