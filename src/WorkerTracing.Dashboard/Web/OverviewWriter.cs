using System.Text.Json;
using Microsoft.Extensions.Options;

namespace WorkerTracing;

/// <summary>Writes the present state: running jobs, the last hour by job name, and the exporters.</summary>
internal sealed class OverviewWriter(
    JobRecorder jobs, JobStatistics statistics, TraceStore store, WorkerTracingMonitor monitor, TimeProvider time,
    IOptions<WorkerTracingDashboardOptions> options)
{
    private const int MostRunning = 200;

    public void Write(Utf8JsonWriter json)
    {
        DateTimeOffset now = time.GetUtcNow();
        json.WriteStartObject();
        json.WriteNumber("now", now.ToUnixTimeMilliseconds());
        json.WriteNumber("share", store.Share);
        json.WriteNumber("maxTraces", options.Value.MaxTraces);
        json.WriteNumber("runningCount", jobs.RunningCount);
        json.WriteStartArray("running");
        foreach (JobRecord job in jobs.Running(MostRunning))
            JobWriter.Write(json, job);
        json.WriteEndArray();

        IReadOnlyList<NameStatistics> names = statistics.Read(now);
        json.WriteStartArray("names");
        WriteName(json, NameStatistics.Sum(names, now));
        foreach (NameStatistics name in names)
            WriteName(json, name);
        json.WriteEndArray();

        json.WriteStartArray("exporters");
        foreach (ExporterStatus exporter in monitor.GetExporters())
            WriteExporter(json, exporter);
        json.WriteEndArray();

        json.WriteStartArray("recorders");
        foreach (FlightRecorderStatus recorder in monitor.GetRecorders())
            RecorderWriter.Write(json, recorder);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteName(Utf8JsonWriter json, NameStatistics name)
    {
        MinuteBucket sum = name.Sum();
        json.WriteStartObject();
        json.WriteString("system", name.System);
        json.WriteString("name", name.Name);
        json.WriteNumber("runs", sum.Total);
        json.WriteNumber("failed", sum.Failed);
        WriteQuantiles(json, sum);
        json.WriteStartArray("minutes");
        foreach (MinuteBucket bucket in name.Series)
        {
            json.WriteStartObject();
            if (bucket.Total > 0)
            {
                json.WriteNumber("ok", bucket.Succeeded);
                json.WriteNumber("failed", bucket.Failed);
                json.WriteNumber("canceled", bucket.Canceled);
                WriteQuantiles(json, bucket);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteQuantiles(Utf8JsonWriter json, MinuteBucket bucket)
    {
        Write("p50", bucket.Durations.Quantile(0.5));
        Write("p95", bucket.Durations.Quantile(0.95));
        Write("wait50", bucket.Waits.Quantile(0.5));
        Write("wait95", bucket.Waits.Quantile(0.95));

        void Write(string name, TimeSpan? value)
        {
            if (value is { } time)
                json.WriteNumber(name, time.TotalMilliseconds);
        }
    }

    private static void WriteExporter(Utf8JsonWriter json, ExporterStatus exporter)
    {
        json.WriteStartObject();
        json.WriteString("name", exporter.Name);
        json.WriteString("address", exporter.Address);
        json.WriteString("protocol", exporter.Protocol);
        json.WriteNumber("queued", exporter.Queued);
        json.WriteNumber("capacity", exporter.QueueCapacity);
        json.WriteNumber("inFlight", exporter.InFlight);
        json.WriteNumber("delivered", exporter.Delivered);
        json.WriteNumber("failedExports", exporter.FailedExports);
        json.WriteStartObject("lost");
        foreach ((string reason, long count) in exporter.Lost)
            json.WriteNumber(reason, count);
        json.WriteEndObject();
        json.WriteString("lastError", exporter.LastError);
        if (exporter.LastErrorAt is { } at)
            json.WriteNumber("lastErrorAt", at.ToUnixTimeMilliseconds());
        if (exporter.RetryAt is { } retry)
            json.WriteNumber("retryAt", retry.ToUnixTimeMilliseconds());
        json.WriteEndObject();
    }
}
