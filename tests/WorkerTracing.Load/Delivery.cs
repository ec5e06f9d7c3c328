using System.Diagnostics;

namespace WorkerTracing.Load;

/// <summary>What a job was told of its delivery.</summary>
/// <param name="Trace">The job's trace.</param>
/// <param name="Delivered">Whether it was told that everything is delivered.</param>
/// <param name="Waited">From the end of its work to the answer.</param>
internal readonly record struct Delivery(ActivityTraceId Trace, bool Delivered, TimeSpan Waited);
