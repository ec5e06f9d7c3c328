using System.Diagnostics;
using Quartz;

namespace WorkerTracing;

/// <summary>
/// Reads the trace context in the data of a trigger. Quartz 4 writes it there for every trigger; with Quartz 3, the application asks for it
/// with <c>WithTraceContext</c>. The keys are the same.
/// </summary>
internal static class StoredContext
{
    /// <summary>The key of <c>traceparent</c>.</summary>
    public const string TraceParent = "QRTZ_TRACEPARENT";

    /// <summary>The key of <c>tracestate</c>.</summary>
    public const string TraceState = "QRTZ_TRACESTATE";

    /// <summary>Gets the context, or the default if there is none that can be read.</summary>
    public static ActivityContext Read(JobDataMap data) => JobOrigin.Extract(data, static (data, header) => header switch
    {
        JobOrigin.TraceParentHeader => Text(data, TraceParent),
        JobOrigin.TraceStateHeader => Text(data, TraceState),
        _ => null,
    }).Context;

    private static string? Text(JobDataMap data, string key) => data.TryGetValue(key, out object? value) ? value as string : null;
}
