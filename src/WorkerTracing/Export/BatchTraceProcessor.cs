using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using OpenTelemetry;

namespace WorkerTracing;

/// <summary>
/// Queues ended spans and exports them in batches: on schedule, at the queue threshold, at shutdown, and at once when a flush asks for it.
/// Unlike
/// OpenTelemetry's own batch processor it confirms: a flush answers after the exporter has, with the exporter's verdict.
/// </summary>
/// <remarks>
/// <para>Works with any OpenTelemetry exporter and in any TracerProvider: <c>builder.AddProcessor(new BatchTraceProcessor(new
/// OtlpTraceExporter(options)))</c>.</para>
/// <para>
/// Exports run on background threads of the processor's own, started with the first span, one at a time unless the exporter implements <see
/// cref="IOutcomeExporter"/>.
/// Ending a span takes no lock and allocates nothing. <see cref="BaseProcessor{T}.ForceFlush"/> and <see cref="BaseProcessor{T}.Shutdown"/>
/// answer true only when everything was delivered.
/// </para>
/// <para>Shutdown, by the TracerProvider or by <see cref="IDisposable.Dispose"/>, sends what is left within its timeout. What ends later is
/// lost, and counted.</para>
/// </remarks>
public sealed class BatchTraceProcessor : BaseExportProcessor<Activity>, ITraceFlusher
{
    private readonly TimeProvider _time;
    private TimeSpan? _shutdownLimit;
    private long _shutdownLimitSet;

    /// <summary>Makes a processor for one exporter, which it owns.</summary>
    /// <param name="exporter">Where the spans go. Implement <see cref="IOutcomeExporter"/> on it for outcomes by span and several exports
    /// in flight.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <exception cref="OptionsValidationException">An option is out of its range; the message names it and its value.</exception>
    public BatchTraceProcessor(BaseExporter<Activity> exporter, BatchTraceProcessorOptions? options = null)
        : this(exporter, options ?? new BatchTraceProcessorOptions(), NullLogger.Instance, TimeProvider.System)
    {
    }

    internal BatchTraceProcessor(BaseExporter<Activity> exporter, BatchTraceProcessorOptions options, ILogger log, TimeProvider time)
        : base(exporter)
    {
        ValidateOptionsResult validity = new BatchTraceProcessorOptionsValidator().Validate(null, options);
        if (validity.Failed)
            throw new OptionsValidationException(Options.DefaultName, typeof(BatchTraceProcessorOptions), validity.Failures);
        _time = time;
        Pipeline = new ExportPipeline(exporter, options, log, time) { Processor = this };
        LiveProcessors.Add(this);
    }

    internal ExportPipeline Pipeline { get; }

    /// <inheritdoc/>
    public ValueTask<FlushResult> FlushAsync(TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        Timeouts.ThrowIfInvalid(timeout, nameof(timeout));
        FlushRequest request = Pipeline.Ask(null, default, timeout);
        if (!request.IsAnswered)
            request.Arm(Pipeline, cancellationToken);
        return new ValueTask<FlushResult>(request.Task);
    }

    /// <inheritdoc/>
    public FlushResult Flush(TimeSpan timeout)
    {
        Timeouts.ThrowIfInvalid(timeout, nameof(timeout));
        return Pipeline.Wait(Pipeline.Ask(null, default, timeout), timeout);
    }

    /// <inheritdoc/>
    public override void OnEnd(Activity data)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (!data.Recorded)
            return;
        if (ParentProvider is null)
            TraceSegment.Of(data)?.DeliveryOf(Pipeline); // wrapped in another processor: this is how a flush of the trace finds us
        Pipeline.Enqueue(data);
        if (TraceSegment.IsFlushDue(data))
            Pipeline.RequestExport();
    }

    /// <summary>Limits what a shutdown may still take, counted from now: the host's last flush has had its time.</summary>
    internal void LimitShutdown(TimeSpan limit)
    {
        _shutdownLimit = limit;
        _shutdownLimitSet = _time.GetTimestamp();
    }

    /// <inheritdoc/>
    protected override void OnExport(Activity data) => OnEnd(data);

    /// <inheritdoc/>
    protected override bool OnForceFlush(int timeoutMilliseconds)
    {
        var timeout = TimeSpan.FromMilliseconds(timeoutMilliseconds);
        FlushResult result = Pipeline.Wait(Pipeline.Ask(null, default, timeout), timeout);
        if (result.Status != FlushStatus.Delivered)
            return false;
        return exporter.ForceFlush((int)Timeouts.Remaining(timeout, result.Elapsed).TotalMilliseconds);
    }

    /// <inheritdoc/>
    protected override bool OnShutdown(int timeoutMilliseconds)
    {
        var timeout = TimeSpan.FromMilliseconds(timeoutMilliseconds);
        if (_shutdownLimit is { } limit)
        {
            TimeSpan left = Timeouts.Remaining(limit, _time.GetElapsedTime(_shutdownLimitSet));
            if (timeout == Timeout.InfiniteTimeSpan || left < timeout)
                timeout = left;
        }

        LiveProcessors.Remove(this);
        FlushResult result = Pipeline.Close(timeout);
        TimeSpan rest = Timeouts.Remaining(timeout, result.Elapsed);
        bool exporterDone = exporter.Shutdown((int)rest.TotalMilliseconds);
        Pipeline.AwaitExports(rest);
        return exporterDone && result.Status == FlushStatus.Delivered;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            Shutdown((int)TimeSpan.FromSeconds(5).TotalMilliseconds);
        base.Dispose(disposing);
    }
}
