using Quartz;

namespace WorkerTracing.Quartz.Tests;

/// <summary>Calls of a scheduler with the names of Quartz 4.</summary>
internal static class SchedulerCalls
{
    public static Task AddJob(this IScheduler scheduler, IJobDetail job, CancellationToken cancellationToken = default) =>
        scheduler.AddJob(job, replace: false, cancellationToken);

    public static Task<bool> InterruptFireInstance(this IScheduler scheduler, string fireInstanceId) => scheduler.Interrupt(fireInstanceId);

    /// <summary>Triggers a job of the ambient trace: the application stores the trace context.</summary>
    public static Task TriggerInTraceAsync(this IScheduler scheduler, JobKey job, JobDataMap? data = null) =>
        scheduler.TriggerJob(job, (data ?? []).WithTraceContext());

    public static bool HasShutDown(this IScheduler scheduler) => scheduler.IsShutdown;

    /// <summary>Attaches a second time, as a scheduler listener too.</summary>
    public static void AttachToFailures(this IScheduler scheduler, JobTracer tracer) => scheduler.UseWorkerTracing(tracer);

    public static SimpleScheduleBuilder IgnoringMisfires(this SimpleScheduleBuilder schedule) =>
        schedule.WithMisfireHandlingInstructionIgnoreMisfires();

    public static Task AsTask(this Task task) => task;

    public static Task<TResult> AsTask<TResult>(this Task<TResult> task) => task;
}
