using System.Diagnostics;

namespace WorkerTracing;

/// <summary>
/// A span that was taken off the queue and waits for a later export: retained by the exporter, or behind another span of its trace.
/// </summary>
/// <param name="Span">The span.</param>
/// <param name="Account">Its trace's account, where a job of ours is concerned.</param>
/// <param name="Position">Its queue position: what keeps the order within a trace.</param>
/// <param name="Round">The round of requests that it has had its try in; a later one gives it another.</param>
internal readonly record struct DeferredSpan(Activity Span, SegmentDelivery? Account, long Position, long Round);
