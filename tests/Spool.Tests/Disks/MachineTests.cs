using Spool.Platform;
using Xunit;

namespace Spool.Tests.Disks;

public sealed class MachineTests
{
    [Theory]
    [InlineData(OperatingSystemKind.Linux, "SPOOL_STATE=/s;HOME=/home/a", "/s")]
    [InlineData(OperatingSystemKind.Linux, "XDG_STATE_HOME=/x/;HOME=/home/a", "/x/spool")]
    [InlineData(OperatingSystemKind.Linux, "XDG_STATE_HOME=;HOME=/home/a", "/home/a/.local/state/spool")]
    [InlineData(OperatingSystemKind.Linux, "", "/.local/state/spool")]
    [InlineData(OperatingSystemKind.MacOs, "HOME=/Users/a;XDG_STATE_HOME=/x", "/Users/a/Library/Application Support/Spool")]
    [InlineData(OperatingSystemKind.Windows, "LOCALAPPDATA=C:\\Users\\a\\AppData\\Local", "C:\\Users\\a\\AppData\\Local\\Spool")]
    [InlineData(OperatingSystemKind.Windows, "USERPROFILE=C:\\Users\\a", "C:\\Users\\a\\AppData\\Local\\Spool")]
    [InlineData(OperatingSystemKind.Windows, "", "C:\\AppData\\Local\\Spool")]
    [InlineData(OperatingSystemKind.Windows, "SPOOL_STATE=D:\\spool", "D:\\spool")]
    public void The_state_root_is_where_each_system_keeps_such_things(OperatingSystemKind system, string environment, string expected) =>
        Assert.Equal(expected, MachinePaths.StateRoot(system, Reader(environment)));

    [Theory]
    [InlineData(OperatingSystemKind.Linux, "XDG_RUNTIME_DIR=/run/user/7", "/run/user/7/spool")]
    [InlineData(OperatingSystemKind.Linux, "", "/tmp/spool-7")]
    [InlineData(OperatingSystemKind.MacOs, "TMPDIR=/var/folders/x/", "/var/folders/x/spool-7")]
    [InlineData(OperatingSystemKind.MacOs, "", "/tmp/spool-7")]
    [InlineData(OperatingSystemKind.Windows, "LOCALAPPDATA=C:\\L", "C:\\L\\Spool\\run")]
    public void Sockets_lie_in_a_short_path_of_the_user(OperatingSystemKind system, string environment, string expected) =>
        Assert.Equal(expected, MachinePaths.RuntimeFolder(system, Reader(environment), 7));

    private static Func<string, string?> Reader(string environment)
    {
        var values = environment.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(v => v.Split('=', 2)).ToDictionary(v => v[0], v => v[1]);
        return name => values.GetValueOrDefault(name);
    }

    [Fact]
    public void A_digest_prints_as_it_parses()
    {
        const string abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        var digest = Digest.Of("abc");
        Assert.Equal(abc, digest.ToString());
        Assert.Equal(abc[..12], digest.Short);
        Assert.Equal(digest, Digest.Parse(abc));
        Assert.Equal(digest, Digest.Parse("sha256:" + abc.ToUpperInvariant()));
        var bytes = new byte[32];
        digest.Write(bytes);
        Assert.Equal(digest, Digest.Read(bytes));
        Assert.False(digest.IsEmpty);
        Assert.True(default(Digest).IsEmpty);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("sha256:")]
    [InlineData("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015a")]
    [InlineData("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad0")]
    [InlineData("ga7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")]
    [InlineData("sha512:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")]
    public void What_is_no_digest_is_refused(string? text)
    {
        Assert.False(Digest.TryParse(text, out _));
        if (text is not null) Assert.Throws<FormatException>(() => Digest.Parse(text));
    }

    [Fact]
    public void Digests_sort_as_their_text_does()
    {
        var digests = Enumerable.Range(0, 200).Select(i => Digest.Of(i.ToString(System.Globalization.CultureInfo.InvariantCulture))).ToList();
        Assert.Equal(digests.OrderBy(d => d.ToString(), StringComparer.Ordinal), digests.Order());
    }

    [Fact]
    public void A_copy_has_the_digest_of_what_was_copied()
    {
        var disk = new Support.VirtualDisk();
        var bytes = new byte[(1 << 20) + 17];
        new Random(1).NextBytes(bytes);
        disk.WriteBytes("/a", bytes);
        long told = 0;
        var digest = ContentHash.OfFile(disk, "/a", n => told = n, CancellationToken.None);
        Assert.Equal(Digest.Of(bytes), digest);
        Assert.Equal(bytes.Length, told);
        Assert.Equal(digest, ContentHash.Copy(disk, "/a", "/b", CancellationToken.None));
        Assert.Equal(bytes, disk.ReadBytes("/b"));
        Assert.Throws<DiskException>(() => ContentHash.Copy(disk, "/a", "/b", CancellationToken.None));
    }
}
