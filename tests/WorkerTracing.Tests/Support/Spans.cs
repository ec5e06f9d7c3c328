using System.Diagnostics;

namespace WorkerTracing.Tests;

/// <summary>Ended, recorded spans that no TracerProvider made.</summary>
internal static class Spans
{
    public static Activity Ended(string name = "span") => End(new Activity(name));

    /// <summary>A span of the same trace.</summary>
    public static Activity EndedBelow(Activity parent, string name) =>
        End(new Activity(name).SetParentId(parent.TraceId, parent.SpanId, ActivityTraceFlags.Recorded));

    private static Activity End(Activity span)
    {
        span.ActivityTraceFlags = ActivityTraceFlags.Recorded;
        span.Start();
        span.Stop();
        return span;
    }
}
