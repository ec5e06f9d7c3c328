using System.Diagnostics;

namespace WorkerTracing;

/// <summary>One item of a request: a span, or what is said of a trace ahead of its spans.</summary>
/// <param name="Start">Where its text begins.</param>
/// <param name="End">Where it ends.</param>
/// <param name="Position">The span's position in the exported batch; -1 for a trace's item.</param>
/// <param name="Span">The span; for a trace's item the one that it was written for.</param>
/// <param name="Statement">What a trace's item says.</param>
internal readonly record struct WireItem(int Start, int End, int Position, Activity Span, TraceStatement Statement)
{
    public bool IsTrace => Position < 0;
}
