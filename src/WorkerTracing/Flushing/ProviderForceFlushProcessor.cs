using System.Diagnostics;
using OpenTelemetry;

namespace WorkerTracing;

/// <summary>
/// Has the foreign processors asked when a span ends that enclosed a job with a flush. Added to the provider when it has been built: that
/// makes it the last to hear of the end, and there may be no
/// processor of ours to hear of it at all.
/// </summary>
internal sealed class ProviderForceFlushProcessor(ProviderForceFlush foreign) : BaseProcessor<Activity>
{
    public override void OnEnd(Activity data)
    {
        if (TraceSegment.IsFlushDue(data))
            foreign.Request();
    }
}
