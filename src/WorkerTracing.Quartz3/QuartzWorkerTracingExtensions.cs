using Quartz;

namespace WorkerTracing;

/// <summary>Traces the jobs of a Quartz scheduler.</summary>
public static class QuartzWorkerTracingExtensions
{
    /// <summary>
    /// Wraps every job that this scheduler fires in one trace, with the <see cref="JobTracer"/> of the container. Needs
    /// <see cref="WorkerTracingServiceCollectionExtensions.AddWorkerTracing"/>: without it the scheduler does not start, and the exception
    /// says so. A second call for the same scheduler changes nothing.
    /// </summary>
    /// <param name="configurator">The scheduler's configurator, in <c>AddQuartz</c>.</param>
    /// <returns>The same configurator.</returns>
    public static IServiceCollectionQuartzConfigurator UseWorkerTracing(this IServiceCollectionQuartzConfigurator configurator)
    {
        ArgumentNullException.ThrowIfNull(configurator);
        QuartzSpans.Listen();
        configurator.AddSchedulerListener(static services => SchedulerAttachment.Create(services, null));
        return configurator;
    }

    /// <summary>
    /// Wraps every job that this scheduler fires in one trace, with a tracer of the caller. A second call for the same scheduler changes
    /// nothing.
    /// </summary>
    /// <param name="configurator">The scheduler's configurator, in <c>AddQuartz</c>.</param>
    /// <param name="tracer">Traces the jobs.</param>
    /// <returns>The same configurator.</returns>
    public static IServiceCollectionQuartzConfigurator UseWorkerTracing(
        this IServiceCollectionQuartzConfigurator configurator,
        JobTracer tracer)
    {
        ArgumentNullException.ThrowIfNull(configurator);
        ArgumentNullException.ThrowIfNull(tracer);
        QuartzSpans.Listen();
        configurator.AddSchedulerListener(services => SchedulerAttachment.Create(services, tracer));
        return configurator;
    }

    /// <summary>
    /// Wraps every job that a scheduler fires in one trace: for a scheduler that exists, with or without a container. Unlike
    /// <c>AddJobListener(new JobTraceListener(tracer))</c> it also traces a job that cannot be created before any job has run. A second
    /// call changes nothing.
    /// </summary>
    /// <param name="scheduler">The scheduler.</param>
    /// <param name="tracer">Traces the jobs, unless the scheduler has a <see cref="JobTraceListener"/> already.</param>
    /// <returns>The same scheduler.</returns>
    public static IScheduler UseWorkerTracing(this IScheduler scheduler, JobTracer tracer)
    {
        ArgumentNullException.ThrowIfNull(scheduler);
        ArgumentNullException.ThrowIfNull(tracer);
        JobTraceListener? listener = scheduler.ListenerManager.GetJobListeners().OfType<JobTraceListener>().FirstOrDefault();
        if (listener is null)
        {
            listener = new JobTraceListener(tracer);
            scheduler.ListenerManager.AddJobListener(listener);
        }

        listener.AttachEvents(scheduler);
        return scheduler;
    }

    /// <summary>
    /// Stores the trace context of the caller in the data of a trigger, so that the job continues the caller's trace or links to it, also
    /// on another node of a cluster. Takes two entries, <c>QRTZ_TRACEPARENT</c> and <c>QRTZ_TRACESTATE</c>, which Quartz 4 writes by
    /// itself. Does nothing without an ambient trace.
    /// </summary>
    /// <param name="trigger">The builder of a trigger that fires once. On a trigger that repeats, the entries have no effect.</param>
    /// <returns>The same builder.</returns>
    public static TriggerBuilder WithTraceContext(this TriggerBuilder trigger)
    {
        ArgumentNullException.ThrowIfNull(trigger);
        return trigger.UsingJobData(new JobDataMap().WithTraceContext());
    }

    /// <summary>
    /// Stores the trace context of the caller in data for <c>TriggerJob</c>, so that the job continues the caller's trace or links to it,
    /// also on another node of a cluster. Does nothing without an ambient trace.
    /// </summary>
    /// <param name="data">The data.</param>
    /// <returns>The same data.</returns>
    public static JobDataMap WithTraceContext(this JobDataMap data)
    {
        ArgumentNullException.ThrowIfNull(data);
        new JobOrigin(JobOrigin.Current.Context, null).Inject(
            data,
            static (data, header, value) =>
                data[header == JobOrigin.TraceParentHeader ? StoredContext.TraceParent : StoredContext.TraceState] = value);
        return data;
    }
}
