using System.Diagnostics;

namespace WorkerTracing.Tests;

/// <summary>Ended, recorded spans that no TracerProvider made.</summary>
internal static class Spans
{
    public static Activity Ended(string name = "span")
    {
        var span = new Activity(name) { ActivityTraceFlags = ActivityTraceFlags.Recorded };
        span.Start();
        span.Stop();
        return span;
    }
}
