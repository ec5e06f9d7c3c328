using System.Diagnostics;

namespace WorkerTracing.Load;

/// <summary>The result that a job got for its delivery.</summary>
/// <param name="Trace">The job's trace.</param>
/// <param name="Delivered">Whether the flush reported that everything is delivered.</param>
/// <param name="Waited">From the end of its work to the answer.</param>
internal readonly record struct Delivery(ActivityTraceId Trace, bool Delivered, TimeSpan Waited);
