using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Trace;

namespace WorkerTracing;

/// <summary>Flushes the processors of one TracerProvider: for a job's end, for <see cref="ITraceFlusher"/> and for the host's last flush.</summary>
internal sealed class ProviderFlusher(TracerProvider provider, ForeignFlush? foreign, ILogger log, TimeProvider time) : ITraceFlusher
{
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
        LocalTrace? trace, Dictionary<TraceAccount, TraceBaseline>? baselines, TimeSpan timeout, CancellationToken cancellationToken)
    {
        ImmutableArray<Pending> pending = Ask(trace, baselines, timeout);
        foreach (Pending flush in pending)
        {
            if (!flush.Request.IsAnswered)
                flush.Request.Arm(flush.Pipeline, cancellationToken);
        }

        var combined = new CombinedResult();
        if (foreign is not null)
            combined.Add(await foreign.FlushAsync(timeout, cancellationToken).ConfigureAwait(false));
        foreach (Pending flush in pending)
            combined.Add(await flush.Request.Task.ConfigureAwait(false));
        return Report(combined.Result);
    }

    /// <summary>As <see cref="FlushAsync(LocalTrace?, Dictionary{TraceAccount, TraceBaseline}?, TimeSpan, CancellationToken)"/>, blocking the calling thread alone.</summary>
    public FlushResult Flush(LocalTrace? trace, Dictionary<TraceAccount, TraceBaseline>? baselines, TimeSpan timeout)
    {
        long started = time.GetTimestamp();
        ImmutableArray<Pending> pending = Ask(trace, baselines, timeout);
        var combined = new CombinedResult();
        if (foreign is not null)
            combined.Add(foreign.Flush(timeout));
        foreach (Pending flush in pending)
            combined.Add(flush.Pipeline.Wait(flush.Request, timeout));
        return Report(combined.Result with { Elapsed = time.GetElapsedTime(started) });
    }

    /// <summary>Starts exports without waiting: now, or when the span that still encloses the job ends.</summary>
    public void Request(LocalTrace trace)
    {
        trace.FlushWhenRootEnds();
        if (!trace.IsRootEnded)
            return;
        foreach (BatchTraceProcessor processor in LiveProcessors.All)
        {
            if (Serves(processor, trace))
                processor.Pipeline.RequestExport();
        }

        foreign?.Request();
    }

    /// <summary>
    /// Whether the processor is one of the provider's. One that is wrapped in somebody's own processor carries no provider; it serves the traces whose
    /// spans it has seen.
    /// </summary>
    private bool Serves(BatchTraceProcessor processor, LocalTrace? trace) =>
        processor.ParentProvider is { } owner ? ReferenceEquals(owner, provider) : trace?.HasAccountOf(processor.Pipeline) == true;

    private ImmutableArray<Pending> Ask(LocalTrace? trace, Dictionary<TraceAccount, TraceBaseline>? baselines, TimeSpan timeout)
    {
        var pending = ImmutableArray.CreateBuilder<Pending>(1);
        foreach (BatchTraceProcessor processor in LiveProcessors.All)
        {
            if (!Serves(processor, trace))
                continue;
            TraceAccount? account = trace?.AccountOf(processor.Pipeline);
            TraceBaseline baseline = account is null || baselines is null ? default : baselines.GetValueOrDefault(account);
            pending.Add(new Pending(processor.Pipeline, processor.Pipeline.Ask(account, baseline, timeout)));
        }

        if (pending.Count == 0)
            Log.NothingToFlush(log);
        return pending.DrainToImmutable();
    }

    private static FlushResult Report(FlushResult result)
    {
        Telemetry.RecordFlush(result);
        return result;
    }

    private readonly record struct Pending(ExportPipeline Pipeline, FlushRequest Request);
}
