using System.Diagnostics;

namespace WorkerTracing;

/// <summary>The span that code runs under, seen with the eyes of a job that is about to begin.</summary>
internal static class AmbientSpan
{
    /// <summary>The nearest ambient span that has not ended: work that outlives its span keeps that span as its ambient one.</summary>
    public static Activity? Current
    {
        get
        {
            Activity? span = Activity.Current;
            while (span is { IsStopped: true })
                span = span.Parent;
            return span;
        }
    }

    /// <summary>
    /// Whether the span is recorded and its end is heard of. A request that comes with a sampled trace context has a span with the recorded
    /// flag even where nobody listens to it.
    /// </summary>
    public static bool IsRecordedWithListener(Activity span) => span.Recorded && span.Source.HasListeners();

    /// <summary>
    /// Whether somebody recorded the span or decided not to. A host makes spans without a source (source name empty, flags none) for its
    /// own log scopes; nobody ever sampled those, unless they are below one that somebody did sample out.
    /// </summary>
    public static bool HasSamplingDecision(Activity span)
    {
        for (Activity? at = span; at is not null; at = at.Parent)
        {
            if (at.Recorded || at.Source.Name.Length > 0)
                return true;
        }

        return TraceSegment.Suppresses(span);
    }
}
