using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using OpenTelemetry;

namespace WorkerTracing;

/// <summary>
/// Queues ended spans and exports them in batches: on schedule, at the queue threshold, at shutdown, and at once when a flush asks for it.
/// A flush returns when the exporter has answered, with the exporter's answer; OpenTelemetry's own batch processor returns earlier.
/// </summary>
/// <remarks>
/// <para>
/// Works with any OpenTelemetry exporter and in any TracerProvider: <c>builder.AddProcessor(new BatchTraceProcessor(new
/// OtlpTraceExporter(options)))</c>.
/// </para>
/// <para>
/// Exports run on background threads of the processor, which start with the first span. One export runs at a time, unless the exporter
/// implements <see cref="IOutcomeExporter"/>. Ending a span takes no lock and allocates nothing. <see cref="BaseProcessor{T}.ForceFlush"/>
/// and <see cref="BaseProcessor{T}.Shutdown"/> return true only if every span was delivered.
/// </para>
/// <para>
/// Shutdown, by the TracerProvider or by <see cref="IDisposable.Dispose"/>, sends what is left within its timeout. Spans that end later are
/// lost, and counted.
/// </para>
/// </remarks>
public sealed class BatchTraceProcessor : BaseExportProcessor<Activity>, ITraceFlusher
{
    private static readonly TimeSpan DisposeTimeout = TimeSpan.FromSeconds(5);

    private readonly TimeProvider _time;
    private BaseProvider? _wrappedIn; // written by threads that end spans, once
    private TimeSpan? _shutdownLimit; // written before the shutdown, by the thread that stops the host
    private long _shutdownLimitSet; // written with it

    /// <summary>Creates a processor for one exporter. The processor disposes the exporter.</summary>
    /// <param name="exporter">
    /// The exporter. One that implements <see cref="IOutcomeExporter"/> reports an outcome for each span, and may run several exports.
    /// </param>
    /// <param name="options">The options; null for the defaults.</param>
    /// <exception cref="OptionsValidationException">An option is out of its range. The message names the option and its value.</exception>
    /// <exception cref="ArgumentException"><see cref="IOutcomeExporter.MaxConcurrency"/> is less than 1.</exception>
    public BatchTraceProcessor(BaseExporter<Activity> exporter, BatchTraceProcessorOptions? options = null)
        : this(exporter, options ?? new BatchTraceProcessorOptions(), NullLogger.Instance, TimeProvider.System)
    {
    }

    /// <summary>Creates a processor. <paramref name="main"/> is that of the same exporter's own partition, for the others.</summary>
    internal BatchTraceProcessor(
        BaseExporter<Activity> exporter,
        BatchTraceProcessorOptions options,
        ILogger log,
        TimeProvider time,
        BatchTraceProcessor? main = null)
        : base(exporter)
    {
        ValidateOptionsResult validity = new BatchTraceProcessorOptionsValidator().Validate(null, options);
        if (validity.Failed)
            throw new OptionsValidationException(Options.DefaultName, typeof(BatchTraceProcessorOptions), validity.Failures);
        _time = time;
        Pipeline = new ExportPipeline(exporter, options, log, time, main?.Pipeline.Recording) { Processor = this };
        LiveProcessors.Add(this);
        if (main is null)
            Pipeline.Recording?.StartAdoption(this, log, time);
    }

    internal ExportPipeline Pipeline { get; }

    /// <summary>Gets the provider that passes its spans to the processor; null while that is not known.</summary>
    internal BaseProvider? Provider => ParentProvider ?? Volatile.Read(ref _wrappedIn);

    /// <inheritdoc/>
    public ValueTask<FlushResult> FlushAsync(TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        Timeouts.ThrowIfInvalid(timeout, nameof(timeout));
        FlushRequest request = Pipeline.RequestFlush(null, default, timeout, waitsForRecords: true);
        return new ValueTask<FlushResult>(request.AnswerAsync(cancellationToken));
    }

    /// <inheritdoc/>
    public FlushResult Flush(TimeSpan timeout)
    {
        Timeouts.ThrowIfInvalid(timeout, nameof(timeout));
        return Pipeline.RequestFlush(null, default, timeout, waitsForRecords: true).WaitForAnswer();
    }

    /// <summary>Queues a recorded span. Does not block and does not throw for a failure of tracing.</summary>
    /// <param name="data">The ended span.</param>
    /// <exception cref="ArgumentNullException"><paramref name="data"/> is null.</exception>
    [SuppressMessage("Design", "CA1031", Justification = "The boundary to the code that ends a span: no memory for the queue, say, is a "
        + "lost span and not an exception in a job.")]
    public override void OnEnd(Activity data)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (!data.Recorded)
        {
            Pipeline.Recording?.Channel.Forget(data); // recorded when it started, and dropped by another processor
            return;
        }

        try
        {
            if (IsPartition)
                TraceSegment.Of(data)?.DeliveryOf(Pipeline);
            if (Provider is null)
                OnUnownedEnd(data);
            Pipeline.Intake.Enqueue(data);
            if (TraceSegment.IsFlushDue(data))
                Pipeline.RequestExport();
        }
        catch (Exception exception)
        {
            Pipeline.Intake.OnFailed(data, exception);
        }
    }

    /// <summary>
    /// Gets or sets whether the processor sees the spans of some traces only, and so answers for those alone. Set before it sees a span, or
    /// with the first other partition.
    /// </summary>
    internal bool IsPartition { get; set; }

    /// <summary>Records the provider of a processor that is wrapped in another one.</summary>
    internal void WrappedIn(BaseProvider provider) => Interlocked.CompareExchange(ref _wrappedIn, provider, null);

    /// <summary>Limits the time of a shutdown, counted from now: the host's last flush has had its time.</summary>
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
        FlushResult result = Pipeline.RequestFlush(null, default, timeout).WaitForAnswer();
        return result.Status == FlushStatus.Delivered
            && exporter.ForceFlush((int)Timeouts.Remaining(timeout, result.Elapsed).TotalMilliseconds);
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
        bool isExporterDone = exporter.Shutdown((int)rest.TotalMilliseconds);
        Pipeline.AwaitExports(rest);
        Pipeline.Recording?.Dispose();
        return isExporterDone && result.Status == FlushStatus.Delivered;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            Shutdown((int)DisposeTimeout.TotalMilliseconds);
        base.Dispose(disposing);
    }

    /// <summary>The processor is wrapped in another one: its provider and the flush of the span's trace must find it.</summary>
    private void OnUnownedEnd(Activity span)
    {
        TraceSegment.Of(span)?.DeliveryOf(Pipeline);
        WrappedProcessors.Add(this, span);
    }
}
