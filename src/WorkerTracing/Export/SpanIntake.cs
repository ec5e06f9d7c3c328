using System.Diagnostics;

namespace WorkerTracing;

/// <summary>
/// The side of the threads that end spans: records a span, queues it, or counts it as lost. The first span starts an export thread, and a
/// queue that reaches its threshold starts an export.
/// </summary>
internal sealed class SpanIntake(
    ExportPipeline pipeline,
    PipelineState state,
    ExportThreads threads,
    ExportShutdown shutdown,
    ExportReport report,
    BatchTraceProcessorOptions options)
{
    private readonly SpanQueue _queue = state.Spans.Queue;
    private readonly int _threshold = Math.Max(1, (int)(options.MaxQueueSize * options.ExportTriggerRatio));

    private volatile bool _thresholdReached; // set under the lock by a thread that ends a span, cleared under it when spans are taken

    /// <summary>Queues a span. Takes no lock, unless it starts the first thread, reaches the threshold or comes after the end.</summary>
    public void Enqueue(Activity span)
    {
        if (state.Recording is { } recording)
            EnqueueRecorded(span, recording);
        else if (shutdown.IsClosed || !_queue.TryAdd(span, default, out int count))
            Refuse(span, TraceSegment.OfEnding(span));
        else
            OnEnqueued(count);
    }

    /// <summary>Counts a span that could not be queued because of an exception.</summary>
    public void OnFailed(Activity span, Exception exception)
    {
        if (_queue.Contains(span))
            return; // the failure came after
        state.Overflow.Add(null, _queue.Tail);
        report.EnqueueFailed(exception);
    }

    /// <summary>Counts a span that ended without reaching the pipeline, because another processor failed before.</summary>
    public void OnMissed(Activity span, SegmentDelivery delivery)
    {
        lock (state.Sync)
        {
            if (state.Spans.Contains(span))
                return;
            delivery.Miss();
        }

        state.Health.OnDropped(1);
        report.Missed();
    }

    /// <summary>Spans were taken: the queue may reach its threshold again.</summary>
    public void OnTaken() => _thresholdReached = false;

    /// <summary>Starts the first export thread, where none runs and an attempt is due.</summary>
    public void StartThread()
    {
        if (threads.IsRunning || !threads.MayStart)
            return;
        lock (state.Sync)
        {
            if (threads.IsRunning || shutdown.IsClosed)
                return;
            state.Schedule.Start();
            threads.EnsureRunning(isUrgent: false);
        }
    }

    /// <summary>Records a span, then queues it. One that finds no room is left to the recorder.</summary>
    private void EnqueueRecorded(Activity span, SpanRecording recording)
    {
        var trace = TraceSegment.OfEnding(span);
        if (trace is { IsSuppressed: true })
            return;
        SegmentDelivery? delivery = trace?.DeliveryOf(pipeline);
        var record = new QueuedRecord(recording.Write(span, delivery), delivery);
        if (TryQueue(span, record, out int count))
            OnEnqueued(count);
        else if (!recording.TryLeave(record.Handle, delivery))
            Refuse(span, trace);
        else if (!_thresholdReached && !shutdown.IsClosed)
            ReachThreshold();
    }

    private bool TryQueue(Activity span, in QueuedRecord record, out int count)
    {
        count = 0;
        try
        {
            return !shutdown.IsClosed && _queue.TryAdd(span, record, out count);
        }
        catch (OutOfMemoryException) when (record.Handle.IsRecorded)
        {
            return false; // no memory for the queue: the recorder has the span
        }
    }

    private void OnEnqueued(int count)
    {
        if (!threads.IsRunning)
            StartThread();
        if (count >= _threshold && !_thresholdReached)
            ReachThreshold();
        if (shutdown.IsClosed)
            shutdown.DropRest();
    }

    /// <summary>Counts a span that found the queue full or closed.</summary>
    private void Refuse(Activity span, TraceSegment? trace)
    {
        if (trace is { IsSuppressed: true })
            return;
        state.Overflow.Add(trace?.DeliveryOf(pipeline), _queue.Tail);
        report.Refused(shutdown.IsClosed);
        if (shutdown.IsClosed)
            return;
        if (state.Overflow.Begin())
            report.Overflowing();
        if (!_thresholdReached)
            ReachThreshold();
    }

    private void ReachThreshold()
    {
        lock (state.Sync)
        {
            if (_thresholdReached)
                return;
            _thresholdReached = true;
            state.RequestExport();
        }
    }
}
