using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Quartz;

namespace WorkerTracing.Quartz.Node;

/// <summary>The configuration of the nodes, and of the test that schedules for them.</summary>
public static class SharedScheduler
{
    public static IServiceCollectionQuartzConfigurator Configure(
        IServiceCollectionQuartzConfigurator q,
        string connectionString,
        string scheduler,
        bool isClustered = true)
    {
        q.SchedulerName = scheduler;
        q.SchedulerId = isClustered ? "AUTO" : "single";
        q.InterruptJobsOnShutdown = true;
        q.InterruptJobsOnShutdownWithWait = true;
        q.UseDefaultThreadPool(8);
        q.UsePersistentStore(store =>
        {
            store.UsePostgres(connectionString);
            store.UseSerializer<TextSerializer>();
            if (!isClustered)
                return;
            store.UseClustering(static cluster =>
            {
                cluster.CheckinInterval = TimeSpan.FromMilliseconds(500);
                cluster.CheckinMisfireThreshold = TimeSpan.FromSeconds(1);
            });
        });
        return q;
    }

    /// <summary>Makes the tables, and builds a scheduler that starts no job itself.</summary>
    public static async Task<IScheduler> CreateClientAsync(string connectionString, string scheduler)
    {
        await Tables.CreateAsync(connectionString);
        return await new ServiceCollection()
            .AddSingleton<ILoggerFactory>(NullLoggerFactory.Instance)
            .AddQuartz(q => Configure(q, connectionString, scheduler))
            .BuildServiceProvider()
            .GetRequiredService<ISchedulerFactory>()
            .GetScheduler();
    }
}
