using System.Text;
using Spool.App.Queue;
using Spool.Platform;
using Spool.Tests.Support;
using Xunit;

namespace Spool.Tests.Queue;

public sealed class JobInputTests
{
    private readonly VirtualDisk _disk = new(new FakeTime());
    private readonly ServerPlace _place;

    public JobInputTests()
    {
        foreach (var folder in (string[])["/state", "/w/assets", "/roots/day1", "/elsewhere"]) DurableFile.CreateFolders(_disk, folder);
        _place = new ServerPlace(_disk, "/state");
        foreach (var file in (string[])["/w/here.txt", "/roots/day1/a.txt", "/elsewhere/secret.txt"]) DurableFile.WritePlain(_disk, file, Encoding.UTF8.GetBytes(file));
    }

    private string? Bring(string source, string destination) => JobInput.Bring(_disk, _place, "/w", [new JobInput(source, destination)], ["/roots"]);

    [Fact]
    public void A_file_of_a_root_and_an_upload_come_into_the_workspace()
    {
        var digest = Digest.Of("upload"u8);
        DurableFile.CreateFolders(_disk, "/state/uploads/done");
        DurableFile.WritePlain(_disk, $"/state/uploads/done/{digest}", "upload"u8);
        Assert.Null(Bring("/roots/day1/a.txt", "assets/new/a.txt"));
        Assert.Null(Bring(digest.ToString(), "assets/b.bin"));
        Assert.Equal("/roots/day1/a.txt", DurableFile.ReadText(_disk, "/w/assets/new/a.txt"));
        Assert.Equal("upload", DurableFile.ReadText(_disk, "/w/assets/b.bin"));
    }

    [Theory]
    [InlineData("/elsewhere/secret.txt")]
    [InlineData("/roots/../elsewhere/secret.txt")]
    [InlineData("/rootsy/a.txt")]
    [InlineData("/state/token")]
    public void A_file_from_anywhere_else_is_refused(string source) => Assert.Contains("lies neither in the workspace nor in a root", Bring(source, "a.txt"), StringComparison.Ordinal);

    [Theory]
    [InlineData("../x")]
    [InlineData("a/../../x")]
    [InlineData("/etc/passwd")]
    [InlineData(".spool/journal/x")]
    [InlineData("a//b")]
    public void Nothing_is_put_outside_of_the_workspace_or_into_Spools_own_folder(string destination)
    {
        Assert.NotNull(Bring("/w/here.txt", destination));
        Assert.NotNull(JobInput.Refusal(destination));
    }

    [Fact]
    public void Another_file_that_stands_there_is_never_written_over_and_an_equal_one_is_left()
    {
        DurableFile.WritePlain(_disk, "/w/assets/a.txt", "mine"u8);
        Assert.Equal("assets/a.txt is there already with other content; nothing is written over", Bring("/roots/day1/a.txt", "assets/a.txt"));
        Assert.Equal("mine", DurableFile.ReadText(_disk, "/w/assets/a.txt"));
        DurableFile.WritePlain(_disk, "/w/assets/b.txt", "/roots/day1/a.txt"u8);
        Assert.Null(Bring("/roots/day1/a.txt", "assets/b.txt"));
    }

    [Theory]
    [InlineData("""{"workflow":"/w/a.yaml","inputs":[{"src":"rel.png","dest":"a.png"}]}""", "neither the digest of an upload nor an absolute path")]
    [InlineData("""{"workflow":"/w/a.yaml","inputs":[{"src":"/r/a.png","dest":"../a.png"}]}""", "leads out of the workspace")]
    [InlineData("""{"workflow":"/w/a.yaml","inputs":[{"src":"/r/a.png"}]}""", "is not {")]
    [InlineData("""{"workflow":"/w/a.yaml","inputs":{}}""", "no list")]
    public void A_job_with_inputs_that_cannot_be_is_refused_when_it_is_read(string json, string why) =>
        Assert.Contains(why, Assert.Throws<JobFault>(() => Job.Read(Encoding.UTF8.GetBytes(json))).Message, StringComparison.Ordinal);
}
