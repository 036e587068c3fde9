namespace Spool.Engine.Definition;

/// <summary>A path of a step with its variables filled in: items, <c>{stem}</c> and wildcards still stand in it.</summary>
public sealed class PathPattern
{
    /// <summary>Stands for any text in <see cref="Skeleton"/>.</summary>
    private const char Any = '\u0001';

    public PathPattern(string text, Mark at)
    {
        Text = text;
        At = at;
        HasItem = Template.Holds(text);
        HasStem = text.Contains("{stem}", StringComparison.Ordinal);
        IsGlob = Paths.IsGlob(text);
        Skeleton = Reduce(text);
        IsLiteral = !Skeleton.Contains(Any, StringComparison.Ordinal);
        var wild = Skeleton.IndexOf(Any, StringComparison.Ordinal);
        FixedPrefix = wild < 0 ? Skeleton : Skeleton[..wild];
    }

    public string Text { get; }
    public Mark At { get; }
    public bool HasItem { get; }
    /// <summary>True for <c>${{ item }}</c> and nothing beside it.</summary>
    public bool IsOnlyItem => HasItem && Skeleton.Length == 1;
    public bool HasStem { get; }
    public bool IsGlob { get; }
    public bool IsLiteral { get; }
    public bool IsFolder => Text.EndsWith('/');
    private string Skeleton { get; }
    private string FixedPrefix { get; }

    /// <summary>True when some path may match both; a folder stands for all that lies under it.</summary>
    public bool MayMeet(PathPattern other)
    {
        var length = Math.Min(FixedPrefix.Length, other.FixedPrefix.Length);
        if (string.CompareOrdinal(FixedPrefix, 0, other.FixedPrefix, 0, length) != 0 && !IsFolder && !other.IsFolder) return false;
        var a = IsFolder ? Skeleton + Any : Skeleton;
        var b = other.IsFolder ? other.Skeleton + Any : other.Skeleton;
        return Meet(a, b) || (IsFolder && other.IsFolder && Skeleton == other.Skeleton);
    }

    // Two patterns meet when some text matches both: reachable pairs of positions, one row at a time.
    private static bool Meet(string a, string b)
    {
        var row = new bool[b.Length + 1];
        var next = new bool[b.Length + 1];
        row[0] = true;
        for (var i = 0; i <= a.Length; i++)
        {
            Array.Clear(next);
            for (var j = 0; j <= b.Length; j++)
            {
                if (!row[j]) continue;
                if (i < a.Length && a[i] == Any) next[j] = true;
                if (j < b.Length && b[j] == Any) row[j + 1] = true;
                if (i < a.Length && j < b.Length)
                {
                    if (a[i] == Any) row[j + 1] = true;
                    else if (b[j] == Any) next[j] = true;
                    else if (a[i] == b[j]) next[j + 1] = true;
                }
            }
            if (i == a.Length) return row[b.Length];
            (row, next) = (next, row);
        }
        return false;
    }

    private static string Reduce(string text)
    {
        if (!text.AsSpan().ContainsAny('*', '?', '{')) return text;
        var reduced = new System.Text.StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            if (string.CompareOrdinal(text, i, Template.Open, 0, 3) == 0)
            {
                var end = text.IndexOf(Template.Close, i, StringComparison.Ordinal);
                i = end < 0 ? text.Length : end + 1;
                Append(Any);
            }
            else if (string.CompareOrdinal(text, i, "{stem}", 0, 6) == 0)
            {
                i += 5;
                Append(Any);
            }
            else if (text[i] is '*' or '?') Append(Any);
            else reduced.Append(text[i]);
        }
        return reduced.ToString();

        void Append(char c)
        {
            if (reduced.Length == 0 || reduced[^1] != Any) reduced.Append(c);
        }
    }
}
