using Quartz;

namespace WorkerTracing.Quartz.Tests;

/// <summary>Calls of a scheduler that have other names in Quartz 3.</summary>
internal static class SchedulerCalls
{
    /// <summary>Triggers a job of the ambient trace: Quartz stores the trace context.</summary>
    public static async Task TriggerInTraceAsync(this IScheduler scheduler, JobKey job, JobDataMap? data = null) =>
        await (data is null ? scheduler.TriggerJob(job) : scheduler.TriggerJob(job, data));

    public static bool HasShutDown(this IScheduler scheduler) => scheduler.Status == SchedulerStatus.Shutdown;

    /// <summary>Attaches a listener that learns of jobs that cannot start, and of nothing else.</summary>
    public static void AttachToFailures(this IScheduler scheduler, JobTracer tracer) =>
        scheduler.ListenerManager.AddSchedulerListener(new JobTraceListener(tracer));

    /// <summary>Quartz stores the trace context by itself.</summary>
    public static TriggerBuilder<TJob> WithTraceContext<TJob>(this TriggerBuilder<TJob> trigger)
        where TJob : IJob => trigger;

    public static SimpleScheduleBuilder IgnoringMisfires(this SimpleScheduleBuilder schedule) =>
        schedule.WithMisfireInstruction(SimpleTriggerMisfireInstruction.IgnoreMisfires);
}
