using System.Globalization;
using Xunit;

namespace Spool.EndToEnd.Support;

/// <summary>A file system of a few megabytes in memory; the test that needs one is skipped where mounting is not permitted.</summary>
internal sealed class SmallDisk : IDisposable
{
    private SmallDisk(string folder) => Folder = folder;

    internal string Folder { get; }

    internal static SmallDisk Mount(Sandbox box, int megabytes)
    {
        Sandbox.Needs("mount", "umount");
        var folder = Path.Join(box.Root, "disk");
        Directory.CreateDirectory(folder);
        try { Sandbox.Tool("mount", ["-t", "tmpfs", "-o", string.Create(CultureInfo.InvariantCulture, $"size={megabytes}m"), "none", folder]); }
        catch (InvalidOperationException e) { Assert.Skip($"mounting is not permitted here: {e.Message.Trim()}"); }
        return new SmallDisk(folder);
    }

    internal void Remount(string options) => Sandbox.Tool("mount", ["-o", "remount," + options, Folder]);

    /// <summary>Takes all space that is left.</summary>
    internal void Fill(string name)
    {
        using var file = File.Create(Path.Join(Folder, name));
        try
        {
            var block = new byte[4096];
            while (true)
            {
                file.Write(block);
                file.Flush();
            }
        }
        catch (IOException) { return; }
    }

    public void Dispose()
    {
        try { Sandbox.Tool("umount", [Folder]); }
        catch (InvalidOperationException) { Sandbox.Tool("umount", ["-l", Folder]); }
    }
}
