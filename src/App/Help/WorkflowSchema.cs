using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Spool.Engine.Definition;

namespace Spool.App.Help;

/// <summary>
/// The JSON Schema (draft 2020-12) of workflow files, for editors: names, types and descriptions as they are typed. It accepts all that the
/// reader accepts, and says no where the reader would; what needs several places at once (edges, cycles, templates) only the reader knows.
/// </summary>
public static class WorkflowSchema
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Text(IReadOnlyList<KindPage> kinds) => Of(kinds).ToJsonString(Indented) + "\n";

    public static JsonObject Of(IReadOnlyList<KindPage> kinds) => new()
    {
        ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
        ["title"] = "Spool workflow",
        ["type"] = "object",
        ["required"] = new JsonArray("version"),
        ["additionalProperties"] = false,
        ["properties"] = new JsonObject
        {
            ["version"] = Described("The version of the rules for workflow files.", new() { ["const"] = 1 }),
            ["name"] = Described("The name of the workflow; default: the name of the file.", new() { ["type"] = "string" }),
            ["description"] = Described("One sentence on what it makes.", new() { ["type"] = "string" }),
            ["vars"] = Described("Values that a run may set: --var NAME=VALUE.", MapOf(Ref("variable"))),
            ["roots"] = Described("Folders outside the workspace that may be read, by name.", MapOf(new() { ["type"] = "string" })),
            ["resources"] = Described("Pools of this workflow and how much each holds.", MapOf(new() { ["type"] = "number", ["minimum"] = 0 })),
            ["budget"] = Described("The most that may be spent, in US dollars: usd (a run), day, steps (by id).", new() { ["type"] = new JsonArray("object", "number") }),
            ["preview"] = Described("Makes a preview anew in the background each time one of these steps is over: { after: [STEP] }.", new() { ["type"] = "object", ["additionalProperties"] = false, ["properties"] = new JsonObject { ["after"] = Strings() } }),
            ["outputs"] = Described("The finals; default: what no step reads.", Strings()),
            ["steps"] = Described("What is to be made.", new()
            {
                ["type"] = "array",
                ["items"] = new JsonObject
                {
                    ["if"] = new JsonObject { ["properties"] = new JsonObject { ["kind"] = new JsonObject { ["const"] = "workflow" } }, ["required"] = new JsonArray("kind") },
                    ["then"] = Ref("workflow-step"),
                    ["else"] = Ref("step"),
                }
            }),
            ["profiles"] = Described("Named sets of overrides: --profile NAME.", MapOf(new()
            {
                ["type"] = "object",
                ["additionalProperties"] = false,
                ["properties"] = new JsonObject
                {
                    ["vars"] = Described("Values of variables.", new() { ["type"] = "object" }),
                    ["set"] = Described("Options of steps: STEP.OPTION: VALUE.", new() { ["type"] = "object" }),
                    ["resources"] = Described("Capacities of pools.", MapOf(new() { ["type"] = "number", ["minimum"] = 0 })),
                },
            })),
            ["include"] = Described("Files of this folder that bring more vars, resources and steps.", StringOrStrings()),
            ["tools"] = Described("How exactly the version of a tool counts for reuse; default minor.", MapOf(new() { ["enum"] = new JsonArray("exact", "minor", "any") })),
            ["store"] = Described("How large the store may get.", new() { ["type"] = "object", ["additionalProperties"] = false, ["properties"] = new JsonObject { ["max"] = new JsonObject { ["type"] = new JsonArray("string", "integer") } } }),
            ["alias"] = Described("Other names of this template for spool new.", StringOrStrings()),
            ["provenance"] = Described("What finals say about where they come from.", new()),
        },
        ["$defs"] = new JsonObject
        {
            ["template"] = Described("A value that is filled in later: ${{ vars.name }}, ${{ item }}, ${{ in.role }}, ${{ out.role }}.", new() { ["type"] = "string", ["pattern"] = "\\$\\{\\{" }),
            ["scalar"] = new JsonObject { ["type"] = new JsonArray("string", "number", "boolean", "null") },
            ["variable"] = Declaration(),
            ["foreach"] = Foreach(),
            ["step"] = Step(kinds),
            ["workflow-step"] = WorkflowStep(),
        },
    };

    /// <summary>A step that brings another workflow file into the same run.</summary>
    private static JsonObject WorkflowStep() => new()
    {
        ["type"] = "object",
        ["required"] = new JsonArray("id", "kind", "file"),
        ["additionalProperties"] = false,
        ["properties"] = new JsonObject
        {
            ["id"] = Described("Stands before the ids of its steps: short/narration.", new() { ["type"] = "string", ["pattern"] = "^[A-Za-z0-9][A-Za-z0-9_-]{0,79}$" }),
            ["kind"] = new JsonObject { ["const"] = "workflow" },
            ["file"] = Described("The other workflow, relative to this one.", new() { ["type"] = "string" }),
            ["inputs"] = Described("Values of its variables; they may use vars of this file.", new() { ["type"] = "object" }),
            ["output-dir"] = Described("The folder of all that its steps write; default: the id.", new() { ["type"] = "string" }),
            ["when"] = Described("Run only if: NAME, NAME == value, NAME != value, exists PATH.", new() { ["type"] = new JsonArray("string", "boolean") }),
            ["needs"] = Described("Steps that must end before its steps.", StringOrStrings()),
            ["label"] = Described("A text for people.", new() { ["type"] = "string" }),
        },
    };

    private static JsonObject Step(IReadOnlyList<KindPage> kinds) => new()
    {
        ["type"] = "object",
        ["required"] = new JsonArray("id", "kind"),
        ["additionalProperties"] = false,
        ["properties"] = new JsonObject
        {
            ["id"] = Described("Names the step in addresses and on the command line.", new() { ["type"] = new JsonArray("string", "integer"), ["pattern"] = "^[A-Za-z0-9][A-Za-z0-9_-]{0,79}$" }),
            ["kind"] = Described("What the step does.", new() { ["enum"] = new JsonArray([.. kinds.Select(k => JsonValue.Create(k.Name))]) }),
            ["in"] = Described("Inputs by role: a path, a list of paths, or a mapping with path, order, placeholder, writable, optional.", new() { ["type"] = "object" }),
            ["out"] = Described("Outputs by role: a path, for folders with a slash at its end, or a mapping with path and keep.", new() { ["type"] = "object" }),
            ["with"] = Described("Options of the kind.", new() { ["type"] = new JsonArray("object", "null") }),
            ["foreach"] = Ref("foreach"),
            ["needs"] = Described("Steps that must end before this one, beside those whose files it reads.", StringOrStrings()),
            ["when"] = Described("Run only if: NAME, NAME == value, NAME != value, exists PATH.", new() { ["type"] = new JsonArray("string", "boolean") }),
            ["retry"] = Described("How often a failed task is tried again.", new() { ["type"] = "integer", ["minimum"] = 0, ["maximum"] = 100 }),
            ["timeout"] = Described("The most that one attempt may take: 90s, 5m, 1h.", new() { ["type"] = new JsonArray("string", "number") }),
            ["group"] = Described("Tasks of one group never run together.", new() { ["type"] = "string" }),
            ["executor"] = Described("Where its tasks run.", new() { ["enum"] = new JsonArray("local") }),
            ["resources"] = Described("What a task takes from pools while it runs.", MapOf(new() { ["type"] = "number", ["minimum"] = 0 })),
            ["keep"] = Described("False: its outputs are dropped when all readers have them.", new() { ["type"] = "boolean" }),
            ["label"] = Described("A text for people.", new() { ["type"] = "string" }),
            ["segment"] = Described("The part of the result that it belongs to.", new() { ["type"] = "string" }),
            ["gated"] = Described("False: reads reviewed files without waiting for the decision.", new() { ["type"] = "boolean" }),
            ["env"] = Described("Environment of its tools.", MapOf(Ref("scalar"))),
        },
        ["allOf"] = new JsonArray([.. kinds.Select(Branch)]),
    };

    /// <summary>What holds for steps of one kind.</summary>
    private static JsonObject Branch(KindPage kind)
    {
        var then = new JsonObject { ["properties"] = new JsonObject { ["kind"] = new JsonObject { ["description"] = kind.Summary } } };
        var properties = (JsonObject)then["properties"]!;
        var required = new JsonArray();
        if (!kind.Kind.Traits.AnyRoles)
        {
            properties["in"] = Roles(kind.Inputs, r => Input(r), required, "in");
            properties["out"] = Roles(kind.Outputs, Output, required, "out");
            if (kind.Outputs.Count > 0 && kind.Outputs.All(r => !r.Required)) required.Add("out");
        }
        properties["with"] = SchemaTypes.Options(kind);
        if (kind.Options.Any(o => o.Required)) required.Add("with");
        if (required.Count > 0) then["required"] = required;
        return new JsonObject
        {
            ["if"] = new JsonObject { ["properties"] = new JsonObject { ["kind"] = new JsonObject { ["const"] = kind.Name } }, ["required"] = new JsonArray("kind") },
            ["then"] = then,
        };
    }

    private static JsonObject Roles(IReadOnlyList<RoleText> roles, Func<RoleText, JsonObject> schema, JsonArray required, string key)
    {
        var needed = roles.Where(r => r.Required).Select(r => (JsonNode)JsonValue.Create(r.Name)).ToArray();
        var map = new JsonObject { ["type"] = needed.Length > 0 ? "object" : new JsonArray("object", "null"), ["additionalProperties"] = false, ["properties"] = new JsonObject([.. roles.Select(r => KeyValuePair.Create(r.Name, (JsonNode?)schema(r)))]) };
        if (needed.Length == 0) return map;
        map["required"] = new JsonArray(needed);
        required.Add(key);
        return map;
    }

    private static JsonObject Input(RoleText role)
    {
        var path = role.Shape == "list" ? Paths() : new JsonObject { ["type"] = "string", ["minLength"] = 1 };
        var detailed = new JsonObject
        {
            ["type"] = "object",
            ["required"] = new JsonArray("path"),
            ["additionalProperties"] = false,
            ["properties"] = new JsonObject
            {
                ["path"] = path.DeepClone(),
                ["placeholder"] = Described("The stand-in while the file is not there.", new()),
                ["order"] = Described("A JSON list of stems that puts the list in order.", new() { ["type"] = "string" }),
                ["writable"] = Described("Gives the tool a copy that it may change.", new() { ["type"] = "boolean" }),
                ["optional"] = Described("The step runs without it.", new() { ["type"] = "boolean" }),
            },
        };
        return Described(Sentence(role), new() { ["anyOf"] = new JsonArray(path, detailed) });
    }

    /// <summary>A path or a list of paths, of which some may have a stand-in of their own.</summary>
    private static JsonObject Paths()
    {
        var one = new JsonObject { ["type"] = "string", ["minLength"] = 1 };
        var standIn = new JsonObject
        {
            ["type"] = "object",
            ["required"] = new JsonArray("path"),
            ["additionalProperties"] = false,
            ["properties"] = new JsonObject { ["path"] = one.DeepClone(), ["placeholder"] = Described("The stand-in while this file is not there.", new()) },
        };
        return new() { ["anyOf"] = new JsonArray(one.DeepClone(), new JsonObject { ["type"] = "array", ["items"] = new JsonObject { ["anyOf"] = new JsonArray(one, standIn) } }) };
    }

    private static JsonObject Output(RoleText role)
    {
        var path = new JsonObject { ["type"] = "string", ["pattern"] = role.Shape == "folder" ? "/$" : "[^/]$" };
        var detailed = new JsonObject
        {
            ["type"] = "object",
            ["required"] = new JsonArray("path"),
            ["additionalProperties"] = false,
            ["properties"] = new JsonObject { ["path"] = path.DeepClone(), ["keep"] = Described("False: dropped when all readers have it.", new() { ["type"] = "boolean" }) },
        };
        return Described(Sentence(role), new() { ["anyOf"] = new JsonArray(path, detailed) });
    }

    private static string Sentence(RoleText role) => role.Summary ?? (role.Shape == "list" ? "A list of files." : $"A {role.Shape}{(role.Shape == "folder" ? "; its path ends in a slash" : "")}.");

    private static JsonObject Declaration() => new()
    {
        ["anyOf"] = new JsonArray(
            Ref("scalar"),
            new JsonObject { ["type"] = "array" },
            new JsonObject
            {
                ["type"] = "object",
                ["additionalProperties"] = false,
                ["properties"] = new JsonObject
                {
                    ["type"] = new JsonObject { ["enum"] = new JsonArray([.. Enum.GetValues<VariableType>().Select(t => JsonValue.Create(Variable.Word(t)))]) },
                    ["default"] = Described("Its value when the run gives none.", new()),
                    ["env"] = Described("The environment variable that holds a secret.", new() { ["type"] = "string" }),
                    ["description"] = Described("What it is, in a sentence.", new() { ["type"] = "string" }),
                    ["prompt"] = Described("What spool new asks; default: the description.", new() { ["type"] = "string" }),
                    ["choices"] = Described("The values that it, or each item of a list, may have.", new() { ["type"] = "array", ["minItems"] = 1 }),
                    ["min"] = Described("The smallest number.", new() { ["type"] = "number" }),
                    ["max"] = Described("The largest number.", new() { ["type"] = "number" }),
                    ["min-length"] = Described("The fewest characters of a text.", new() { ["type"] = "integer", ["minimum"] = 0 }),
                    ["max-length"] = Described("The most characters of a text.", new() { ["type"] = "integer", ["minimum"] = 0 }),
                    ["items"] = Described("What the items of a list are.", new() { ["enum"] = new JsonArray("string", "integer", "number") }),
                    ["min-items"] = Described("The fewest items of a list.", new() { ["type"] = "integer", ["minimum"] = 0 }),
                    ["max-items"] = Described("The most items of a list.", new() { ["type"] = "integer", ["minimum"] = 0 }),
                    ["extensions"] = Described("How the name of a file may end: .jpg, .png.", new() { ["type"] = "array", ["minItems"] = 1, ["items"] = new JsonObject { ["type"] = "string", ["pattern"] = "^\\.." } }),
                    ["required"] = Described("The file must be there before anything runs.", new() { ["type"] = "boolean" }),
                },
            }),
    };

    private static JsonObject Foreach()
    {
        string[] sources = ["list", "range", "glob", "matrix", "csv", "json"];
        var path = new JsonObject { ["type"] = "string" };
        var template = Ref("template");
        return Described("One task for each item.", new()
        {
            ["anyOf"] = new JsonArray(
                new JsonObject { ["type"] = "array" },
                new JsonObject
                {
                    ["type"] = "object",
                    ["additionalProperties"] = false,
                    ["properties"] = new JsonObject
                    {
                        ["list"] = Described("The items.", new() { ["anyOf"] = new JsonArray(new JsonObject { ["type"] = "array" }, template) }),
                        ["range"] = Described("[from, to): whole numbers, the last one not included.", new() { ["anyOf"] = new JsonArray(new JsonObject { ["type"] = "array", ["minItems"] = 2, ["maxItems"] = 2 }, template.DeepClone()) }),
                        ["glob"] = Described("Each file that matches.", (JsonObject)path.DeepClone()),
                        ["matrix"] = Described("Each combination of the values of several names.", MapOf(new() { ["anyOf"] = new JsonArray(new JsonObject { ["type"] = "array" }, template.DeepClone()) })),
                        ["csv"] = Described("Each row of a file; the first row has the names.", (JsonObject)path.DeepClone()),
                        ["json"] = Described("Each element of a list in a file.", (JsonObject)path.DeepClone()),
                        ["at"] = Described("Where the list is in the JSON file: /clips.", (JsonObject)path.DeepClone()),
                        ["key"] = Described("The field that names an item.", (JsonObject)path.DeepClone()),
                    },
                    ["oneOf"] = new JsonArray([.. sources.Select(s => (JsonNode)new JsonObject { ["required"] = new JsonArray(s) })]),
                }),
        });
    }

    private static JsonObject Ref(string name) => new() { ["$ref"] = $"#/$defs/{name}" };

    private static JsonObject MapOf(JsonObject value) => new() { ["type"] = new JsonArray("object", "null"), ["additionalProperties"] = value };

    private static JsonObject Strings() => new() { ["type"] = "array", ["items"] = new JsonObject { ["type"] = "string" } };

    private static JsonObject StringOrStrings() => new() { ["anyOf"] = new JsonArray(new JsonObject { ["type"] = "string" }, Strings()) };

    private static JsonObject Described(string text, JsonObject schema)
    {
        schema["description"] = text;
        return schema;
    }
}
