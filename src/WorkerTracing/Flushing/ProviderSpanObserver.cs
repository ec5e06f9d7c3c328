using System.Diagnostics;
using OpenTelemetry;
using OpenTelemetry.Trace;

namespace WorkerTracing;

/// <summary>
/// The last processor of a provider. It tells processors of ours that are wrapped in another processor which provider they serve, and
/// starts the flush of foreign processors when a span ends that enclosed a job.
/// </summary>
internal sealed class ProviderSpanObserver(TracerProvider provider, ProviderForceFlush? foreign) : BaseProcessor<Activity>
{
    /// <inheritdoc/>
    public override void OnStart(Activity data) => TraceSegment.OnStart(data);

    /// <inheritdoc/>
    public override void OnEnd(Activity data)
    {
        WrappedProcessors.Claim(provider, data);
        if (foreign is not null && TraceSegment.IsFlushDue(data))
            foreign.Request();
    }
}
