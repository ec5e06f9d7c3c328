using System.Text.Json;

namespace WorkerTracing;

/// <summary>Writes jobs as the page's rows.</summary>
internal static class JobWriter
{
    public static void WriteList(Utf8JsonWriter json, IReadOnlyList<JobRecord> jobs, long version)
    {
        json.WriteStartObject();
        json.WriteNumber("version", version);
        json.WriteStartArray("jobs");
        foreach (JobRecord job in jobs)
            Write(json, job);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter json, JobRecord job)
    {
        json.WriteStartObject();
        json.WriteNumber("number", job.Number);
        json.WriteString("name", job.Name);
        json.WriteString("task", job.TaskName);
        json.WriteString("system", job.System);
        json.WriteString("id", job.Id);
        json.WriteString("queue", job.Queue);
        json.WriteNumber("attempt", job.Attempt);
        json.WriteString("trigger", job.Trigger.ToString());
        json.WriteNumber("started", job.Started.ToUnixTimeMilliseconds());
        if (job.Wait is { } wait)
            json.WriteNumber("wait", wait.TotalMilliseconds);
        if (job.IsRecorded)
        {
            json.WriteString("traceId", job.TraceId.ToHexString());
            json.WriteString("spanId", job.SpanId.ToHexString());
        }

        if (job.Result is { } result)
        {
            json.WriteString("result", result.IsFailure ? "failure" : result.IsCanceled ? "cancellation" : "success");
            json.WriteNumber("duration", result.Duration.TotalMilliseconds);
            if (result.Exception is { } exception)
                json.WriteString("error", exception.GetType().FullName);
        }

        else if (job.Trace?.Progress is { } progress)
        {
            WriteProgress(json, progress);
        }

        WriteDelivery(json, job.Delivery);
        json.WriteEndObject();
    }

    private static void WriteProgress(Utf8JsonWriter json, JobProgress progress)
    {
        json.WriteStartObject("progress");
        if (double.IsFinite(progress.Completed))
            json.WriteNumber("completed", progress.Completed);
        if (progress.Total is { } total && double.IsFinite(total))
            json.WriteNumber("total", total);
        json.WriteString("message", progress.Message);
        json.WriteEndObject();
    }

    private static void WriteDelivery(Utf8JsonWriter json, Delivery delivery)
    {
        json.WriteStartObject("delivery");
        json.WriteString("state", delivery.State.ToString());
        if (delivery.Elapsed is { } elapsed)
            json.WriteNumber("elapsed", elapsed.TotalMilliseconds);
        if (delivery.Lost > 0)
            json.WriteNumber("lost", delivery.Lost);
        if (delivery.Stored > 0)
            json.WriteNumber("stored", delivery.Stored);
        json.WriteString("reason", delivery.Reason);
        json.WriteEndObject();
    }
}
