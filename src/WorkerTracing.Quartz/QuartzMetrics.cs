using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using Quartz;

namespace WorkerTracing;

/// <summary>What the integration counts, on the meter that all of WorkerTracing shares.</summary>
internal static class QuartzMetrics
{
    private static readonly Meter Meter = new("WorkerTracing");

    private static readonly Counter<long> Vetoes =
        Meter.CreateCounter<long>("worker_tracing.job.vetoed", "{job}", "Firings that a trigger listener turned down: they have no trace.");

    private static readonly ConditionalWeakTable<IJobExecutionContext, object> Counted = [];

    /// <summary>Counts a firing once, however many listeners of ours are told.</summary>
    public static void Vetoed(IJobExecutionContext context)
    {
        if (Vetoes.Enabled && Counted.TryAdd(context, context))
            Vetoes.Add(1, new("workflow.platform.name", "quartz"), new("workflow.task.name", FiredJob.Name(context.JobDetail.Key)));
    }
}
