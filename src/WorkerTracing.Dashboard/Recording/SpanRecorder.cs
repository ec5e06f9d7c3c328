using System.Diagnostics;
using OpenTelemetry;

namespace WorkerTracing;

/// <summary>Hands each recorded span to the store when it ends.</summary>
internal sealed class SpanRecorder(TraceStore store) : BaseProcessor<Activity>
{
    public override void OnEnd(Activity data)
    {
        if (data.Recorded)
            store.Add(data);
    }
}
