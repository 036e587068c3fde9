using System.Text.RegularExpressions;

namespace Spool.Engine.Definition;

/// <summary>Paths and globs of workflow files: relative to the workspace or <c>root:path</c>, with <c>/</c>, culture-invariant, case-sensitive.</summary>
public static class Paths
{
    /// <summary>True when the text, its templates apart, holds a wildcard.</summary>
    public static bool IsGlob(string path)
    {
        var inTemplate = false;
        for (var i = 0; i < path.Length; i++)
        {
            if (string.CompareOrdinal(path, i, "${{", 0, 3) == 0) inTemplate = true;
            if (inTemplate && string.CompareOrdinal(path, i, "}}", 0, 2) == 0) inTemplate = false;
            if (!inTemplate && path[i] is '*' or '?') return true;
        }
        return false;
    }

    /// <summary>The path made plain: <c>.</c> and doubled slashes removed; null when it is absolute, empty or leaves its folder.</summary>
    public static string? Normalise(string path)
    {
        if (path.Length == 0 || path[0] == '/' || path.Contains('\0', StringComparison.Ordinal)) return null;
        if (IsPlain(path)) return path;
        var parts = new List<string>();
        foreach (var part in path.Split('/'))
        {
            if (part is "" or ".") continue;
            if (part == "..")
            {
                if (parts.Count == 0) return null;
                parts.RemoveAt(parts.Count - 1);
            }
            else parts.Add(part);
        }
        return parts.Count == 0 ? null : string.Join('/', parts) + (path.EndsWith('/') ? "/" : "");
    }

    private static bool IsPlain(string path)
    {
        for (var i = 0; i < path.Length; i++)
            if ((path[i] == '.' && (i == 0 || path[i - 1] == '/')) || (path[i] == '/' && i > 0 && path[i - 1] == '/')) return false;
        return true;
    }

    /// <summary>The folders of a glob before its first wildcard, with the trailing slash; empty for the workspace itself.</summary>
    public static string FixedPart(string glob)
    {
        var wild = glob.IndexOfAny(['*', '?', '{']);
        if (wild < 0) wild = glob.Length;
        var slash = glob.LastIndexOf('/', Math.Max(0, wild - 1));
        return slash < 0 ? "" : glob[..(slash + 1)];
    }

    /// <summary>
    /// A glob as a matcher: <c>*</c> and <c>?</c> stay within a name and do not match a leading dot, <c>**/</c> is any folders. <c>{stem}</c> is a group.
    /// </summary>
    public static Regex Matcher(string glob)
    {
        var pattern = new System.Text.StringBuilder("^");
        for (var i = 0; i < glob.Length; i++)
        {
            if (string.CompareOrdinal(glob, i, "{stem}", 0, 6) == 0)
            {
                pattern.Append("(?<stem>[^/.][^/]*?)");
                i += 5;
            }
            else if (string.CompareOrdinal(glob, i, "**/", 0, 3) == 0)
            {
                pattern.Append("(?:[^/.][^/]*/)*");
                i += 2;
            }
            // At the start of a name a star takes no hidden one; where a dot follows it, it must not be empty either.
            else if (glob[i] == '*') pattern.Append(i > 0 && glob[i - 1] != '/' ? "[^/]*" : glob.AsSpan(i).TrimStart('*').StartsWith(".") ? "[^/.][^/]*" : "(?:[^/.][^/]*)?");
            else if (glob[i] == '?') pattern.Append(i == 0 || glob[i - 1] == '/' ? "[^/.]" : "[^/]");
            else pattern.Append(Regex.Escape(glob[i].ToString()));
        }
        // Many wildcards in one name take a backtracking matcher for ever; the other sort is slower to make, so only they get it.
        var many = glob.Count(c => c == '*') > 6 ? RegexOptions.NonBacktracking : RegexOptions.None;
        return new Regex(pattern.Append("\\z").ToString(), RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | many, TimeSpan.FromSeconds(1));
    }

    /// <summary>The last part of a path without its last extension.</summary>
    public static string Stem(string path)
    {
        var name = path[(path.LastIndexOf('/') + 1)..];
        var dot = name.LastIndexOf('.');
        return dot > 0 ? name[..dot] : name;
    }

    /// <summary>scene-2 before scene-10: runs of digits compare as numbers, all else by code point.</summary>
    public static int CompareNatural(string a, string b)
    {
        int i = 0, j = 0;
        while (i < a.Length && j < b.Length)
        {
            if (char.IsAsciiDigit(a[i]) && char.IsAsciiDigit(b[j]))
            {
                int startA = i, startB = j;
                while (i < a.Length && char.IsAsciiDigit(a[i])) i++;
                while (j < b.Length && char.IsAsciiDigit(b[j])) j++;
                var left = a.AsSpan(startA, i - startA).TrimStart('0');
                var right = b.AsSpan(startB, j - startB).TrimStart('0');
                var order = left.Length != right.Length ? left.Length.CompareTo(right.Length) : left.SequenceCompareTo(right);
                if (order != 0) return order;
            }
            else
            {
                if (a[i] != b[j]) return a[i].CompareTo(b[j]);
                i++;
                j++;
            }
        }
        var rest = (a.Length - i).CompareTo(b.Length - j);
        return rest != 0 ? rest : string.CompareOrdinal(a, b);
    }
}
