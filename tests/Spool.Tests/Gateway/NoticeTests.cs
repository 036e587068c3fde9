using Spool.App.Cli;
using Spool.Platform;
using Xunit;

namespace Spool.Tests.Gateway;

public sealed class NoticeTests
{
    private const string Odd = "a\"; do shell script \"rm\" -- <b>x</b> & $(id)";

    [Fact]
    public void A_text_is_one_argument_and_never_a_command()
    {
        var (program, arguments) = DesktopNotice.Command(OperatingSystemKind.Linux, "Spool: done", Odd, isUrgent: false);
        Assert.Equal("notify-send", program);
        Assert.Equal(["--app-name=Spool", "--urgency=normal", "--", "Spool: done", "a\"; do shell script \"rm\" -- &lt;b&gt;x&lt;/b&gt; &amp; $(id)"], arguments);
        (program, arguments) = DesktopNotice.Command(OperatingSystemKind.MacOs, "Spool: done", Odd, isUrgent: false);
        Assert.Equal("osascript", program);
        Assert.Equal(Odd, arguments[^1]);
        Assert.DoesNotContain(arguments.SkipLast(1), a => a.Contains("rm", StringComparison.Ordinal));
    }
}
