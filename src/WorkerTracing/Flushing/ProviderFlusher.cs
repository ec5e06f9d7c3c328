using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Trace;

namespace WorkerTracing;

/// <summary>
/// Flushes the processors of one TracerProvider: for a job's end, for <see cref="ITraceFlusher"/> and for the host's last flush.
/// </summary>
internal sealed class ProviderFlusher(TracerProvider provider, ProviderForceFlush? foreign, ILogger log, TimeProvider time) : ITraceFlusher
{
    private Selection? _selection;

    public ValueTask<FlushResult> FlushAsync(TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        Timeouts.ThrowIfInvalid(timeout, nameof(timeout));
        return FlushAsync(null, null, timeout, cancellationToken);
    }

    public FlushResult Flush(TimeSpan timeout)
    {
        Timeouts.ThrowIfInvalid(timeout, nameof(timeout));
        return Flush(null, null, timeout);
    }

    /// <summary>Waits for the verdict on a trace, or on everything where it is null, holding no thread.</summary>
    public async ValueTask<FlushResult> FlushAsync(
        TraceSegment? trace,
        Dictionary<SegmentDelivery, DeliverySnapshot>? snapshots,
        TimeSpan timeout,
        CancellationToken cancellationToken)
    {
        ImmutableArray<Pending> pending = Ask(trace, snapshots, timeout);
        foreach (Pending flush in pending)
        {
            if (!flush.Request.IsAnswered)
                flush.Request.Arm(flush.Pipeline, cancellationToken);
        }

        var combined = new CombinedResult();
        if (foreign is not null)
            combined.Add(await foreign.FlushAsync(timeout, cancellationToken).ConfigureAwait(false));
        foreach (Pending flush in pending)
            combined.Add(Confirmed(flush, await flush.Request.Task.ConfigureAwait(false)));
        return Report(combined.Result);
    }

    /// <summary>
    /// As <see cref="FlushAsync(TraceSegment?, Dictionary{SegmentDelivery, DeliverySnapshot}?, TimeSpan, CancellationToken)"/>, blocking
    /// the calling thread alone.
    /// </summary>
    public FlushResult Flush(TraceSegment? trace, Dictionary<SegmentDelivery, DeliverySnapshot>? snapshots, TimeSpan timeout)
    {
        long started = time.GetTimestamp();
        ImmutableArray<Pending> pending = Ask(trace, snapshots, timeout);
        var combined = new CombinedResult();
        if (foreign is not null)
            combined.Add(foreign.Flush(timeout));
        foreach (Pending flush in pending)
            combined.Add(Confirmed(flush, flush.Pipeline.Wait(flush.Request, timeout)));
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
    /// Whether the processor is one of the provider's. One that is wrapped in somebody's own processor carries no provider; it serves the
    /// traces whose
    /// spans it has seen.
    /// </summary>
    private bool Serves(BatchTraceProcessor processor, TraceSegment? trace) =>
        processor.ParentProvider is { } owner ? ReferenceEquals(owner, provider) : trace?.HasAccountOf(processor.Pipeline) == true;

    /// <summary>
    /// The live processors but for those of other providers, of which a process may have any number. Looked for once, until a processor
    /// comes or goes.
    /// </summary>
    private ImmutableArray<BatchTraceProcessor> Candidates()
    {
        ImmutableArray<BatchTraceProcessor> all = LiveProcessors.All;
        if (Volatile.Read(ref _selection) is { } known && known.All == all)
            return known.Candidates;
        var selection = new Selection(
            all,
            [.. all.Where(processor => processor.ParentProvider is not { } owner || ReferenceEquals(owner, provider))]);
        Volatile.Write(ref _selection, selection);
        return selection.Candidates;
    }

    private ImmutableArray<Pending> Ask(TraceSegment? trace, Dictionary<SegmentDelivery, DeliverySnapshot>? snapshots, TimeSpan timeout)
    {
        ImmutableArray<Pending>.Builder pending = ImmutableArray.CreateBuilder<Pending>(1);
        foreach (BatchTraceProcessor processor in Candidates())
        {
            if (Serves(processor, trace))
                pending.Add(Ask(processor.Pipeline, true, trace, snapshots, timeout));
        }

        // One that was shut down cannot deliver what ended since, but knows what it has lost.
        for (SegmentDelivery? account = trace?.Accounts; account is not null; account = account.Next)
        {
            if (!IsAsked(account.Pipeline) && Serves(account.Pipeline.Processor!, trace))
                pending.Add(Ask(account.Pipeline, false, trace, snapshots, timeout));
        }

        if (pending.Count == 0)
            Log.NothingToFlush(log);
        return pending.DrainToImmutable();

        bool IsAsked(ExportPipeline pipeline)
        {
            foreach (Pending flush in pending)
            {
                if (ReferenceEquals(flush.Pipeline, pipeline))
                    return true;
            }

            return false;
        }
    }

    private static Pending Ask(
        ExportPipeline pipeline,
        bool isLive,
        TraceSegment? trace,
        Dictionary<SegmentDelivery, DeliverySnapshot>? snapshots,
        TimeSpan timeout)
    {
        SegmentDelivery? account = trace?.DeliveryOf(pipeline);
        DeliverySnapshot snapshot = account is null || snapshots is null ? default : snapshots.GetValueOrDefault(account);
        return new Pending(pipeline, pipeline.Ask(account, snapshot, timeout), isLive);
    }

    /// <summary>A processor that was shut down may not have been told of what ended since: the best that it can say is nothing.</summary>
    private static FlushResult Confirmed(Pending flush, FlushResult result) =>
        !flush.IsLive && result.Status == FlushStatus.Delivered ? result with { Status = FlushStatus.Unconfirmed } : result;

    private static FlushResult Report(FlushResult result)
    {
        Telemetry.RecordFlush(result);
        return result;
    }

    private sealed record Selection(ImmutableArray<BatchTraceProcessor> All, ImmutableArray<BatchTraceProcessor> Candidates);

    private readonly record struct Pending(ExportPipeline Pipeline, FlushRequest Request, bool IsLive);
}
