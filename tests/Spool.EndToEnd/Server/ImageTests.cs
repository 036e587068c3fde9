using System.Globalization;
using Spool.EndToEnd.Support;
using Xunit;

namespace Spool.EndToEnd.Server;

/// <summary>The image of the server, where SPOOL_IMAGE names one that deploy/image.sh built: building it takes minutes and a root file system.</summary>
public sealed class ImageTests : IDisposable
{
    private readonly Sandbox _box = new();
    private readonly string _image = Environment.GetEnvironmentVariable("SPOOL_IMAGE") ?? "";
    private readonly List<string> _containers = [];

    public ImageTests()
    {
        if (Sandbox.Find("podman") is null) Assert.Skip("podman is not installed (Debian package podman)");
        if (_image.Length == 0) Assert.Skip("SPOOL_IMAGE names no image (deploy/image.sh builds one)");
        Directory.CreateDirectory(_box.At("state"));
        Directory.CreateDirectory(_box.At("talk"));
        // The server in the image is no root, and writes into both.
        foreach (var folder in (string[])["state", "talk"]) Sandbox.Tool("/bin/chown", ["10001:10001", _box.At(folder)]);
        foreach (var folder in (string[])[_box.Root, _box.Folder]) File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
    }

    public void Dispose()
    {
        foreach (var container in _containers) Sandbox.Tool("/bin/sh", ["-c", "podman rm -f \"$1\" >/dev/null 2>&1 || true", "sh", container]);
        _box.Dispose();
    }

    private static string Podman(params string[] arguments) => Sandbox.Tool("podman", arguments).Trim();

    private string Start()
    {
        var id = Podman("run", "-d", "--network", "none", "-v", $"{_box.At("state")}:/state", "-v", $"{_box.At("talk")}:/work", _image);
        _containers.Add(id);
        // Says healthy when the server looks at its queue and answers.
        Sandbox.Until(() => Sandbox.Tool("/bin/sh", ["-c", "podman healthcheck run \"$1\" >/dev/null 2>&1; echo $?", "sh", id]).Trim() == "0", "the container is healthy", 60);
        return id;
    }

    [Fact]
    public void It_serves_as_nobody_special_makes_a_film_ends_in_order_and_the_next_one_goes_on()
    {
        _box.Write("talk/spool.yaml", """
            version: 1
            steps:
              - { id: music, kind: audio.music, with: { duration: 5 }, out: { audio: work/m.wav } }
              - { id: loud, kind: audio.normalize, in: { audio: work/m.wav }, out: { audio: out/m.wav } }
            """);
        var first = Start();
        Assert.Equal("10001", Podman("exec", first, "id", "-u"));
        Podman("exec", first, "spool", "submit", "/work/spool.yaml");
        Sandbox.Until(() => Podman("exec", first, "spool", "list", "--server", "--json").Contains("\"succeeded\"", StringComparison.Ordinal), "the run succeeds", 120);
        Assert.True(new FileInfo(_box.At("talk/out/m.wav")).Length > 100_000);
        Podman("stop", "-t", "30", first);
        Assert.Equal("0", Podman("inspect", "--format", "{{.State.ExitCode}}", first));
        Assert.Contains("\"event\":\"server-stopping\"", Podman("logs", first), StringComparison.Ordinal);
        var second = Start();
        Assert.Contains("\"succeeded\"", Podman("exec", second, "spool", "list", "--server", "--json"), StringComparison.Ordinal);
        Podman("exec", second, "spool", "journal", "verify", "--workspace", "/work");
        Sandbox.Say(string.Create(CultureInfo.InvariantCulture, $"image: {long.Parse(Podman("image", "inspect", "--format", "{{.Size}}", _image), CultureInfo.InvariantCulture) / 1e6:0} MB"));
    }
}
