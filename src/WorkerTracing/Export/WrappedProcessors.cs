using System.Diagnostics;
using OpenTelemetry;

namespace WorkerTracing;

/// <summary>
/// Finds the provider of a <see cref="BatchTraceProcessor"/> that is wrapped in another processor, and so has no
/// <see cref="BaseProcessor{T}.ParentProvider"/>: a provider passes an ended span to its processors one after the other on one thread, so
/// the provider whose last processor sees the span next is the one.
/// </summary>
internal static class WrappedProcessors
{
    /// <summary>The processors without a known provider that saw the span <see cref="SpanHere"/> on the current thread.</summary>
    [ThreadStatic]
    private static List<BatchTraceProcessor>? SeenHere;

    [ThreadStatic]
    private static ActivitySpanId SpanHere;

    private static bool Any; // set by any thread, once: until then a span's end costs a check

    /// <summary>A processor without a known provider saw a span end.</summary>
    public static void Add(BatchTraceProcessor processor, Activity span)
    {
        Volatile.Write(ref Any, true);
        List<BatchTraceProcessor> seen = SeenHere ??= [];
        if (SpanHere != span.SpanId)
            seen.Clear();
        SpanHere = span.SpanId;
        if (!seen.Contains(processor))
            seen.Add(processor);
    }

    /// <summary>The last processor of a provider saw a span end.</summary>
    public static void Claim(BaseProvider provider, Activity span)
    {
        if (!Volatile.Read(ref Any) || SeenHere is not { Count: > 0 } seen)
            return;
        if (SpanHere == span.SpanId)
        {
            foreach (BatchTraceProcessor processor in seen)
                processor.WrappedIn(provider);
        }

        seen.Clear();
    }
}
