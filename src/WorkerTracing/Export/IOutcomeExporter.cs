using System.Diagnostics;

namespace WorkerTracing;

/// <summary>
/// Implemented by a <see cref="OpenTelemetry.BaseExporter{T}"/> of <see cref="Activity"/> that reports more than success or failure:
/// an outcome for each span, the number of exports that may run at the same time, and when to retry.
/// </summary>
/// <remarks>
/// <para>
/// The exporter and the <see cref="BatchTraceProcessor"/> share the work as follows. The exporter cuts a batch into requests by their
/// encoded size. It splits a request that the backend refuses as too large or as malformed (413, 400, 422), down to the span at fault.
/// It makes one attempt for each request: a failure that may pass (no connection, a timeout, 429, 5xx) ends the call, and the spans of
/// this request and of those not sent yet are <see cref="ExportOutcome.Retained"/>.
/// </para>
/// <para>
/// The processor retries. After an export that retained spans it calls <see cref="Export"/> for no span, old or new, until a delay is
/// over: <see cref="RetryAfter"/>, or else a backoff from 100 milliseconds to 5 seconds that doubles with each failed export. Flushes
/// that wait are answered at once with <see cref="FlushStatus.TimedOut"/>. A shutdown tries once without regard to the delay.
/// </para>
/// <para>
/// When the delay is over, one export probes the backend. It holds half of the spans that the failed export retained, down to a single
/// span. As soon as an export retains nothing, the others follow without a delay. So a span that the backend cannot process is found with
/// at most 2 log2(n) + 2 exports among n, and the others arrive. A span that failed in an export of its own does not hold back its trace
/// any more. It is sent alone from then on: as soon as other spans were delivered, then after delays from 5 seconds to 1 minute. After 10
/// such failures it is dropped, and counted as lost.
/// </para>
/// </remarks>
public interface IOutcomeExporter
{
    /// <summary>
    /// Gets the number of calls of <see cref="Export"/> that may run at the same time. Read once, when the processor is created.
    /// </summary>
    /// <value>At least 1. Exporters without this interface have one export at a time, as OpenTelemetry requires.</value>
    int MaxConcurrency { get; }

    /// <summary>
    /// Gets whether two calls of <see cref="Export"/> that run at the same time never hold spans of the same trace, so that the spans of a
    /// trace leave in the order in which they ended. Read once, when the processor is created.
    /// </summary>
    /// <value>
    /// The default is true. False lets the last span of a trace leave while earlier ones are still in flight, which shortens a flush.
    /// </value>
    bool SeparatesTraces => true;

    /// <summary>
    /// Gets how long the processor must not call <see cref="Export"/>, counted from the end of the last call. Read on the export thread
    /// after a call that returned <see cref="ExportOutcome.Retained"/>, and only then.
    /// </summary>
    /// <value>
    /// For example the value of the backend's <c>Retry-After</c> header. The default, zero, and negative values select the processor's
    /// own backoff. There is no upper limit but 24 days.
    /// </value>
    TimeSpan RetryAfter => TimeSpan.Zero;

    /// <summary>Gets whether the exporter logs its failures itself. Read once, when the processor is created.</summary>
    /// <value>
    /// The default is false: the processor logs the spans that an export lost or retained, and when the exporter delivers again, by its log
    /// events 2 and 14.
    /// </value>
    bool LogsFailures => false;

    /// <summary>
    /// Sends a batch. Called instead of <c>BaseExporter.Export</c>, on a thread of the <see cref="BatchTraceProcessor"/>, with
    /// instrumentation suppressed. May block. An exception ends the call: spans without an outcome count as dropped.
    /// </summary>
    /// <param name="batch">The spans, within each trace in the order in which they ended. Valid during the call only.</param>
    /// <param name="outcomes">
    /// One outcome for each span of <paramref name="batch"/>. All are <see cref="ExportOutcome.Dropped"/> when the call begins.
    /// </param>
    /// <param name="cancellationToken">Canceled at the export timeout and at the deadline of a shutdown.</param>
    void Export(ReadOnlySpan<Activity> batch, Span<ExportOutcome> outcomes, CancellationToken cancellationToken);
}
