using System.Diagnostics;

namespace WorkerTracing;

/// <summary>Reads the ambient span as a new job sees it.</summary>
internal static class AmbientSpan
{
    /// <summary>
    /// Gets the nearest ambient span that has not ended. Work that outlives its span keeps that span as <see cref="Activity.Current"/>.
    /// </summary>
    public static Activity? Current => NearestRunning(Activity.Current);

    /// <summary>Gets the span itself, or its nearest ancestor that has not ended.</summary>
    public static Activity? NearestRunning(Activity? span)
    {
        while (span is { IsStopped: true })
            span = span.Parent;
        return span;
    }

    /// <summary>
    /// Returns true if the span is recorded and a listener is notified of its end. The span of a request with a sampled trace context has
    /// the recorded flag also without a listener.
    /// </summary>
    public static bool IsRecordedWithListener(Activity span) => span.Recorded && span.Source.HasListeners();

    /// <summary>
    /// Returns true if a sampler recorded the span or decided against it, here or at a remote caller. A host makes spans without a source
    /// (source name empty, flags none) for its own log scopes, and no sampler has seen those; but below a caller from outside, the flags
    /// are the caller's decision.
    /// </summary>
    public static bool HasSamplingDecision(Activity span)
    {
        for (Activity? at = span; at is not null; at = at.Parent)
        {
            if (at.Recorded || at.Source.Name.Length > 0 || (at.Parent is null && at.ParentSpanId != default))
                return true;
        }

        return TraceSegment.Suppresses(span);
    }
}
