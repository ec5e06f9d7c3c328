namespace WorkerTracing;

/// <summary>
/// How a <see cref="BatchTraceProcessor"/> queues and batches. The standard <c>OTEL_BSP_*</c> variables change the defaults.
/// </summary>
public sealed class BatchTraceProcessorOptions
{
    /// <summary>The defaults, as the environment's <c>OTEL_BSP_*</c> variables change them.</summary>
    public BatchTraceProcessorOptions() => BatchTraceProcessorEnvironment.Apply(this, Environment.GetEnvironmentVariable);

    /// <summary>How many ended spans may wait for export; further ones are lost, and counted.</summary>
    /// <value>The default is 8192, or <c>OTEL_BSP_MAX_QUEUE_SIZE</c>. From 1 to 16,777,216.</value>
    public int MaxQueueSize { get; set; } = 8192;

    /// <summary>How many spans one export holds at the most.</summary>
    /// <value>
    /// The default is 2048 (about 1 MB of OTLP, under the 4 MB that collectors take), or <c>OTEL_BSP_MAX_EXPORT_BATCH_SIZE</c>.
    /// At least 1; above <see cref="MaxQueueSize"/> it has no further effect.
    /// </value>
    public int MaxBatchSize { get; set; } = 2048;

    /// <summary>The longest time that an ended span waits for an export that nobody asked for.</summary>
    /// <value>The default is 5 seconds, or <c>OTEL_BSP_SCHEDULE_DELAY</c> in milliseconds. From 1 ms to 24 days.</value>
    public TimeSpan ScheduleDelay { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How full the queue is, as a part of <see cref="MaxQueueSize"/>, when an export starts at once.</summary>
    /// <value>The default is 0.7. Above 0, up to 1.</value>
    public double ExportTriggerRatio { get; set; } = 0.7;

    /// <summary>
    /// How long one export of an <see cref="IOutcomeExporter"/> may take before its token is cancelled. Other exporters take no
    /// token and keep a timeout of their own.
    /// </summary>
    /// <value>The default is 30 seconds, or <c>OTEL_BSP_EXPORT_TIMEOUT</c> in milliseconds. Positive, or infinite.</value>
    public TimeSpan ExportTimeout { get; set; } = TimeSpan.FromSeconds(30);
}
