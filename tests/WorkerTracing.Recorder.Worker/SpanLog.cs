using System.Diagnostics;

namespace WorkerTracing.Recorder.Worker;

/// <summary>Tells the test about spans: before a span can be recorded, and after its end was recorded.</summary>
internal static class SpanLog
{
    private static readonly Lock Sync = new();

    public static void Begun(Activity span) => Write("begun", span);

    /// <summary>The recorder has returned from the end of the span.</summary>
    public static void Ended(Activity span) => Write("ended", span);

    /// <summary>The recorder has returned from the start of the job.</summary>
    public static void Open(Activity job) => Write("open", job);

    private static void Write(string what, Activity span)
    {
        lock (Sync)
            Console.WriteLine($"{what} {span.TraceId} {span.SpanId}");
    }
}
