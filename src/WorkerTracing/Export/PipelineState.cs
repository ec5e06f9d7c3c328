using System.Diagnostics;

namespace WorkerTracing;

/// <summary>The parts of an <see cref="ExportPipeline"/> that its one lock guards, and the lock.</summary>
internal sealed class PipelineState
{
    public PipelineState(
        ExportPipeline pipeline, SpanSender sender, SpanRecording? recording, BatchTraceProcessorOptions options, TimeProvider time)
    {
        Retry = new ExportRetry(time, Random.Shared);
        Coalescer = new FlushCoalescer(sender.MaxConcurrency, time);
        Schedule = new ExportSchedule(options.ScheduleDelay, Coalescer, Retry, time);
        Health = new ExporterHealth(Overflow, time);
        Recording = recording;
        if (recording is not null)
            Backlog = new RecordBacklog(recording.Channel, Math.Min(options.MaxBatchSize, options.MaxQueueSize), Health, Sync, time);
        Spans = new PendingSpans(pipeline, sender, Backlog, options.MaxQueueSize, Sync, time);
        Flushes = new WaitingFlushes(Spans, Sync, time);
        IdleThreads = new IdleExportThreads(Coalescer, Sync);
    }

    public object Sync { get; } = new();

    /// <summary>Gets the flight recorder's part; null without one.</summary>
    public SpanRecording? Recording { get; }

    /// <summary>Gets the records that no queue holds; null without a recorder.</summary>
    public RecordBacklog? Backlog { get; }

    public PendingSpans Spans { get; }

    public WaitingFlushes Flushes { get; }

    public ExportSchedule Schedule { get; }

    public ExportRetry Retry { get; }

    public FlushCoalescer Coalescer { get; }

    public QueueOverflow Overflow { get; } = new();

    public ExporterHealth Health { get; }

    public IdleExportThreads IdleThreads { get; }

    /// <summary>Requests an export of everything that has ended by now.</summary>
    public void RequestExport()
    {
        Debug.Assert(Monitor.IsEntered(Sync));
        Schedule.Request(Spans.Queue.Tail);
        IdleThreads.WakeForRequest();
    }

    /// <summary>Before a shutdown: ends the delay after a failure, so that an export is tried once more.</summary>
    public void PrepareLastExport()
    {
        Debug.Assert(Monitor.IsEntered(Sync));
        Retry.Resume();
        Spans.Isolated.PutLast();
        IdleThreads.Wake();
    }
}
