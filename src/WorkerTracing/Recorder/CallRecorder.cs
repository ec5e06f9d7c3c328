using System.Diagnostics;
using OpenTelemetry;

namespace WorkerTracing;

/// <summary>
/// Records client and producer spans when they start. They give their context to another process, or to a later job: its spans would have no
/// parent if this process is killed before the call has returned.
/// </summary>
internal sealed class CallRecorder(RecorderChannel channel) : BaseProcessor<Activity>
{
    /// <inheritdoc/>
    public override void OnStart(Activity data)
    {
        if (data is { Recorded: true, Kind: ActivityKind.Client or ActivityKind.Producer })
            channel.OpenCall(data);
    }
}
