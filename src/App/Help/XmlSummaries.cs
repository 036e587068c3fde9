using System.Text;
using System.Xml;

namespace Spool.App.Help;

/// <summary>
/// The summaries of types and properties as the compiler writes them beside an assembly (Spool.Steps.xml). They are help text, so code
/// marks become backquotes and references become names.
/// </summary>
public sealed class XmlSummaries
{
    private readonly Dictionary<string, string> _texts = [];

    public static XmlSummaries Nothing { get; } = new();

    /// <summary>What stands beside an assembly; nothing when the file is not there, and help goes without it.</summary>
    public static XmlSummaries Beside(System.Reflection.Assembly assembly)
    {
        var path = Path.Join(AppContext.BaseDirectory, assembly.GetName().Name + ".xml");
        if (!File.Exists(path)) return Nothing;
        using var stream = File.OpenRead(path);
        return Read(stream);
    }

    public static XmlSummaries Read(Stream stream)
    {
        var summaries = new XmlSummaries();
        using var reader = XmlReader.Create(stream, new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, IgnoreWhitespace = false });
        while (reader.ReadToFollowing("member"))
        {
            // Only types and properties are options, roles and kinds.
            if (reader.GetAttribute("name") is not { } name || name[0] is not ('T' or 'P')) continue;
            using var member = reader.ReadSubtree();
            if (member.ReadToFollowing("summary")) summaries._texts[name] = Text(member);
        }
        return summaries;
    }

    public string? OfType(Type type) => Find($"T:{type.FullName}");

    public string? OfProperty(Type type, string property) => Find($"P:{type.FullName}.{property}");

    /// <summary>By the name that documentation files use: <c>T:Spool.Steps.Files.CopyFile</c>.</summary>
    public string? Find(string name) => _texts.GetValueOrDefault(name);

    private static string Text(XmlReader reader)
    {
        var text = new StringBuilder();
        var depth = reader.Depth;
        while (reader.Read() && reader.Depth > depth)
        {
            switch (reader.NodeType)
            {
                case XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.SignificantWhitespace or XmlNodeType.Whitespace:
                    text.Append(reader.Value);
                    break;
                case XmlNodeType.Element when reader.Name is "see" or "paramref" or "typeparamref":
                    text.Append((reader.GetAttribute("cref") ?? reader.GetAttribute("name") ?? reader.GetAttribute("langword"))?.Split('.', ':')[^1]);
                    break;
                case XmlNodeType.Element or XmlNodeType.EndElement when reader.Name == "c":
                    text.Append('`');
                    break;
            }
        }
        return string.Join(' ', text.ToString().Split((char[])[' ', '\n', '\r', '\t'], StringSplitOptions.RemoveEmptyEntries));
    }
}
