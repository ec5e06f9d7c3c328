using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;

namespace WorkerTracing;

/// <summary>A span that the flight recorder has kept, in the form that its exporter has given it.</summary>
/// <param name="TraceId">The trace of the span.</param>
/// <param name="SpanId">The id of the span.</param>
/// <param name="Content">The content that <see cref="IRecordedSpanExporter.WriteSpan"/> has written.</param>
/// <param name="Resource">The content that <see cref="IRecordedSpanExporter.WriteResource"/> has written in the span's process.</param>
[Experimental("WORKERTRACING001")]
public readonly record struct RecordedSpan(
    ActivityTraceId TraceId, ActivitySpanId SpanId, ReadOnlyMemory<byte> Content, ReadOnlyMemory<byte> Resource);
