using Quartz;
using Quartz.Listener;

namespace WorkerTracing;

/// <summary>
/// The events of one scheduler for a <see cref="JobTraceListener"/>. Quartz 3 does not pass the scheduler to its scheduler listeners, so
/// each scheduler has a listener of its own.
/// </summary>
internal sealed class SchedulerEvents(JobTraceListener listener, IScheduler scheduler) : SchedulerListenerSupport
{
    public override Task JobScheduled(ITrigger trigger, CancellationToken cancellationToken = default)
    {
        listener.Boundary.Run(trigger.Key, static key => RunLinks.NoteStored(key.Name, key.Group));
        return Task.CompletedTask;
    }

    public override Task SchedulerError(string msg, SchedulerException cause, CancellationToken cancellationToken = default) =>
        listener.Tracer.IsEnabled
            ? listener.Boundary.RunAsync((Self: this, cause), static at => at.Self.HandleErrorAsync(at.cause)).AsTask()
            : Task.CompletedTask;

    private ValueTask HandleErrorAsync(SchedulerException exception)
    {
        if (exception is JobExecutionProcessException error && Firing.Find(error.JobExecutionContext) is { } firing)
            return firing.HandleErrorAsync(error);
        if (listener.LeaveIfRemoved(scheduler))
            return default;
        return exception switch
        {
            JobInstantiationException failure => StoppedFirings.FailAsync(listener.Tracer, scheduler, failure),
            JobExecutionProcessException failure when !QuartzVersion.HasRun(failure.JobExecutionContext) =>
                StoppedFirings.FailAsync(listener.Tracer, failure),
            _ => default,
        };
    }
}
