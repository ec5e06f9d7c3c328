using OpenTelemetry.Trace;

namespace WorkerTracing;

/// <summary>Records jobs in a TracerProvider that is built with OpenTelemetry's own verbs.</summary>
public static class WorkerTracingTracerProviderBuilderExtensions
{
    /// <summary>Records the spans of jobs: the ActivitySource <c>WorkerTracing</c>.</summary>
    /// <param name="builder">The builder.</param>
    /// <returns>The builder.</returns>
    /// <remarks><c>AddWorkerTracing</c> on the services does this too. Calling both changes nothing.</remarks>
    public static TracerProviderBuilder AddWorkerTracingInstrumentation(this TracerProviderBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddSource(InstrumentationScope.Name);
    }
}
