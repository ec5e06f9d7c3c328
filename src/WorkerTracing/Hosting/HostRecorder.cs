using Microsoft.Extensions.Options;

namespace WorkerTracing;

/// <summary>The flight recorder of a host, as <c>AddFlightRecorder</c> has registered it.</summary>
internal sealed class HostRecorder(IOptions<FlightRecorderOptions> recorder, IOptions<WorkerTracingOptions> tracing)
{
    /// <summary>Gets the options; null where tracing is disabled: then nothing is written or taken over.</summary>
    public FlightRecorderOptions? Options => tracing.Value.Enabled ? recorder.Value : null;
}
