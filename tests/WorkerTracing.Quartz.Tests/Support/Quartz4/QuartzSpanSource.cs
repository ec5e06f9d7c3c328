using System.Diagnostics;
using OpenTelemetry.Trace;

namespace WorkerTracing.Quartz.Tests;

/// <summary>Quartz's own spans, as an application records them.</summary>
internal static class QuartzSpanSource
{
    public static TracerProviderBuilder AddQuartzSpans(this TracerProviderBuilder tracing) =>
        tracing.AddSource(QuartzInstrumentation.ActivitySourceName);

    /// <summary>Listens to them and decides nothing.</summary>
    public static IDisposable Watch()
    {
        var listener = new ActivityListener { ShouldListenTo = static source => source.Name == QuartzInstrumentation.ActivitySourceName };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }
}
