using System.Collections.Immutable;
using System.Diagnostics;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Trace;

namespace WorkerTracing;

/// <summary>
/// Flushes the processors of one TracerProvider: for a job's end, for <see cref="ITraceFlusher"/> and for the host's last flush.
/// </summary>
internal sealed class ProviderFlusher(TracerProvider provider, ProviderForceFlush? foreign, ILogger log, TimeProvider time) : ITraceFlusher
{
    private Selection? _selection; // written by any thread; a stale one is replaced

    /// <inheritdoc/>
    public ValueTask<FlushResult> FlushAsync(TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        Timeouts.ThrowIfInvalid(timeout, nameof(timeout));
        return FlushAsync(null, null, timeout, cancellationToken);
    }

    /// <inheritdoc/>
    public FlushResult Flush(TimeSpan timeout)
    {
        Timeouts.ThrowIfInvalid(timeout, nameof(timeout));
        return Flush(null, null, timeout);
    }

    /// <summary>Flushes everything for the last time: an export is tried even where the exporter has just failed.</summary>
    public ValueTask<FlushResult> FlushLastAsync(TimeSpan timeout, CancellationToken cancellationToken) =>
        FlushAsync(RequestAll(null, null, timeout, isLast: true), timeout, cancellationToken);

    /// <summary>Waits for the answer for a trace, or for everything where it is null. Blocks no thread.</summary>
    public ValueTask<FlushResult> FlushAsync(
        TraceSegment? trace,
        Dictionary<SegmentDelivery, DeliverySnapshot>? snapshots,
        TimeSpan timeout,
        CancellationToken cancellationToken) =>
        FlushAsync(RequestAll(trace, snapshots, timeout, isLast: false), timeout, cancellationToken);

    /// <summary>
    /// As <see cref="FlushAsync(TraceSegment?, Dictionary{SegmentDelivery, DeliverySnapshot}?, TimeSpan, CancellationToken)"/>, blocking
    /// the calling thread alone.
    /// </summary>
    public FlushResult Flush(TraceSegment? trace, Dictionary<SegmentDelivery, DeliverySnapshot>? snapshots, TimeSpan timeout)
    {
        long started = time.GetTimestamp();
        ImmutableArray<Requested> requests = RequestAll(trace, snapshots, timeout, isLast: false);
        var combined = new CombinedResult();
        if (foreign is not null)
            combined.Add(foreign.Flush(timeout));
        foreach (Requested flush in requests)
            combined.Add(Confirmed(flush, flush.Request.WaitForAnswer()), flush.Request.WithoutRecorder);
        return Report(combined.Result with { Elapsed = time.GetElapsedTime(started) });
    }

    /// <summary>Starts exports without waiting: now, or when the span that still encloses the job ends.</summary>
    public void Request(TraceSegment trace)
    {
        trace.FlushWhenRootEnds();
        if (!trace.IsRootEnded)
            return;
        foreach (BatchTraceProcessor processor in Candidates())
        {
            if (Serves(processor, trace))
                processor.Pipeline.RequestExport();
        }

        foreign?.Request();
    }

    /// <summary>
    /// Returns the answer for a trace whose flush does not wait: Stored where each exporter has every span of it or a record of it; null
    /// otherwise.
    /// </summary>
    public FlushResult? FindStored(TraceSegment trace, Dictionary<SegmentDelivery, DeliverySnapshot>? snapshots)
    {
        if (foreign is not null)
            return null;
        var combined = new CombinedResult();
        foreach (BatchTraceProcessor processor in Candidates())
        {
            if (!Serves(processor, trace))
                continue;
            if (processor.Pipeline.Recording is null)
                return null;
            Add(processor.Pipeline, trace);
            if (trace.Shared is { } shared)
                Add(processor.Pipeline, shared);
        }

        return combined.Result is { Status: FlushStatus.Stored } stored ? stored : null;

        void Add(ExportPipeline pipeline, TraceSegment segment)
        {
            SegmentDelivery delivery = segment.DeliveryOf(pipeline);
            combined.Add(pipeline.AnswerInBackground(delivery, snapshots is null ? default : snapshots.GetValueOrDefault(delivery)));
        }
    }

    /// <summary>Returns the flight recorder's parts in the processors that are known to be the provider's.</summary>
    public IEnumerable<SpanRecording> Recordings()
    {
        ImmutableArray<BatchTraceProcessor> candidates = Candidates();
        foreach (BatchTraceProcessor processor in candidates)
        {
            if (processor.Pipeline.Recording is not null)
                return RecordingsOf(candidates);
        }

        return [];
    }

    private IEnumerable<SpanRecording> RecordingsOf(ImmutableArray<BatchTraceProcessor> candidates)
    {
        foreach (BatchTraceProcessor processor in candidates)
        {
            if (processor.Pipeline.Recording is { } recording && ReferenceEquals(processor.Provider, provider) && !processor.IsPartition)
                yield return recording;
        }
    }

    /// <summary>Starts exports of everything that has ended, without waiting.</summary>
    public void RequestExport()
    {
        foreach (BatchTraceProcessor processor in Candidates())
        {
            if (Serves(processor, null))
                processor.Pipeline.RequestExport();
        }
    }

    /// <summary>
    /// A processor threw when a job's span ended. Processors of ours that come after it in the provider have not seen the span: it is lost
    /// to them, and the flush of its trace is Unconfirmed at best.
    /// </summary>
    public void OnStopFailed(TraceSegment trace, Activity span)
    {
        foreach (BatchTraceProcessor processor in Candidates())
        {
            if (Serves(processor, trace))
                processor.Pipeline.Intake.OnMissed(span, trace.DeliveryOf(processor.Pipeline));
        }
    }

    private async ValueTask<FlushResult> FlushAsync(
        ImmutableArray<Requested> requests, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var combined = new CombinedResult();
        if (foreign is not null)
            combined.Add(await foreign.FlushAsync(timeout, cancellationToken).ConfigureAwait(false));
        foreach (Requested flush in requests)
        {
            FlushResult result = await flush.Request.AnswerAsync(cancellationToken).ConfigureAwait(false);
            combined.Add(Confirmed(flush, result), flush.Request.WithoutRecorder);
        }

        return Report(combined.Result);
    }

    /// <summary>
    /// Returns true if the processor is one of the provider's. A processor inside another processor may not be known as such yet; it serves
    /// the traces whose spans it has seen.
    /// </summary>
    private bool Serves(BatchTraceProcessor processor, TraceSegment? trace) =>
        processor.Provider is { } owner
            ? ReferenceEquals(owner, provider) && (trace is null || !processor.IsPartition || trace.HasAccountOf(processor.Pipeline))
            : trace?.HasAccountOf(processor.Pipeline) == true;

    /// <summary>
    /// Returns the live processors without those that are known to be other providers'. Selected once, until a processor comes or goes.
    /// </summary>
    private ImmutableArray<BatchTraceProcessor> Candidates()
    {
        ImmutableArray<BatchTraceProcessor> all = LiveProcessors.All;
        if (Volatile.Read(ref _selection) is { } known && known.All == all)
            return known.Candidates;
        var selection = new Selection(
            all,
            [.. all.Where(processor => processor.Provider is not { } owner || ReferenceEquals(owner, provider))]);
        Volatile.Write(ref _selection, selection);
        return selection.Candidates;
    }

    private ImmutableArray<Requested> RequestAll(
        TraceSegment? trace, Dictionary<SegmentDelivery, DeliverySnapshot>? snapshots, TimeSpan timeout, bool isLast)
    {
        ImmutableArray<Requested>.Builder requests = ImmutableArray.CreateBuilder<Requested>(1);
        TraceSegment? shared = trace?.Shared;
        foreach (BatchTraceProcessor processor in Candidates())
        {
            if (!Serves(processor, trace))
                continue;
            requests.Add(RequestOne(processor.Pipeline, trace, isLive: true));
            if (shared is not null)
                requests.Add(RequestOne(processor.Pipeline, shared, isLive: true));
        }

        // A processor that was shut down cannot deliver spans that ended since, but it knows what it has lost.
        for (SegmentDelivery? delivery = trace?.Accounts; delivery is not null; delivery = delivery.Next)
        {
            if (!IsRequested(delivery.Pipeline) && Serves(delivery.Pipeline.Processor!, trace))
                requests.Add(RequestOne(delivery.Pipeline, trace, isLive: false));
        }

        if (requests.Count == 0 && !isLast) // the host's last flush is no request of the application
            Log.NothingToFlush(log);
        return requests.DrainToImmutable();

        Requested RequestOne(ExportPipeline pipeline, TraceSegment? segment, bool isLive)
        {
            SegmentDelivery? delivery = segment?.DeliveryOf(pipeline);
            DeliverySnapshot before = delivery is null || snapshots is null ? default : snapshots.GetValueOrDefault(delivery);
            bool waitsForRecords = trace is null && !isLast;
            return new Requested(pipeline, pipeline.RequestFlush(delivery, before, timeout, isLast, waitsForRecords), isLive);
        }

        bool IsRequested(ExportPipeline pipeline)
        {
            foreach (Requested flush in requests)
            {
                if (ReferenceEquals(flush.Pipeline, pipeline))
                    return true;
            }

            return false;
        }
    }

    /// <summary>A processor that was shut down may not have seen spans that ended since: its best answer is Unconfirmed.</summary>
    private static FlushResult Confirmed(Requested flush, FlushResult result) =>
        !flush.IsLive && result.Status == FlushStatus.Delivered ? result with { Status = FlushStatus.Unconfirmed } : result;

    private static FlushResult Report(FlushResult result)
    {
        Telemetry.RecordFlush(result);
        return result;
    }

    private sealed record Selection(ImmutableArray<BatchTraceProcessor> All, ImmutableArray<BatchTraceProcessor> Candidates);

    private readonly record struct Requested(ExportPipeline Pipeline, FlushRequest Request, bool IsLive);
}
