using System.Collections.Frozen;
using System.Reflection;
using System.Text;

namespace Spool.Engine;

/// <summary>The shape of a role.</summary>
public enum RoleShape { File, List, Folder }

/// <summary>A role of a kind.</summary>
public sealed record RoleSchema(string Name, RoleShape Shape, bool Required, PropertyInfo Property)
{
    public FolderView View { get; init; }
    public bool IsPreview { get; init; }
}

/// <summary>An option of a kind: its name as in the workflow, its type, its default and range.</summary>
public sealed record OptionSchema(string Name, Type Type, bool Required, bool Nullable, object? Default, WithinAttribute? Range, PropertyInfo Property);

/// <summary>What a step kind promises, read once from its record.</summary>
public sealed class KindSchema
{
    private static readonly NullabilityInfoContext Nullability = new();
    private readonly Func<Step> _create;

    public KindSchema(Type type)
    {
        var attribute = type.GetCustomAttribute<StepKindAttribute>() ?? throw new ArgumentException($"{type} is no step kind", nameof(type));
        Type = type;
        Name = attribute.Name;
        Version = attribute.Version;
        Traits = attribute;
        _create = () => (Step)System.Runtime.CompilerServices.RuntimeHelpers.GetUninitializedObject(type);
        var constructor = type.GetConstructor(Type.EmptyTypes);
        if (constructor is not null) _create = () => (Step)constructor.Invoke(null);
        var defaults = _create();
        var inputs = new List<RoleSchema>();
        var outputs = new List<RoleSchema>();
        var options = new List<OptionSchema>();
        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly))
        {
            if (!property.CanWrite) continue;
            bool nullable;
            lock (Nullability) nullable = Nullability.Create(property).WriteState == NullabilityState.Nullable;
            var required = property.GetCustomAttribute<System.Runtime.CompilerServices.RequiredMemberAttribute>() is not null;
            if (property.GetCustomAttribute<InAttribute>() is { } input) inputs.Add(new(input.Role, Shape(property.PropertyType), !nullable, property) { View = input.View });
            else if (property.GetCustomAttribute<OutAttribute>() is { } output) outputs.Add(new(output.Role, Shape(property.PropertyType), !nullable, property) { IsPreview = output.IsPreview });
            else options.Add(new(Kebab(property.Name), property.PropertyType, required, nullable, property.GetValue(defaults), property.GetCustomAttribute<WithinAttribute>(), property));
        }
        Inputs = inputs;
        Outputs = outputs;
        Options = [.. options.OrderBy(o => o.Name, StringComparer.Ordinal)];
        OptionsByName = Options.ToFrozenDictionary(o => o.Name);
    }

    public Type Type { get; }
    public string Name { get; }
    public int Version { get; }
    public StepKindAttribute Traits { get; }
    public IReadOnlyList<RoleSchema> Inputs { get; }
    public IReadOnlyList<RoleSchema> Outputs { get; }
    /// <summary>Sorted by name.</summary>
    public IReadOnlyList<OptionSchema> Options { get; }
    public FrozenDictionary<string, OptionSchema> OptionsByName { get; }

    public Step Create() => _create();

    /// <summary><c>OnReject</c> to <c>on-reject</c>: the spelling of names in workflow files.</summary>
    public static string Kebab(string name)
    {
        var text = new StringBuilder(name.Length + 4);
        for (var i = 0; i < name.Length; i++)
        {
            if (i > 0 && char.IsUpper(name[i])) text.Append('-');
            text.Append(char.ToLowerInvariant(name[i]));
        }
        return text.ToString();
    }

    private static RoleShape Shape(Type type) =>
        type == typeof(InputList) ? RoleShape.List : type == typeof(InputFolder) || type == typeof(OutputFolder) ? RoleShape.Folder : RoleShape.File;
}
