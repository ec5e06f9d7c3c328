using System.Globalization;

namespace WorkerTracing;

/// <summary>
/// Reads the <c>OTEL_BSP_*</c> variables of the OpenTelemetry specification. A value that is not a whole number or is out of range is
/// ignored, as the specification requires.
/// </summary>
internal static class BatchTraceProcessorEnvironment
{
    public static void Apply(BatchTraceProcessorOptions options, Func<string, string?> variable)
    {
        if (Read("OTEL_BSP_MAX_QUEUE_SIZE") is int queue and <= BatchTraceProcessorOptionsValidator.LargestQueue)
            options.MaxQueueSize = queue;
        if (Read("OTEL_BSP_MAX_EXPORT_BATCH_SIZE") is int batch)
            options.MaxBatchSize = batch;
        if (Read("OTEL_BSP_SCHEDULE_DELAY") is int delay)
            options.ScheduleDelay = TimeSpan.FromMilliseconds(delay);
        if (Read("OTEL_BSP_EXPORT_TIMEOUT") is int timeout)
            options.ExportTimeout = TimeSpan.FromMilliseconds(timeout);

        int? Read(string name) =>
            int.TryParse(variable(name), NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value > 0 ? value : null;
    }
}
