using System.Globalization;
using Spool.Engine.Journal;

namespace Spool.Engine.Scheduling;

/// <summary>Runs of a workspace are numbered from 1.</summary>
internal static class RunIds
{
    internal static string Next(WorkspaceState state) =>
        (state.Runs.Select(r => int.TryParse(r.Run, NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : 0).DefaultIfEmpty(0).Max() + 1).ToString(CultureInfo.InvariantCulture);
}
