using System.Text;
using System.Xml;
using System.Xml.Linq;
using FsCheck;
using FsCheck.Fluent;
using Spool.App.Gateway;
using Xunit;

namespace Spool.Tests.Gateway;

public sealed class UnitTests
{
    private static UnitPlan Plan(string word, bool system = false) => new("/opt/sp ool/spool", ["serve", "--state", "/s/" + word], "/s/" + word)
    {
        IsSystem = system,
        User = "ann",
        Writable = ["/w/" + word],
        Variables = new Dictionary<string, string> { ["PATH"] = "/bin:/" + word },
    };

    private static string Setting(string unit, string name) => unit.Split('\n').Last(l => l.StartsWith(name + "=", StringComparison.Ordinal))[(name.Length + 1)..];

    /// <summary>Reads words as systemd.syntax(7), systemd.unit(5) "Specifiers" and systemd.service(5) "Command lines" say; written from the manual pages.</summary>
    private static List<string> Words(string value, bool command)
    {
        var words = new List<string>();
        for (var i = 0; i < value.Length;)
        {
            if (value[i] == ' ')
            {
                i++;
                continue;
            }
            Assert.Equal('"', value[i++]);
            var word = new StringBuilder();
            for (; value[i] != '"'; i++)
            {
                var c = value[i];
                if (c == '\\')
                {
                    c = value[++i];
                    Assert.True(c is '\\' or '"', $"escape \\{c}");
                }
                else if (c == '%') Assert.Equal('%', value[++i]);
                else if (c == '$' && command && words.Count > 0) Assert.Equal('$', value[++i]);
                word.Append(c);
            }
            words.Add(word.ToString());
            i++;
        }
        return words;
    }

    [Fact]
    public void Whatever_is_in_a_path_comes_out_of_the_unit_as_it_went_in()
    {
        var letters = Gen.Elements("aZ0 %$\\\"';#=-@+!:{}[]*?~`|&<>()^,.\u00e4\u65e5\ud83c".Where(c => !char.IsSurrogate(c)).ToArray());
        Prop.ForAll(letters.ArrayOf().Where(a => a.Length is > 0 and < 40).ToArbitrary(), characters =>
        {
            var word = new string(characters).TrimEnd('/');
            var unit = SystemdUnit.Of(Plan(word));
            Assert.Equal(["/opt/sp ool/spool", "serve", "--state", "/s/" + word], Words(Setting(unit, "ExecStart"), command: true));
            Assert.Equal(["PATH=/bin:/" + word], Words(Setting(unit, "Environment"), command: false));
            Assert.Equal(["-/w/" + word], Words(Setting(unit, "ReadWritePaths"), command: false));
            // No line but ours: nothing that was given begins another setting.
            Assert.Equal(SystemdUnit.Of(Plan("a")).Count(c => c == '\n'), unit.Count(c => c == '\n'));
            var strings = XDocument.Load(XmlReader.Create(new StringReader(LaunchdPlist.Of(Plan(word))), new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore })).Descendants("string").Select(s => s.Value).ToList();
            Assert.Contains("/s/" + word, strings);
            Assert.Contains("/bin:/" + word, strings);
        }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData("a\nExecStartPre=/bin/evil")]
    [InlineData("a\rb")]
    [InlineData("a\0b")]
    [InlineData("a\u001bb")]
    public void What_no_service_file_can_hold_is_refused(string word)
    {
        Assert.Throws<UnitFault>(() => SystemdUnit.Of(Plan(word)));
        Assert.Throws<UnitFault>(() => LaunchdPlist.Of(Plan(word)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("ann bob")]
    [InlineData("ann\nUser=root")]
    [InlineData("%n")]
    [InlineData("1000")]
    public void A_user_that_is_no_plain_name_is_refused(string user) => Assert.Throws<UnitFault>(() => SystemdUnit.Of(Plan("a", system: true) with { User = user }));

    [Fact]
    public void Half_a_character_is_refused() => Assert.Throws<UnitFault>(() => SystemdUnit.Of(Plan("a" + (char)0xd800)));

    [Fact]
    public void A_relative_path_is_refused() => Assert.Throws<UnitFault>(() => SystemdUnit.Of(Plan("a") with { Writable = ["video"] }));

    [Fact]
    public void A_service_writes_only_where_it_was_let_and_is_ended_in_order()
    {
        foreach (var unit in new[] { SystemdUnit.Of(Plan("a")), SystemdUnit.Of(Plan("a", system: true)) })
        {
            foreach (var line in (string[])["NoNewPrivileges=yes", "ProtectSystem=strict", "PrivateTmp=yes", "Restart=on-failure", "KillMode=mixed", "TimeoutStopSec=40", "UMask=0077"]) Assert.Contains(line + "\n", unit, StringComparison.Ordinal);
            Assert.DoesNotContain("MemoryDenyWriteExecute", unit, StringComparison.Ordinal); // the runtime compiles while it runs
            Assert.DoesNotContain("PrivateDevices", unit, StringComparison.Ordinal); // video cards
        }
        Assert.Contains("User=ann\n", SystemdUnit.Of(Plan("a", system: true)), StringComparison.Ordinal);
        var plain = SystemdUnit.Of(Plan("a") with { IsPlain = true });
        Assert.DoesNotContain("ProtectSystem", plain, StringComparison.Ordinal);
        Assert.Contains("NoNewPrivileges=yes", plain, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_somebody_else_wrote_is_left_alone()
    {
        var disk = new Support.VirtualDisk(new Support.FakeTime());
        var file = UnitFile.Systemd(Plan("a"), name => name == "HOME" ? "/home/ann" : null);
        Assert.Equal("/home/ann/.config/systemd/user/spool.service", file.Path);
        file.Write(disk);
        Assert.Null(file.Foreign(disk));
        Platform.DurableFile.WritePlain(disk, file.Path, "[Unit]\n"u8);
        Assert.Contains("left alone", file.Foreign(disk), StringComparison.Ordinal);
    }
}
