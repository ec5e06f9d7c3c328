// Start here. A firing passes through this package in four steps:
//
// 1. JobTraceListener.JobToBeExecuted announces it (Firing.AnnounceAsync).
// 2. Quartz starts its own span before the job. QuartzSpans observes that on the job's flow, and Firing.BeginAttempt starts the span of the
//    attempt, which QuartzJobInfo.From describes.
// 3. Quartz stops its span. Firing.EndAttempt ends the attempt with its AttemptOutcome. A refire repeats steps 2 and 3.
// 4. JobTraceListener.JobWasExecuted completes the firing, with the flush that the job asks for (Firing.CompleteAsync).
//
// Where a firing leaves that path: StoppedFirings traces the ones whose job never runs, of which SchedulerEvents learns, and
// AbandonedFirings completes the ones that Quartz drops after an exception. RunLinks remembers what a later firing links to. QuartzVersion
// names what differs between Quartz 3 and 4. The files that both versions share are in src/Shared/Quartz.
using System.Runtime.CompilerServices;
using Quartz;

namespace WorkerTracing;

/// <summary>
/// Wraps every firing of the jobs that it listens to in one trace, and makes the flush that the job asked for in <c>JobWasExecuted</c>.
/// Attach it to a scheduler that already exists with <c>scheduler.ListenerManager.AddJobListener(new JobTraceListener(tracer))</c>.
/// </summary>
/// <remarks>
/// <para>
/// Quartz calls its job listeners on a flow whose ambient span does not reach the job. So the listener only announces the firing. The span
/// of the job begins and ends together with Quartz's own span of it (<c>Quartz.Job.Execute</c>), which encloses the job on its flow.
/// </para>
/// <para>
/// At the first firing it attaches a scheduler listener, which records the jobs that did not run: those that could not be created, and
/// those that a throwing listener stopped. To record a failure before that, use <c>scheduler.UseWorkerTracing(tracer)</c> instead.
/// Thread-safe; one instance can serve several schedulers.
/// </para>
/// </remarks>
public sealed class JobTraceListener : IJobListener
{
    private static int Instances;

    // The scheduler listener that this listener has attached to each of its schedulers.
    private readonly ConditionalWeakTable<IScheduler, SchedulerEvents> _events = [];

    /// <summary>Creates a listener for any number of schedulers.</summary>
    /// <param name="tracer">Traces the jobs. If it is disabled, the listener does nothing but remove itself at the first firing.</param>
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

    Task IJobListener.JobToBeExecuted(IJobExecutionContext context, CancellationToken cancellationToken)
    {
        if (Tracer.IsEnabled)
            return Boundary.RunAsync((Self: this, context), static at => at.Self.AnnounceAsync(at.context)).AsTask();

        // A disabled tracer stays disabled, and Quartz calls every listener for every firing: one that is gone costs nothing.
        Boundary.Run((Self: this, context.Scheduler), static at => at.Self.Leave(at.Scheduler));
        return Task.CompletedTask;
    }

    Task IJobListener.JobExecutionVetoed(IJobExecutionContext context, CancellationToken cancellationToken) =>
        Tracer.IsEnabled
            ? Boundary.RunAsync((Tracer, context), static at => StoppedFirings.VetoAsync(at.Tracer, at.context)).AsTask()
            : Task.CompletedTask;

    Task IJobListener.JobWasExecuted(
        IJobExecutionContext context,
        JobExecutionException? jobException,
        CancellationToken cancellationToken) =>
        Firing.Find(context) is { } firing
            ? Boundary.RunAsync(firing, static firing => firing.CompleteAsync()).AsTask()
            : Task.CompletedTask;

    /// <summary>Attaches the scheduler listener of this listener to a scheduler, unless it is attached.</summary>
    internal void AttachEvents(IScheduler scheduler)
    {
        if (_events.TryGetValue(scheduler, out _))
            return;
        var events = new SchedulerEvents(this, scheduler);
        if (_events.TryAdd(scheduler, events))
            scheduler.ListenerManager.AddSchedulerListener(events);
    }

    /// <summary>Returns true if the application has removed this listener from a scheduler.</summary>
    internal bool IsRemovedFrom(IScheduler scheduler) => !scheduler.ListenerManager.GetJobListeners().Contains(this);

    /// <summary>Removes the scheduler listener from a scheduler on which the application has removed this job listener.</summary>
    internal bool LeaveIfRemoved(IScheduler scheduler)
    {
        if (!IsRemovedFrom(scheduler))
            return false;
        Leave(scheduler);
        return true;
    }

    private void Leave(IScheduler scheduler)
    {
        scheduler.ListenerManager.RemoveJobListener(Name);
        if (_events.TryGetValue(scheduler, out SchedulerEvents? events) && _events.Remove(scheduler))
            scheduler.ListenerManager.RemoveSchedulerListener(events);
    }

    private ValueTask AnnounceAsync(IJobExecutionContext context)
    {
        AttachEvents(context.Scheduler);
        return Firing.AnnounceAsync(context, this);
    }
}
