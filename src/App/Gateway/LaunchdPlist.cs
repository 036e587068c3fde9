using System.Text;
using System.Xml;

namespace Spool.App.Gateway;

/// <summary>The property list of launchd (launchd.plist(5)): an agent of one user, or a daemon of the machine. Made on any system; never tried on macOS.</summary>
public static class LaunchdPlist
{
    public const string Label = "dev.spool.server";

    public const string Mark = "Written by: spool gateway install";

    /// <summary>The text of the list.</summary>
    /// <exception cref="UnitFault">Something in the plan cannot be written.</exception>
    public static string Of(UnitPlan plan)
    {
        var bytes = new MemoryStream();
        using (var xml = XmlWriter.Create(bytes, new XmlWriterSettings { Indent = true, Encoding = new UTF8Encoding(false), NewLineChars = "\n" }))
        {
            xml.WriteDocType("plist", "-//Apple//DTD PLIST 1.0//EN", "http://www.apple.com/DTDs/PropertyList-1.0.dtd", null);
            xml.WriteComment($" {Mark} ");
            xml.WriteStartElement("plist");
            xml.WriteAttributeString("version", "1.0");
            xml.WriteStartElement("dict");
            Text("Label", Label);
            Key("ProgramArguments");
            xml.WriteStartElement("array");
            foreach (var word in plan.Arguments.Prepend(UnitPlan.Folder("the program", plan.Program))) xml.WriteElementString("string", Writable(word));
            xml.WriteEndElement();
            Key("EnvironmentVariables");
            xml.WriteStartElement("dict");
            foreach (var (name, value) in plan.Variables.OrderBy(v => v.Key, StringComparer.Ordinal)) Text(name, value);
            xml.WriteEndElement();
            if (plan.IsSystem) Text("UserName", plan.User ?? throw new UnitFault("a service of the machine needs a user that it runs as"));
            Empty("RunAtLoad", "true");
            // Started again when it failed, left alone when it was stopped.
            Key("KeepAlive");
            xml.WriteStartElement("dict");
            Empty("SuccessfulExit", "false");
            xml.WriteEndElement();
            Number("ThrottleInterval", 5);
            Number("ExitTimeOut", 40);
            Number("Umask", 63); // 077, which a property list cannot say
            Text("StandardErrorPath", Path.Join(UnitPlan.Folder("the state root", plan.State), "logs/gateway.err"));
            xml.WriteEndElement();
            xml.WriteEndElement();

            void Key(string name) => xml.WriteElementString("key", Writable(name));
            void Text(string name, string value)
            {
                Key(name);
                xml.WriteElementString("string", Writable(value));
            }
            void Number(string name, int value)
            {
                Key(name);
                xml.WriteElementString("integer", value.ToString(System.Globalization.CultureInfo.InvariantCulture));
            }
            void Empty(string name, string element)
            {
                Key(name);
                xml.WriteStartElement(element);
                xml.WriteEndElement();
            }
        }
        return Encoding.UTF8.GetString(bytes.ToArray()) + "\n";
    }

    private static string Writable(string text) => UnitPlan.Checked("the text", text) is var whole && whole.All(c => c is not ('\ufffe' or '\uffff')) ? whole : throw new UnitFault("a text holds a character that XML cannot hold");
}
