using Xunit;

namespace Spool.Tests.Support;

/// <summary>Files of the repository that hold what the program says. <c>GOLDEN=update dotnet test</c> writes them anew; read the difference.</summary>
internal static class Golden
{
    public static string Root { get; } = Find();

    public static bool Updates => Environment.GetEnvironmentVariable("GOLDEN") == "update";

    /// <summary>Holds a text against a file, its path relative to the repository.</summary>
    public static void Hold(string path, string text)
    {
        var full = Path.Join(Root, path);
        if (Updates)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            File.WriteAllText(full, text);
        }
        Assert.True(File.Exists(full), $"{path} is not there; make it with GOLDEN=update");
        Assert.Equal(File.ReadAllText(full), text);
    }

    private static string Find()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Join(folder, "Spool.slnx"))) folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("not inside the repository");
        return folder;
    }
}
