using System.Text.Json;
using Spool.Engine.Scheduling;

namespace Spool.App.Cli;

/// <summary>A running run as JSON, for other terminals.</summary>
public static class StatusJson
{
    public static byte[] Of(RunView run)
    {
        var buffer = new MemoryStream();
        using (var write = new Utf8JsonWriter(buffer))
        {
            write.WriteStartObject();
            write.WriteString("id", run.Id);
            write.WriteString("workflow", run.Workflow);
            write.WriteString("status", "running");
            JsonOut.Counts(write, run.Count());
            if (run.TimeLeft() is { IsRecorded: true } left) write.WriteNumber("eta_s", Math.Round(left.Seconds, 1));
            write.WriteStartArray("items");
            foreach (var task in run.Tasks.Where(t => !RunExport.IsLeftOut(t)))
            {
                write.WriteStartObject();
                write.WriteString("task", task.Node.Address);
                write.WriteString("step", task.Node.Step.Id);
                write.WriteString("status", RunExport.Word(task.Status));
                JsonOut.Reasons(write, task.Reasons);
                write.WriteEndObject();
            }
            write.WriteEndArray();
            write.WriteEndObject();
        }
        return buffer.ToArray();
    }
}
