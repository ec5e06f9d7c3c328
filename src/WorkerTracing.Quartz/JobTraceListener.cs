// Start here. A firing passes through this package in four steps:
//
// 1. JobTraceListener.JobToBeExecuted announces it (Firing.AnnounceAsync).
// 2. Quartz opens its own span around the job. QuartzSpans hears of that on the job's flow, and Firing.BeginAttempt starts the span of the
//    attempt, which QuartzJobInfo.From describes.
// 3. Quartz closes its span. Firing.EndAttempt ends the attempt with its AttemptOutcome. A refire repeats steps 2 and 3.
// 4. JobTraceListener.JobWasExecuted completes the firing, with the flush that the job asks for (Firing.CompleteAsync).
//
// Where a firing leaves that path: StoppedFirings traces the ones whose job never runs, AbandonedFirings completes the ones that Quartz
// drops after an exception. RunLinks remembers what a later firing links to. QuartzVersion names what differs between Quartz 3 and 4.
using System.Diagnostics.CodeAnalysis;
using Quartz;

namespace WorkerTracing;

/// <summary>
/// Wraps every firing of the jobs that it listens to in one trace, and makes the flush that the job asked for in <c>JobWasExecuted</c>.
/// Attach it to a scheduler that already exists with <c>scheduler.ListenerManager.AddJobListener(new JobTraceListener(tracer))</c>.
/// </summary>
/// <remarks>
/// <para>
/// Quartz calls its job listeners on a flow whose ambient span does not reach the job. So the listener only announces the firing. The span of
/// the job begins and ends together with Quartz's own span of it (<c>Quartz.Job.Execute</c>), which encloses the middleware and the job on
/// their flow.
/// </para>
/// <para>
/// As a scheduler listener it records the jobs that did not run: those that could not be created, and those that a throwing listener
/// stopped. It attaches itself as one at the first firing. To record a failure before that, attach it with <c>AddSchedulerListener</c> too.
/// Thread-safe; one instance can serve several schedulers.
/// </para>
/// </remarks>
public sealed class JobTraceListener : IJobListener, ISchedulerListener
{
    private static int Instances;

    // True once the listener has attached itself to a scheduler, which it then leaves by itself too.
    private volatile bool _isSelfAttached;

    /// <summary>Creates a listener for any number of schedulers.</summary>
    /// <param name="tracer">Traces the jobs. If it is disabled, the listener does nothing but remove itself at the first firing.</param>
    // Quartz asks which method implements which, and native compilation drops explicit implementations.
    [DynamicDependency(DynamicallyAccessedMemberTypes.NonPublicMethods, typeof(JobTraceListener))]
    public JobTraceListener(JobTracer tracer)
    {
        ArgumentNullException.ThrowIfNull(tracer);
        Tracer = tracer;
        Boundary = new FailureBoundary(tracer, "Quartz");
        tracer.ReportAttached("Quartz");
        if (tracer.IsEnabled)
            QuartzSpans.Listen();
    }

    /// <summary>
    /// Gets the name under which Quartz knows the listener. Each instance has a name of its own, because Quartz replaces a listener by
    /// another one of its name.
    /// </summary>
    public string Name { get; } = $"WorkerTracing {Interlocked.Increment(ref Instances)}";

    internal JobTracer Tracer { get; }

    internal FailureBoundary Boundary { get; }

    ValueTask IJobListener.JobToBeExecuted(IJobExecutionContext context, CancellationToken cancellationToken)
    {
        if (Tracer.IsEnabled)
            return Boundary.RunAsync((Self: this, context), static at => at.Self.AnnounceAsync(at.context));

        // A disabled tracer stays disabled, and Quartz calls every listener for every firing: one that is gone costs nothing.
        Boundary.Run((Self: this, context.Scheduler), static at => at.Self.Leave(at.Scheduler));
        return default;
    }

    ValueTask IJobListener.JobExecutionVetoed(IJobExecutionContext context, CancellationToken cancellationToken) =>
        Tracer.IsEnabled
            ? Boundary.RunAsync((Tracer, context), static at => StoppedFirings.VetoAsync(at.Tracer, at.context))
            : default;

    ValueTask IJobListener.JobWasExecuted(
        IJobExecutionContext context,
        JobExecutionException? jobException,
        CancellationToken cancellationToken) =>
        Firing.Find(context) is { } firing ? Boundary.RunAsync(firing, static firing => firing.CompleteAsync()) : default;

    ValueTask ISchedulerListener.JobScheduled(IScheduler scheduler, ITrigger trigger, CancellationToken cancellationToken)
    {
        if (Tracer.IsEnabled)
            Boundary.Run((scheduler, trigger), static at => RunLinks.NoteScheduled(at.scheduler, at.trigger));
        return default;
    }

    ValueTask ISchedulerListener.SchedulerError(
        IScheduler scheduler,
        SchedulerErrorContext errorContext,
        CancellationToken cancellationToken) =>
        Tracer.IsEnabled
            ? Boundary.RunAsync(
                (Self: this, scheduler, errorContext.Exception),
                static at => at.Self.HandleErrorAsync(at.scheduler, at.Exception))
            : default;

    /// <summary>Returns true if the application has removed this listener from a scheduler.</summary>
    internal bool IsRemovedFrom(IScheduler scheduler) => scheduler.ListenerManager.GetJobListener(Name) is null;

    /// <summary>
    /// Leaves a scheduler to which this listener attached itself, if the application has removed it there as a job listener.
    /// </summary>
    internal bool LeaveIfRemoved(IScheduler scheduler)
    {
        if (!_isSelfAttached || !IsRemovedFrom(scheduler))
            return false;
        scheduler.ListenerManager.RemoveSchedulerListener(Name);
        return true;
    }

    private void Leave(IScheduler scheduler)
    {
        scheduler.ListenerManager.RemoveJobListener(Name);
        scheduler.ListenerManager.RemoveSchedulerListener(Name);
    }

    private ValueTask AnnounceAsync(IJobExecutionContext context)
    {
        IListenerManager listeners = context.Scheduler.ListenerManager;
        if (listeners.GetSchedulerListener(Name) is null)
        {
            _isSelfAttached = true;
            listeners.AddSchedulerListener(this);
        }

        return Firing.AnnounceAsync(context, this);
    }

    private ValueTask HandleErrorAsync(IScheduler scheduler, SchedulerException exception)
    {
        if (exception is JobExecutionProcessException error && Firing.Find(error.JobExecutionContext) is { } firing)
            return firing.HandleErrorAsync(error);
        if (LeaveIfRemoved(scheduler))
            return default;
        return exception switch
        {
            JobInstantiationException failure => StoppedFirings.FailAsync(Tracer, scheduler, failure),
            JobExecutionProcessException failure when !QuartzVersion.HasRun(failure.JobExecutionContext) =>
                StoppedFirings.FailAsync(Tracer, failure),
            _ => default,
        };
    }
}
