using System.Diagnostics;

namespace WorkerTracing;

/// <summary>A span and the segment that is its custom property.</summary>
internal readonly record struct KnownSegment(Activity? Span, TraceSegment? Segment);
