using Quartz;

namespace WorkerTracing.Quartz.Tests;

/// <summary>Settings of a scheduler that have other names in Quartz 3.</summary>
internal static class QuartzSetups
{
    public static IQuartzBuilder WithName(this IQuartzBuilder q, string name) =>
        q.ConfigureScheduler(scheduler => scheduler.InstanceName = name);

    /// <summary>Keeps Quartz from storing the trace context of the caller with a trigger.</summary>
    public static IQuartzBuilder WithoutStoredContext(this IQuartzBuilder q) =>
        q.ConfigureScheduler(static scheduler => scheduler.PropagateTraceContext = false);

    public static IQuartzBuilder WithExceptionEvents(this IQuartzBuilder q, bool recorded) =>
        q.ConfigureScheduler(scheduler => scheduler.RecordExceptionSpanEvents = recorded);

    public static IQuartzBuilder InterruptsJobsOnShutdown(this IQuartzBuilder q) =>
        q.ConfigureScheduler(static scheduler => scheduler.ShutdownJobInterruption = ShutdownJobInterruption.WhenWaitingForJobs);
}
