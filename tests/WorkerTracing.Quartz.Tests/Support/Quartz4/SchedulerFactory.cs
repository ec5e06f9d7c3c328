using Microsoft.Extensions.DependencyInjection;
using Quartz;

namespace WorkerTracing.Quartz.Tests;

/// <summary>Builds schedulers, with a container and without.</summary>
internal static class SchedulerFactory
{
    /// <summary>Adds a scheduler that is traced.</summary>
    public static IServiceCollection AddTracedQuartz(this IServiceCollection services, string name, Action<IQuartzBuilder>? configure) =>
        services.AddQuartz(q =>
        {
            q.WithName(name);
            configure?.Invoke(q);
            q.UseWorkerTracing();
        });

    /// <summary>Does nothing: Quartz 4 logs with the container's logger factory.</summary>
    public static IServiceCollection WithoutQuartzLog(this IServiceCollection services) => services;

    /// <summary>Builds a scheduler without a container.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="configure">Configures it.</param>
    /// <param name="tracer">Traces it. Null for a scheduler that is not traced yet.</param>
    public static async Task<IScheduler> BuildAsync(string name, Action<IQuartzBuilder>? configure, JobTracer? tracer) =>
        await QuartzSchedulerBuilder
            .Create(q =>
            {
                q.WithName(name);
                configure?.Invoke(q);
                if (tracer is not null)
                    q.UseWorkerTracing(tracer);
            })
            .BuildScheduler();

    public static IScheduler Find(this IServiceProvider services, string name) =>
        services.GetRequiredKeyedService<ISchedulerFactory>(name).GetScheduler().AsTask().GetAwaiter().GetResult();
}
