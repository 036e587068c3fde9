using Spool.Engine.Graph;
using Spool.Engine.Planning;
using Spool.Engine.Scheduling;

namespace Spool.App;

public static class ReportFile
{
    public static void Write(Composition composition, Workspace workspace, TaskGraph graph, PlannerWorld world, RunResult result) { }
}
