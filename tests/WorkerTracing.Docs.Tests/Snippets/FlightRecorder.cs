using Microsoft.Extensions.Hosting;
using WorkerTracing;

namespace Snippets;

/// <summary>docs/flight-recorder.md.</summary>
internal static class FlightRecorder
{
    public static void Host(HostApplicationBuilder builder)
    {
        #region host
        builder.Services.AddWorkerTracing()
            .AddFlightRecorder("/var/lib/orders/traces")
            .AddOtlpExporter();
        #endregion
    }
}
