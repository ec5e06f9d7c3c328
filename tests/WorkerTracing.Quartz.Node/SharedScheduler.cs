using Npgsql;
using Quartz;

namespace WorkerTracing.Quartz.Node;

/// <summary>The configuration of the nodes, and of the test that schedules for them.</summary>
public static class SharedScheduler
{
    public static IQuartzBuilder Configure(IQuartzBuilder q, string connectionString, string scheduler, bool isClustered = true) => q
        .ConfigureScheduler(options =>
        {
            options.InstanceName = scheduler;
            options.GenerateInstanceId = isClustered;
            options.ShutdownJobInterruption = ShutdownJobInterruption.Always;
        })
        .UseDefaultThreadPool(8)
        .UsePersistentStore(store =>
        {
            store.UsePostgres(NpgsqlFactory.Instance, connectionString).ProvisionSchema();
            if (!isClustered)
                return;
            store.UseClustering(static cluster =>
            {
                cluster.CheckinInterval = TimeSpan.FromMilliseconds(500);
                cluster.CheckinMisfireThreshold = TimeSpan.FromSeconds(1);
            });
        });

    /// <summary>Builds a scheduler that starts no job itself.</summary>
    public static async Task<IScheduler> CreateClientAsync(string connectionString, string scheduler) =>
        await QuartzSchedulerBuilder.Create(q => Configure(q, connectionString, scheduler)).BuildScheduler();
}
