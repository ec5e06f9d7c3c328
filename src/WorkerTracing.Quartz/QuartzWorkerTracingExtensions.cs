using Microsoft.Extensions.DependencyInjection;
using Quartz;

namespace WorkerTracing;

/// <summary>Traces the jobs of a Quartz scheduler.</summary>
public static class QuartzWorkerTracingExtensions
{
    /// <summary>
    /// Wraps every job that this scheduler fires in one trace, with the <see cref="JobTracer"/> of the container, and calls
    /// <see cref="WorkerTracingServiceCollectionExtensions.AddWorkerTracing"/>. A second call for the same scheduler changes nothing.
    /// </summary>
    /// <param name="builder">The scheduler's builder, in <c>AddQuartz</c> or <c>QuartzSchedulerBuilder.Create</c>.</param>
    /// <returns>The same builder.</returns>
    public static IQuartzBuilder UseWorkerTracing(this IQuartzBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddWorkerTracing();
        return builder.Attach(static (services, _) => new JobTraceListener(services.GetRequiredService<JobTracer>()));
    }

    /// <summary>
    /// Wraps every job that this scheduler fires in one trace, with a tracer of the caller: for <c>QuartzSchedulerBuilder</c> without a
    /// container. A second call for the same scheduler changes nothing.
    /// </summary>
    /// <param name="builder">The scheduler's builder.</param>
    /// <param name="tracer">Traces the jobs.</param>
    /// <returns>The same builder.</returns>
    public static IQuartzBuilder UseWorkerTracing(this IQuartzBuilder builder, JobTracer tracer)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(tracer);
        return builder.Attach((_, _) => new JobTraceListener(tracer));
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
        IListenerManager listeners = scheduler.ListenerManager;
        JobTraceListener? listener = listeners.GetJobListeners().OfType<JobTraceListener>().FirstOrDefault();
        if (listener is null)
        {
            listener = new JobTraceListener(tracer);
            listeners.AddJobListener(listener);
        }

        if (listeners.GetSchedulerListener(listener.Name) is null)
            listeners.AddSchedulerListener(listener);
        return scheduler;
    }

    private static IQuartzBuilder Attach(this IQuartzBuilder builder, Func<IServiceProvider, object?, JobTraceListener> create)
    {
        string scheduler = builder.SchedulerName;
        if (builder.Services.Any(service => service.ServiceType == typeof(JobTraceListener) && scheduler.Equals(service.ServiceKey)))
            return builder;

        builder.Services.AddKeyedSingleton(scheduler, create);
        return builder
            .AddJobListener(services => services.GetRequiredKeyedService<JobTraceListener>(scheduler))
            .AddSchedulerListener(services => services.GetRequiredKeyedService<JobTraceListener>(scheduler));
    }
}
