using System.Globalization;

namespace WorkerTracing;

/// <summary>
/// The <c>OTEL_BSP_*</c> variables of the OpenTelemetry specification. A value that is no whole number, or is out of range, is
/// ignored, as the specification asks.
/// </summary>
internal static class BatchTraceProcessorEnvironment
{
    public static int? MaxQueueSize => Read("OTEL_BSP_MAX_QUEUE_SIZE", BatchTraceProcessorOptionsValidator.LargestQueue);

    public static int? MaxBatchSize => Read("OTEL_BSP_MAX_EXPORT_BATCH_SIZE");

    public static TimeSpan? ScheduleDelay => Milliseconds("OTEL_BSP_SCHEDULE_DELAY");

    public static TimeSpan? ExportTimeout => Milliseconds("OTEL_BSP_EXPORT_TIMEOUT");

    private static TimeSpan? Milliseconds(string name) => Read(name) is int value ? TimeSpan.FromMilliseconds(value) : null;

    private static int? Read(string name, int max = int.MaxValue) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out int value)
            && value > 0 && value <= max
            ? value
            : null;
}
