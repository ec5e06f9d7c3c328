namespace WorkerTracing;

/// <summary>A copy of a span's event.</summary>
internal sealed record SpanEvent(string Name, DateTime Time, KeyValuePair<string, object?>[] Attributes);
