using Microsoft.Extensions.DependencyInjection;
using Quartz;
using Quartz.Spi;

namespace WorkerTracing.Quartz.Tests;

/// <summary>Builds schedulers, with a container and without.</summary>
internal static class SchedulerFactory
{
    /// <summary>Adds a scheduler that is traced.</summary>
    public static IServiceCollection AddTracedQuartz(this IServiceCollection services, string name, Action<QuartzSetup>? configure) =>
        services.AddQuartz(q =>
        {
            var setup = new QuartzSetup();
            configure?.Invoke(setup);
            setup.ApplyTo(q.WithName(name));
            q.AddSchedulerListener(provider => new Attaching(provider, setup));
            q.UseWorkerTracing();
        });

    /// <summary>
    /// Keeps Quartz from logging with the logger factory of a container. Quartz 3 would use the factory of the latest container for all
    /// schedulers of the process, also when that container is disposed. To be called behind AddQuartz.
    /// </summary>
    public static IServiceCollection WithoutQuartzLog(this IServiceCollection services)
    {
        foreach (ServiceDescriptor service in services.Where(static s => s.ServiceType.Name == "MicrosoftLoggingProvider").ToArray())
            services.Remove(service);
        return services;
    }

    /// <summary>Builds a scheduler without a container.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="configure">Configures it.</param>
    /// <param name="tracer">Traces it. Null for a scheduler that is not traced yet.</param>
    public static async Task<IScheduler> BuildAsync(string name, Action<QuartzSetup>? configure, JobTracer? tracer)
    {
        var setup = new QuartzSetup();
        configure?.Invoke(setup);
        var builder = SchedulerBuilder.Create(null, name);
        setup.ApplyTo(builder);
        IScheduler scheduler = await builder.BuildScheduler();
        setup.AttachTo(scheduler);
        return tracer is null ? scheduler : scheduler.UseWorkerTracing(tracer);
    }

    public static IScheduler Find(this IServiceProvider services, string name) =>
        services.GetRequiredService<ISchedulerRepository>().Lookup(name)!;

    public static IServiceCollectionQuartzConfigurator WithName(this IServiceCollectionQuartzConfigurator q, string name)
    {
        q.SchedulerName = name;
        return q;
    }

    private sealed class Attaching(IServiceProvider services, QuartzSetup setup) : SchedulerListenerSupport
    {
        public override Task SchedulerStarting(CancellationToken cancellationToken = default)
        {
            setup.AttachTo(services.GetRequiredService<ISchedulerRepository>().LookupAll().Single());
            return Task.CompletedTask;
        }
    }
}
