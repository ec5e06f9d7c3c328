using System.Diagnostics.CodeAnalysis;
using Quartz;

namespace WorkerTracing;

/// <summary>
/// Wraps every firing of the jobs that it listens to in one trace, and makes the flush that the job asked for in <c>JobWasExecuted</c>.
/// Attach it to a scheduler that already exists with <c>scheduler.ListenerManager.AddJobListener(new JobTraceListener(tracer))</c>.
/// </summary>
/// <remarks>
/// <para>
/// Quartz calls its job listeners where nothing that they make ambient reaches the job. So this one only announces the firing; the job's
/// span is
/// begun and ended together with Quartz's own span of it (<c>Quartz.Job.Execute</c>), which opens around the middleware and the job on
/// their very flow.
/// </para>
/// <para>
/// As a scheduler listener it records the jobs that could not be created. It attaches itself as one when it first hears of a firing; to
/// catch a
/// failure before that, attach it with <c>AddSchedulerListener</c> too. Thread-safe; one instance may serve several schedulers.
/// </para>
/// </remarks>
public sealed class JobTraceListener : IJobListener, ISchedulerListener
{
    private static int Instances;

    private readonly JobTracer _tracer;
    private readonly FailureBoundary _boundary;
    private readonly RetryLinks _retried = new();

    /// <summary>Makes a listener for any number of schedulers.</summary>
    /// <param name="tracer">Traces the jobs. When it is disabled, the listener does nothing but detach itself at the first firing.</param>
    // Quartz asks which method implements which, and native code forgets explicit ones
    [DynamicDependency(DynamicallyAccessedMemberTypes.NonPublicMethods, typeof(JobTraceListener))]
    public JobTraceListener(JobTracer tracer)
    {
        ArgumentNullException.ThrowIfNull(tracer);
        _tracer = tracer;
        _boundary = new FailureBoundary(tracer, "Quartz");
        if (tracer.IsEnabled)
            QuartzSpans.Listen();
    }

    /// <summary>
    /// The name that Quartz knows the listener by, another one for each instance: Quartz refuses to start with two listeners of one name.
    /// </summary>
    public string Name { get; } = $"WorkerTracing {Interlocked.Increment(ref Instances)}";

    ValueTask IJobListener.JobToBeExecuted(IJobExecutionContext context, CancellationToken cancellationToken) =>
        _tracer.IsEnabled
            ? _boundary.RunAsync((Self: this, Context: context), static at => at.Self.AnnounceAsync(at.Context))
            : Leave(context.Scheduler);

    ValueTask IJobListener.JobExecutionVetoed(IJobExecutionContext context, CancellationToken cancellationToken)
    {
        if (_tracer.IsEnabled)
            _boundary.Run(context, QuartzMetrics.Vetoed);
        return default;
    }

    ValueTask IJobListener.JobWasExecuted(
        IJobExecutionContext context,
        JobExecutionException? jobException,
        CancellationToken cancellationToken) =>
        Firing.Find(context) is { } firing
            ? _boundary.RunAsync(firing, static firing => firing.CompleteAsync())
            : default;

    ValueTask ISchedulerListener.SchedulerError(
        IScheduler scheduler,
        SchedulerErrorContext errorContext,
        CancellationToken cancellationToken) =>
        _tracer.IsEnabled
            ? _boundary.RunAsync(
                (Tracer: _tracer, Scheduler: scheduler, errorContext.Exception),
                static at => HearAsync(at.Tracer, at.Scheduler, at.Exception))
            : default;

    private static ValueTask HearAsync(JobTracer tracer, IScheduler scheduler, SchedulerException exception) => exception switch
    {
        JobInstantiationException failure => InstantiationFailure.TraceAsync(tracer, scheduler, failure),
        JobExecutionProcessException failure when Firing.Find(failure.JobExecutionContext) is { } firing => firing.HearFailureAsync(
            failure),
        _ => default,
    };

    /// <summary>
    /// A disabled tracer stays disabled, and Quartz makes lists of its listeners for every firing: only one that is gone costs a job
    /// nothing.
    /// </summary>
    private ValueTask Leave(IScheduler scheduler)
    {
        _boundary.Run((Name, scheduler.ListenerManager), static at =>
        {
            at.ListenerManager.RemoveJobListener(at.Name);
            at.ListenerManager.RemoveSchedulerListener(at.Name);
        });
        return default;
    }

    private ValueTask AnnounceAsync(IJobExecutionContext context)
    {
        IListenerManager listeners = context.Scheduler.ListenerManager;
        if (listeners.GetSchedulerListener(Name) is null)
            listeners.AddSchedulerListener(this);
        return Firing.AnnounceAsync(context, _tracer, _boundary, _retried);
    }
}
