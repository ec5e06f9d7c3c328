using System.Diagnostics;
using Microsoft.Extensions.Logging;
using OpenTelemetry;

namespace WorkerTracing;

/// <summary>
/// The way of a span from its end to its final outcome, for one exporter. Start here: this is the side of the threads that ask for
/// flushes. One lock guards the parts (<see cref="PipelineState"/>).
/// </summary>
/// <remarks>
/// <para>
/// The thread that ends a span queues it (<see cref="SpanIntake"/>). An export thread (<see cref="ExportWorker"/>) waits until an export
/// is due (<see cref="ExportSchedule"/>), takes spans (<see cref="PendingSpans"/>), sends them (<see cref="SpanSender"/>), records the
/// outcomes on the counts of their traces (<see cref="SegmentDelivery"/>), and answers the flushes that waited for them
/// (<see cref="WaitingFlushes"/>).
/// </para>
/// <para>Nothing slow and no foreign code (an export, a log call, a continuation) runs under the lock.</para>
/// </remarks>
internal sealed class ExportPipeline
{
    private readonly PipelineState _state;
    private readonly object _sync;
    private readonly SpanQueue _queue;
    private readonly SpanSender _sender;
    private readonly SpanRecording? _recording;
    private readonly ExportThreads _threads;
    private readonly ExportReport _report;
    private readonly ExportShutdown _shutdown;
    private readonly TimeProvider _time;

    public ExportPipeline(
        BaseExporter<Activity> exporter,
        BatchTraceProcessorOptions options,
        ILogger log,
        TimeProvider time,
        SpanRecording? shared = null)
        : this(exporter, options, log, time, static thread => thread.UnsafeStart(), shared)
    {
    }

    /// <summary>Creates a pipeline. <paramref name="start"/> starts a thread, or throws as the system does when it has none.</summary>
    internal ExportPipeline(
        BaseExporter<Activity> exporter,
        BatchTraceProcessorOptions options,
        ILogger log,
        TimeProvider time,
        Action<Thread> start,
        SpanRecording? shared = null)
    {
        ExporterName = exporter.GetType().Name;
        _time = time;
        _sender = new SpanSender(exporter, options.ExportTimeout, log);
        var target = exporter as IExportTarget;
        _recording = SpanRecording.Open(exporter, options.FlightRecorder, log, time, shared);
        QueueCapacity = options.MaxQueueSize;
        Metrics = new SdkMetrics((target as OtlpSpanExporter)?.ComponentType ?? exporter.GetType().FullName!, target?.Address);
        _report = new ExportReport(ExporterName, options.MaxQueueSize, target, Metrics, log, time)
        {
            IsLoggedByExporter = exporter is IOutcomeExporter { LogsFailures: true },
        };
        _state = new PipelineState(this, _sender, _recording, options, time);
        _sync = _state.Sync;
        _queue = _state.Spans.Queue;
        _shutdown = new ExportShutdown(_state, _sender, _report, time);
        _threads = new ExportThreads(this, _state, _sender, options, log, time, start);
        Intake = new SpanIntake(this, _state, _threads, _shutdown, _report, options);
        Status = new ExporterStatusSource(ExporterName, options.MaxQueueSize, target, _state, _report, time);
        Worker = new ExportWorker(this, _state, _threads, _shutdown, _report, time);
    }

    public string ExporterName { get; }

    /// <summary>Gets the flight recorder's part; null without one.</summary>
    public SpanRecording? Recording => _recording;

    /// <inheritdoc cref="RecordBacklog.IsReader"/>
    public bool ReadsRecords
    {
        get => _state.Backlog is { IsReader: true };
        set
        {
            if (_state.Backlog is { } backlog)
                backlog.IsReader = value;
        }
    }

    public ExporterHealth Health => _state.Health;

    /// <summary>Gets the metrics of the processor and its exporter by OpenTelemetry's names.</summary>
    public SdkMetrics Metrics { get; }

    public int QueueCapacity { get; }

    /// <summary>Gets the state for monitoring.</summary>
    public ExporterStatusSource Status { get; }

    /// <summary>Gets the side of the threads that end spans.</summary>
    public SpanIntake Intake { get; }

    /// <summary>Gets the side of the export threads.</summary>
    public ExportWorker Worker { get; }

    /// <summary>Gets the processor that owns the pipeline.</summary>
    public BatchTraceProcessor? Processor { get; init; }

    /// <summary>Gets the number of ended spans that wait for an export.</summary>
    public int Waiting => _state.Spans.Waiting;

    /// <summary>Starts an export of everything that has ended, without waiting for it.</summary>
    public void RequestExport()
    {
        lock (_sync)
            _state.RequestExport();
    }

    /// <summary>Asks for an export of everything that has ended, and for an answer.</summary>
    /// <param name="delivery">The counts of the trace to answer for, or null for everything that is queued or in flight.</param>
    /// <param name="before">Those counts when the trace's job began.</param>
    /// <param name="timeout">How long the caller waits at most.</param>
    /// <param name="isLast">Whether the process ends: then an export is tried even if the exporter has just failed.</param>
    /// <param name="waitsForRecords">Whether a flush of everything waits for spans that no queue holds, too.</param>
    /// <returns>A request that may have its answer already.</returns>
    public FlushRequest RequestFlush(
        SegmentDelivery? delivery, DeliverySnapshot before, TimeSpan timeout, bool isLast = false, bool waitsForRecords = false)
    {
        FlushRequest request;
        lock (_sync)
        {
            request = new FlushRequest(this, delivery, before, _queue.Tail, timeout, _time)
            {
                Lost = _state.Overflow.Unsettled,
                IsLast = isLast,
                WaitsForRecords = waitsForRecords,
                IsAlone = _state.Flushes.IsEmpty,
            };
            if (isLast && timeout != TimeSpan.Zero)
                _state.PrepareLastExport();
            FlushStatus? known = _state.Flushes.KnownAnswer(request);
            if (known is null)
            {
                _threads.EnsureRunning(isUrgent: true);
                known = !_threads.IsRunning || IsInVain(request, isLast) ? FlushStatus.TimedOut : null;
            }

            if (known is { } status)
            {
                request.SetAnswer(status, request.Started);
            }
            else
            {
                _state.Flushes.Add(request, _queue.Head);
                _state.Coalescer.OnFlushRequested();
            }

            _state.RequestExport();
        }

        if (request.IsAnswered)
            request.Release();
        return request;
    }

    /// <summary>Ends a wait that has no answer yet.</summary>
    public void GiveUp(FlushRequest request, FlushStatus status)
    {
        lock (_sync)
        {
            if (request.IsAnswered)
                return;
            if (status == FlushStatus.TimedOut)
                Health.OnFlushTimeout(request.Timeout, _state.Spans.InFlight, _sender.MaxConcurrency);
            request.SetAnswer(status, _time.GetTimestamp());
            _state.Flushes.Remove(request);
        }

        request.Release();
    }

    /// <summary>
    /// Sends what is left, waiting at most for <paramref name="timeout"/>; then closes: spans that are still queued are lost, and so are
    /// spans that end later.
    /// </summary>
    /// <returns>The answer for what was left.</returns>
    public FlushResult Close(TimeSpan timeout)
    {
        if (timeout != Timeout.InfiniteTimeSpan)
            _sender.EndAfter(timeout);
        FlushResult result = RequestFlush(null, default, timeout, isLast: true).WaitForAnswer();
        return _shutdown.Close(this, result);
    }

    /// <summary>Returns what of a trace, or of everything where it is null, is in the flight recorder.</summary>
    public StoredSpans StoredOf(SegmentDelivery? delivery, DeliverySnapshot before)
    {
        Debug.Assert(Monitor.IsEntered(_sync));
        if (_recording is null)
            return default;
        if (delivery is not null)
            return new StoredSpans(delivery.Recorded, delivery.Left - before.Left, delivery.Unrecorded == 0);
        long unrecorded = _recording.Unrecorded;
        return new StoredSpans(Math.Max(0, _state.Spans.Pending - unrecorded), _state.Backlog!.Count, unrecorded == 0);
    }

    /// <summary>Returns the answer of a flush that does not wait: Stored if every span is acknowledged or recorded, else Requested.</summary>
    public FlushResult AnswerInBackground(SegmentDelivery delivery, DeliverySnapshot before)
    {
        lock (_sync)
        {
            var request = new FlushRequest(this, delivery, before, _queue.Tail, TimeSpan.Zero, _time);
            request.SetAnswer(FlushStatus.Requested, request.Started);
            return request.Answer;
        }
    }

    /// <summary>Records were found in the files of a process that has ended: reads them in the background.</summary>
    public void OnRecordsFound()
    {
        if (_recording is not { Channel.Unqueued: > 0 } || _shutdown.IsClosed)
            return;
        Intake.StartThread();
        lock (_sync)
            _state.IdleThreads.Wake();
    }

    /// <inheritdoc cref="ExportShutdown.AwaitExports"/>
    public void AwaitExports(TimeSpan left) => _shutdown.AwaitExports(left);

    /// <summary>Returns true if the exporter has failed or hung for so long that the flush is answered at once.</summary>
    private bool IsInVain(FlushRequest request, bool isLast) => isLast
        ? request.Timeout == TimeSpan.Zero || Health.IsHungFor(request.Timeout, _state.Spans.InFlight, _sender.MaxConcurrency)
        : _state.Retry.IsPaused || Health.IsStalledFor(request.Timeout, _state.Spans.InFlight, _sender.MaxConcurrency);
}
