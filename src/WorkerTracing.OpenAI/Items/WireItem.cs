using System.Diagnostics;

namespace WorkerTracing;

/// <summary>One item of a request: a span, a span that is derived from another one, or a trace.</summary>
/// <param name="Start">The position of the first byte of its text.</param>
/// <param name="End">The position behind the last byte.</param>
/// <param name="Position">The span's position in the exported batch; <see cref="Trace"/> or <see cref="DerivedSpan"/> for other
/// items.</param>
/// <param name="TraceId">The trace of the item.</param>
/// <param name="SpanId">The span; for another item the one that it was written for.</param>
/// <param name="Name">The name of that span, for the log.</param>
/// <param name="Statement">The content of a trace's item.</param>
internal readonly record struct WireItem(
    int Start, int End, int Position, ActivityTraceId TraceId, ActivitySpanId SpanId, string Name, TraceStatement Statement)
{
    public const int Trace = -1;
    public const int DerivedSpan = -2;

    public bool IsTrace => Position == Trace;

    public bool IsSpan => Position >= 0;
}
