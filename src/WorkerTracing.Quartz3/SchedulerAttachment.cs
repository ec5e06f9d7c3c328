using Microsoft.Extensions.DependencyInjection;
using Quartz;
using Quartz.Listener;
using Quartz.Spi;

namespace WorkerTracing;

/// <summary>
/// Attaches a job listener to the scheduler that is built in a container, when that scheduler starts. A job listener cannot be registered
/// there: of two registrations of one type, as a second call of <c>UseWorkerTracing</c> would make, Quartz 3 does not start.
/// </summary>
internal sealed class SchedulerAttachment(IServiceProvider services, JobTracer tracer) : SchedulerListenerSupport
{
    /// <summary>Makes the attachment of a container.</summary>
    /// <exception cref="InvalidOperationException">The container has no <see cref="JobTracer"/>.</exception>
    public static SchedulerAttachment Create(IServiceProvider services, JobTracer? tracer)
    {
        tracer ??= services.GetService<JobTracer>() ?? throw new InvalidOperationException(
            "UseWorkerTracing() of the Quartz scheduler found no JobTracer in the container. Quartz 3 does not let it register one: call "
            + "services.AddWorkerTracing() too.");
        tracer.ReportAttached("Quartz"); // the scheduler itself can start after the host
        return new SchedulerAttachment(services, tracer);
    }

    public override Task SchedulerStarting(CancellationToken cancellationToken = default)
    {
        // Quartz 3 does not pass the scheduler to its scheduler listeners. It is the one that has this listener.
        foreach (IScheduler scheduler in services.GetRequiredService<ISchedulerRepository>().LookupAll())
        {
            if (scheduler.ListenerManager.RemoveSchedulerListener(this))
                scheduler.UseWorkerTracing(tracer);
        }

        return Task.CompletedTask;
    }
}
