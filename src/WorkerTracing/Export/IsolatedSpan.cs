using System.Diagnostics;

namespace WorkerTracing;

/// <summary>A span that failed in an export of its own. It is sent alone from then on, so that it cannot fail others.</summary>
/// <param name="Span">The span.</param>
/// <param name="Delivery">The counts of its trace, where it belongs to a job.</param>
/// <param name="Position">Its queue position.</param>
/// <param name="Failures">
/// How often it failed alone while the exporter delivered other spans. Zero: the exporter may have failed altogether.
/// </param>
/// <param name="RetryAt">When it is sent again; null for as soon as another span was delivered, or nothing else is left to send.</param>
internal sealed record IsolatedSpan(Activity Span, SegmentDelivery? Delivery, long Position, int Failures, long? RetryAt)
{
    /// <summary>Gets the record of the span in the flight recorder.</summary>
    public RecordHandle Record { get; init; }

    /// <summary>Gets whether the span is at fault and waits for its time, so that no flush waits for it.</summary>
    public bool IsPostponed => Failures > 0 && RetryAt is not null;
}
