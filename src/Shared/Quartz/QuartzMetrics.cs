using System.Diagnostics.Metrics;
using Quartz;

namespace WorkerTracing;

/// <summary>The metrics of the integration, on the meter that all of WorkerTracing shares.</summary>
internal static class QuartzMetrics
{
    private static readonly Meter Meter = new(InstrumentationScope.Name);

    private static readonly Counter<long> Vetoes =
        Meter.CreateCounter<long>("worker_tracing.job.vetoed", "{job}", "Firings that a trigger listener vetoed.");

    /// <summary>Counts a vetoed firing.</summary>
    public static void CountVeto(IJobExecutionContext context)
    {
        if (Vetoes.Enabled)
            Vetoes.Add(1, new(SpanAttributes.Platform, "quartz"), new(SpanAttributes.Task, QuartzJobInfo.Name(context.JobDetail)));
    }
}
