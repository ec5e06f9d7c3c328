namespace WorkerTracing;

/// <summary>
/// Options of a <see cref="BatchTraceProcessor"/>. The <c>OTEL_BSP_*</c> variables of the OpenTelemetry specification set the defaults.
/// </summary>
public sealed class BatchTraceProcessorOptions
{
    /// <summary>Creates options with the default values, or those of the <c>OTEL_BSP_*</c> variables.</summary>
    public BatchTraceProcessorOptions() => BatchTraceProcessorEnvironment.Apply(this, Environment.GetEnvironmentVariable);

    /// <summary>
    /// Gets or sets how many ended spans may wait for export, in flight to an <see cref="IOutcomeExporter"/> included. Further spans are
    /// lost, and counted.
    /// </summary>
    /// <value>The default is 8192, or <c>OTEL_BSP_MAX_QUEUE_SIZE</c>. From 1 to 16,777,216.</value>
    public int MaxQueueSize { get; set; } = 8192;

    /// <summary>Gets or sets the most spans that one export holds.</summary>
    /// <value>
    /// The default is 2048 (about 1 MB of OTLP, under the 4 MB that collectors take), or <c>OTEL_BSP_MAX_EXPORT_BATCH_SIZE</c>.
    /// At least 1; above <see cref="MaxQueueSize"/> it has no further effect.
    /// </value>
    public int MaxBatchSize { get; set; } = 2048;

    /// <summary>Gets or sets the time between two automatic exports: the longest wait of an ended span while the exporter works.</summary>
    /// <value>The default is 5 seconds, or <c>OTEL_BSP_SCHEDULE_DELAY</c> in milliseconds. From 1 ms to 24 days.</value>
    public TimeSpan ScheduleDelay { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Gets or sets the part of <see cref="MaxQueueSize"/> at which an export starts at once.</summary>
    /// <value>The default is 0.7. Above 0, up to 1.</value>
    public double ExportTriggerRatio { get; set; } = 0.7;

    /// <summary>
    /// Gets or sets how long one export of an <see cref="IOutcomeExporter"/> may take before its token is canceled. Other exporters take no
    /// token and have a timeout of their own.
    /// </summary>
    /// <value>The default is 30 seconds, or <c>OTEL_BSP_EXPORT_TIMEOUT</c> in milliseconds. Positive, or infinite.</value>
    public TimeSpan ExportTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Gets or sets the options of the flight recorder, which keeps spans and running jobs in files that outlive the process. It needs an
    /// exporter that can be recorded: <see cref="OtlpSpanExporter"/>, or another <see cref="IRecordedSpanExporter"/>. With other exporters
    /// the option has no effect.
    /// </summary>
    /// <value>
    /// The default is null: nothing is recorded, or what <c>AddFlightRecorder</c> says. Processors of a process that name one directory share
    /// a recorder; the options of the first apply.
    /// </value>
    public FlightRecorderOptions? FlightRecorder { get; set; }
}
