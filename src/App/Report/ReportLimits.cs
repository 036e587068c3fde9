namespace Spool.App.Report;

/// <summary>How much a page may hold, so that it opens at once whatever the run was.</summary>
public sealed record ReportLimits
{
    /// <summary>The whole page, in bytes.</summary>
    public const int PageBytes = 25_000_000;

    public int Tasks { get; init; } = 2000;
    public int Artifacts { get; init; } = 4000;
    public int Cells { get; init; } = 2000;
    public int Finals { get; init; } = 200;
    /// <summary>Files of a folder, and paths of one task's inputs.</summary>
    public int Members { get; init; } = 500;
    /// <summary>All paths of inputs together.</summary>
    public int InputPaths { get; init; } = 40_000;
    public int Texts { get; init; } = 200;
    /// <summary>Characters of all pictures together.</summary>
    public int PictureBytes { get; init; } = 12_000_000;
    /// <summary>Characters of all log tails and commands together.</summary>
    public int LogBytes { get; init; } = 4_000_000;
    /// <summary>Characters of all that is told of the frames of a curation.</summary>
    public int CurationBytes { get; init; } = 20_000_000;

    /// <summary>Pictures, lengths and excerpts are on the page; else whoever shows it asks for them one by one.</summary>
    public bool HoldsPreviews { get; init; } = true;

    public static ReportLimits Usual { get; } = new();

    /// <summary>For a page that a server feeds while the run goes on: what is seen at once, the rest on demand.</summary>
    public static ReportLimits Served { get; } = new() { HoldsPreviews = false, Tasks = 200, Artifacts = 400, Cells = 400, Finals = 50, Members = 60, InputPaths = 2000, Texts = 0, PictureBytes = 0, LogBytes = 40_000, CurationBytes = 0 };

    /// <summary>For a page that came out too large with the usual ones.</summary>
    public static ReportLimits Small { get; } = new() { Tasks = 500, Artifacts = 800, Cells = 800, Members = 100, InputPaths = 5000, Texts = 50, PictureBytes = 6_000_000, LogBytes = 1_000_000, CurationBytes = 14_000_000 };
}

/// <summary>What is left of a limit, and how much was refused.</summary>
internal sealed class Allowance(int size)
{
    private int _left = size;

    internal int Refused { get; private set; }

    internal bool Take(int amount)
    {
        if (amount > _left)
        {
            Refused++;
            return false;
        }
        _left -= amount;
        return true;
    }
}
