using System.Diagnostics;
using Microsoft.Extensions.Logging;
using OpenTelemetry;

namespace WorkerTracing;

/// <summary>
/// From an ended span to its final outcome: the queue, the export threads and the flushes that wait. One lock guards everything but the
/// queue's adding side and
/// each thread's own batch; nothing slow (an export, a log call, a caller's code) happens under it. This file is the side of those who end
/// spans and ask for flushes.
/// </summary>
/// <remarks>
/// The way of a span: <see cref="Enqueue"/> on the thread that ended it; <see cref="TakeBatch"/>, which finds its trace's account;
/// <see cref="SpanSender.Send"/>; <see cref="Settle"/>, which writes the outcome to the account and frees the flushes that waited for it.
/// </remarks>
internal sealed partial class ExportPipeline
{
    /// <summary>
    /// How soon to look again when nothing could be taken: a thread has its position in the queue and is just writing its span.
    /// </summary>
    private static readonly TimeSpan Retake = TimeSpan.FromMilliseconds(1);

    private readonly object _sync = new();
    private readonly object _turn = new();
    private readonly List<ExportBatch> _inFlight = [];
    private readonly SpanQueue _queue;
    private readonly DeferredSpans _deferred;
    private readonly WaitingFlushes _flushes;
    private readonly SpanSender _sender;
    private readonly FlushCoalescer _coalescer;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly int _maxBatchSize;
    private readonly int _maxQueueSize;
    private readonly int _trigger;
    private readonly TimeSpan _scheduleDelay;

    private long _requested;
    private long _round;
    private long _scheduleStarted;
    private int _threads;
    private int _idleThreads;
    private long _refusedSettled;
    private long _refusedAt;
    private LeaderState _leader;
    private volatile bool _started;
    private volatile bool _thresholdReached;
    private volatile bool _refusing;
    private volatile bool _closed;

    public ExportPipeline(BaseExporter<Activity> exporter, BatchTraceProcessorOptions options, ILogger log, TimeProvider time)
    {
        ExporterName = exporter.GetType().Name;
        Health = new ExporterHealth(time);
        _maxQueueSize = options.MaxQueueSize;
        _maxBatchSize = Math.Min(options.MaxBatchSize, options.MaxQueueSize);
        _trigger = Math.Max(1, (int)(options.MaxQueueSize * options.ExportTriggerRatio));
        _scheduleDelay = options.ScheduleDelay;
        _time = time;
        _log = log;
        _sender = new SpanSender(exporter, options.ExportTimeout, log);
        _queue = new SpanQueue(options.MaxQueueSize);
        _deferred = new DeferredSpans(_sender.MaxConcurrency, _sender.SeparatesTraces);
        _flushes = new WaitingFlushes(_deferred, _inFlight, time);
        _coalescer = new FlushCoalescer(_sender.MaxConcurrency, time);
    }

    public string ExporterName { get; }

    public ExporterHealth Health { get; }

    /// <summary>Whose the pipeline is.</summary>
    public BatchTraceProcessor? Processor { get; init; }

    /// <summary>Ended spans that wait for an export.</summary>
    public int Waiting => _queue.Count + _deferred.Count;

    /// <summary>The hot path: takes no lock unless it starts the first thread, crosses the threshold or comes after the end.</summary>
    public void Enqueue(Activity span)
    {
        if (_closed || !_queue.TryAdd(span, out int count))
        {
            Lose(span);
            return;
        }

        if (!_started)
            Start();
        if (count >= _trigger && !_thresholdReached)
            ReachThreshold();
        if (_closed)
            Abandon();
    }

    /// <summary>Starts an export of everything that has ended, without waiting for it.</summary>
    public void RequestExport()
    {
        lock (_sync)
            Request();
    }

    /// <summary>Asks for a verdict.</summary>
    /// <param name="trace">The trace to answer for, or null for everything that is queued or in flight.</param>
    /// <param name="snapshot">What the trace's account said when its job began.</param>
    /// <param name="timeout">How long the caller will wait.</param>
    /// <returns>A request that may have its answer already; otherwise it is still to be armed, or waited for.</returns>
    public FlushRequest Ask(SegmentDelivery? trace, DeliverySnapshot snapshot, TimeSpan timeout)
    {
        FlushRequest request;
        lock (_sync)
        {
            int lost = (int)(Health.Refused - _refusedSettled);
            request = new FlushRequest(trace, _queue.Tail, snapshot, _time) { Timeout = timeout, Lost = lost };
            if (IsSettled(request))
                request.Settle(FlushStatus.Delivered, request.Started);
            else if (Health.IsStalledFor(timeout, _inFlight, _sender.MaxConcurrency))
                request.Settle(FlushStatus.TimedOut, request.Started);
            else
                Wait(request);
            Request();
        }

        if (request.IsAnswered)
            request.Release();
        return request;
    }

    /// <summary>
    /// Blocks the calling thread until the request has its answer, at the longest for <paramref name="timeout"/> from when it was made.
    /// </summary>
    /// <remarks>
    /// An exporter that asks for a flush, or shuts its provider down, from within its own export would wait for itself: it is told at once.
    /// </remarks>
    public FlushResult Wait(FlushRequest request, TimeSpan timeout)
    {
        if (ReferenceEquals(ExportingHere, this) || !request.Wait(timeout))
        {
            GiveUp(request, FlushStatus.TimedOut);
            request.Wait(Timeout.InfiniteTimeSpan); // whoever settled it first is just about to release it
        }

        return request.Answer;
    }

    /// <summary>Ends a wait that has no verdict yet.</summary>
    public void GiveUp(FlushRequest request, FlushStatus status)
    {
        lock (_sync)
        {
            if (request.IsAnswered)
                return;
            if (status == FlushStatus.TimedOut)
                Health.OutlastWait(request.Timeout, _inFlight, _sender.MaxConcurrency);
            request.Settle(status, _time.GetTimestamp());
            WaitingFlushes.Remove(request);
        }

        request.Release();
    }

    private bool IsSettled(FlushRequest request) =>
        _queue.Head == request.Target && (request.Account is null ? LowestUnsettled() >= request.Target : request.Account.Pending == 0);

    private void Wait(FlushRequest request)
    {
        _flushes.Add(request, _queue.Head);
        _coalescer.OnFlushRequested();
    }

    /// <summary>Loses a span that found the queue full or closed.</summary>
    private void Lose(Activity span)
    {
        var trace = TraceSegment.OfEnding(span);
        if (trace is { IsSuppressed: true })
            return;

        // While the exporter hangs, every span's end comes by here, on every thread: nothing that they share is written unless it changes.
        long tail = _queue.Tail;
        if (Volatile.Read(ref _refusedAt) != tail)
            Volatile.Write(ref _refusedAt, tail);
        Health.Refuse(trace?.DeliveryOf(this));
        Telemetry.LoseSpans(1, _closed ? "shutdown" : "queue_full", ExporterName);
        if (_closed)
            return;
        if (!_refusing)
            BeginRefusing();
        if (!_thresholdReached)
            ReachThreshold();
    }

    /// <summary>Says once that the queue is full, until an export has made good for it.</summary>
    private void BeginRefusing()
    {
        if (!Interlocked.Exchange(ref _refusing, true))
            Log.QueueFull(_log, ExporterName, _maxQueueSize);
    }

    private void Start()
    {
        lock (_sync)
        {
            if (_started || _closed)
                return;
            _started = true;
            _scheduleStarted = _time.GetTimestamp();
            AddThread();
        }
    }

    private void ReachThreshold()
    {
        lock (_sync)
        {
            if (_thresholdReached)
                return;
            _thresholdReached = true;
            Request();
        }
    }

    /// <summary>Asks the threads to send everything that has ended by now.</summary>
    private void Request()
    {
        _requested = _queue.Tail;
        _round++;
        if (_leader == LeaderState.Idle || (_leader == LeaderState.Gathering && _coalescer.IsComplete))
            Monitor.Pulse(_sync);
    }

    /// <summary>The lowest position without a final outcome: queued, in flight or held.</summary>
    private long LowestUnsettled()
    {
        long lowest = Math.Min(_queue.Head, _deferred.FirstPosition);
        foreach (ExportBatch batch in _inFlight)
            lowest = Math.Min(lowest, batch.FirstPosition);
        return lowest;
    }
}
