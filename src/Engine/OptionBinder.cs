using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using Spool.Engine.Definition;

namespace Spool.Engine;

/// <summary>
/// Binds the <c>with:</c> of a step to the record of its kind, strictly: unknown names, missing ones, wrong types and values out of range
/// are Problems at their place. And back: the bound options as canonical text for the cache key, so that a default written out is the same
/// as a default left out.
/// </summary>
public static class OptionBinder
{
    /// <summary>The options as a new record of the kind; null when there are problems (all are collected).</summary>
    /// <param name="unresolved">True before templates are filled in: values that hold one are only checked for their names.</param>
    public static Step? Bind(KindSchema kind, YamlMap? with, Mark at, ProblemList problems, bool unresolved = false)
    {
        var step = kind.Create();
        var before = problems.Problems.Count;
        var templates = false;
        foreach (var entry in with?.Entries ?? [])
        {
            if (!kind.OptionsByName.TryGetValue(entry.Key, out var option))
            {
                problems.Add("SPL0301", entry.KeyAt, $"{kind.Name} has no option '{entry.Key}'",
                    NearestName.Hint(entry.Key, kind.OptionsByName.Keys) ?? (kind.Options.Count == 0 ? "it has no options" : $"its options: {string.Join(", ", kind.Options.Select(o => o.Name))}"));
                continue;
            }
            if (unresolved && Template.HoldsAny(entry.Value))
            {
                templates = true;
                continue;
            }
            if (Convert(entry.Value, option.Type, option.Nullable, entry.Key, problems, out var value))
            {
                if (option.Range is { } range && value is not null && System.Convert.ToDouble(value, CultureInfo.InvariantCulture) is var number && !(number >= range.Least && number <= range.Most))
                    problems.Add("SPL0304", entry.Value.At, $"{entry.Key} must be from {Number(range.Least)} to {Number(range.Most)}, not {Number(number)}");
                else option.Property.SetValue(step, value);
            }
        }
        foreach (var option in kind.Options)
            if (option.Required && with?[option.Name] is null)
                problems.Add("SPL0302", at, $"{kind.Name} needs the option '{option.Name}'", $"add it under 'with:'");
        if (problems.Problems.Count > before) return null;
        if (!templates)
            foreach (var (name, message) in step.Check())
                problems.Add("SPL0304", with?[name]?.At ?? at, message);
        return problems.Problems.Count > before ? null : step;
    }

    /// <summary>A copy of the step with its role properties filled.</summary>
    public static Step WithRoles(KindSchema kind, Step options, AttemptRoles roles)
    {
        var copy = Copy(kind, options);
        foreach (var role in kind.Inputs)
        {
            object? value = role.Shape switch
            {
                RoleShape.Folder => roles.InputFolders.GetValueOrDefault(role.Name),
                RoleShape.List => roles.Inputs.GetValueOrDefault(role.Name),
                _ => roles.Inputs.TryGetValue(role.Name, out var list) && list.Files.Count > 0 ? list.Files[0] : null,
            };
            role.Property.SetValue(copy, value);
        }
        foreach (var role in kind.Outputs)
            role.Property.SetValue(copy, role.Shape == RoleShape.Folder ? roles.OutputFolders.GetValueOrDefault(role.Name) : roles.Outputs.GetValueOrDefault(role.Name));
        return copy;
    }

    /// <summary>A copy with one option changed; null when the text is no value of it.</summary>
    internal static Step? With(KindSchema kind, Step options, OptionSchema option, string text)
    {
        if (!Convert(new YamlScalar(default, text, true), option.Type, option.Nullable, option.Name, new ProblemList(), out var value)) return null;
        var copy = Copy(kind, options);
        option.Property.SetValue(copy, value);
        return copy;
    }

    private static Step Copy(KindSchema kind, Step options)
    {
        var copy = kind.Create();
        foreach (var option in kind.Options) option.Property.SetValue(copy, option.Property.GetValue(options));
        return copy;
    }

    private static bool Convert(YamlNode node, Type type, bool nullable, string name, ProblemList problems, out object? value)
    {
        value = null;
        if (node is YamlScalar { IsNull: true })
        {
            if (nullable) return true;
            problems.Add("SPL0303", node.At, $"{name} has no value");
            return false;
        }
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (node is YamlScalar scalar && TryScalar(scalar, type, out value)) return true;
        if (type.IsGenericType && type.GetGenericArguments() is [var element] && node is YamlList list)
        {
            var items = (IList)Activator.CreateInstance(typeof(List<>).MakeGenericType(element))!;
            var good = true;
            foreach (var item in list.Items)
            {
                good &= Convert(item, element, false, name, problems, out var one);
                if (good) items.Add(one);
            }
            value = items;
            return good;
        }
        if (type.IsGenericType && type.GetGenericArguments() is [_, var to] && node is YamlMap map)
        {
            var entries = (IDictionary)Activator.CreateInstance(typeof(SortedDictionary<,>).MakeGenericType(typeof(string), to), StringComparer.Ordinal)!;
            var good = true;
            foreach (var entry in map.Entries)
            {
                good &= Convert(entry.Value, to, false, $"{name}.{entry.Key}", problems, out var one);
                if (good) entries.Add(entry.Key, one);
            }
            value = entries;
            return good;
        }
        if (node is YamlMap fields && IsRecord(type)) return Record(fields, type, name, problems, out value);
        problems.Add("SPL0303", node.At, $"{name} must be {Describe(type)}, not {(node is YamlScalar s ? $"'{s.Text}'" : node.Noun)}",
            type.IsEnum && node is YamlScalar word ? NearestName.Hint(word.Text, Enum.GetNames(type).Select(KindSchema.Kebab)) : null);
        return false;
    }

    private static bool Record(YamlMap map, Type type, string name, ProblemList problems, out object? value)
    {
        value = Activator.CreateInstance(type);
        var properties = type.GetProperties().Where(p => p.CanWrite).ToDictionary(p => KindSchema.Kebab(p.Name));
        var good = true;
        foreach (var entry in map.Entries)
        {
            if (!properties.TryGetValue(entry.Key, out var property))
            {
                problems.Add("SPL0301", entry.KeyAt, $"{name} has no field '{entry.Key}'", NearestName.Hint(entry.Key, properties.Keys));
                good = false;
            }
            else if (Convert(entry.Value, property.PropertyType, true, $"{name}.{entry.Key}", problems, out var one)) property.SetValue(value, one);
            else good = false;
        }
        foreach (var (key, property) in properties)
        {
            if (property.GetCustomAttribute<System.Runtime.CompilerServices.RequiredMemberAttribute>() is null || map[key] is not null) continue;
            problems.Add("SPL0302", map.At, $"{name} needs the field '{key}'");
            good = false;
        }
        return good;
    }

    private static bool IsRecord(Type type) => type.IsClass && type != typeof(string) && type.GetConstructor(Type.EmptyTypes) is not null;

    private static bool TryScalar(YamlScalar scalar, Type type, out object? value)
    {
        value = null;
        var text = scalar.Text;
        if (type == typeof(string)) value = text;
        else if (type == typeof(bool)) value = text is "true" ? true : text is "false" ? false : null;
        else if (type == typeof(int)) value = int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var i) ? i : null;
        else if (type == typeof(long)) value = long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var l) ? l : null;
        else if (type == typeof(double))
            value = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var d) && double.IsFinite(d) ? d : null;
        else if (type.IsEnum)
        {
            foreach (var name in Enum.GetNames(type))
                if (KindSchema.Kebab(name) == text) value = Enum.Parse(type, name);
        }
        else if (type.GetInterface("IParsable`1") is not null)
        {
            object?[] arguments = [text, CultureInfo.InvariantCulture, null];
            var parse = type.GetMethod("TryParse", BindingFlags.Public | BindingFlags.Static, [typeof(string), typeof(IFormatProvider), type.MakeByRefType()]);
            if (parse?.Invoke(null, arguments) is true) value = arguments[2];
        }
        return value is not null;
    }

    /// <summary>The type of an option in words: "a whole number", "one of cut, fade".</summary>
    public static string Describe(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(string)) return "text";
        if (type == typeof(bool)) return "true or false";
        if (type == typeof(int) || type == typeof(long)) return "a whole number";
        if (type == typeof(double)) return "a number";
        if (type.IsEnum) return "one of " + string.Join(", ", Enum.GetNames(type).Select(KindSchema.Kebab));
        if (type.IsGenericType && type.GetGenericArguments().Length == 1) return "a list of " + Describe(type.GetGenericArguments()[0]).Replace("a ", "", StringComparison.Ordinal);
        if (type.IsGenericType) return "a mapping";
        return type.GetInterface("IParsable`1") is not null ? $"a {KindSchema.Kebab(type.Name)}" : "a mapping";
    }

    /// <summary>The canonical text of each option, by name: what the cache key holds and what reasons show.</summary>
    public static IEnumerable<(string Name, string Value)> Canonical(KindSchema kind, Step step)
    {
        foreach (var option in kind.Options)
            yield return (option.Name, Canonical(option.Property.GetValue(step)));
    }

    private static string Canonical(object? value) => value switch
    {
        null => "null",
        string text => text,
        bool flag => flag ? "true" : "false",
        double number => Number(number),
        Enum word => KindSchema.Kebab(word.ToString()),
        IDictionary map => "{" + string.Join(",", map.Keys.Cast<string>().Order(StringComparer.Ordinal).Select(k => Json(k) + ":" + Item(map[k]))) + "}",
        IEnumerable list => "[" + string.Join(",", list.Cast<object?>().Select(Item)) + "]",
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        _ => "{" + string.Join(",", value.GetType().GetProperties().Where(p => p.CanWrite).OrderBy(p => p.Name, StringComparer.Ordinal)
            .Select(p => Json(KindSchema.Kebab(p.Name)) + ":" + Item(p.GetValue(value)))) + "}",
    };

    private static string Item(object? value) => value is string text ? Json(text) : Canonical(value);

    private static string Json(string text) => JsonSerializer.Serialize(text, EngineJson.Default.String);

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}

[System.Text.Json.Serialization.JsonSerializable(typeof(string))]
[System.Text.Json.Serialization.JsonSourceGenerationOptions]
internal sealed partial class EngineJson : System.Text.Json.Serialization.JsonSerializerContext;
