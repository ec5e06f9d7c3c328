using System.Diagnostics;

namespace WorkerTracing.Tests;

/// <summary>A record of <see cref="LeftOverFiles"/> that is to be found: where it is, and what it holds.</summary>
internal sealed record LeftOverRecord(string File, int Offset, int Length, string Text, ActivitySpanId SpanId);
