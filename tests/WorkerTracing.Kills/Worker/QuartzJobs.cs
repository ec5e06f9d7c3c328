using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Quartz;

namespace WorkerTracing.Kills;

/// <summary>Jobs of Quartz on PostgreSQL. A job whose process was killed is recovered by the next one.</summary>
internal static class QuartzJobs
{
    private const string Round = "round";

    public static void Add(IServiceCollection services, WorkerPlan plan)
    {
        services.AddHostedService<Scheduling>();
        services.AddQuartz(quartz => quartz
            .ConfigureScheduler(options =>
            {
                options.InstanceName = plan.Name;
                options.GenerateInstanceId = true;
                options.ShutdownJobInterruption = ShutdownJobInterruption.Always;
            })
            .UseDefaultThreadPool(2 * (Work.LongJobs + Work.ShortJobs))
            .UsePersistentStore(static store => store
                .UsePostgres(NpgsqlFactory.Instance, Servers.PostgreSql)
                .ProvisionSchema()
                .UseClustering(static cluster =>
                {
                    cluster.CheckinInterval = TimeSpan.FromMilliseconds(500);
                    cluster.CheckinMisfireThreshold = TimeSpan.FromSeconds(1);
                }))
            .UseWorkerTracing());
        services.AddQuartzHostedService(static options => options.WaitForJobsToComplete = true);
    }

    /// <summary>Schedules the long jobs once, and short ones that repeat.</summary>
    private sealed class Scheduling(ISchedulerFactory schedulers, Work work) : BackgroundService
    {
        private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            IScheduler scheduler = await schedulers.GetScheduler(stoppingToken);
            for (int i = 0; i < Work.LongJobs; i++)
            {
                IJobDetail job = JobBuilder.Create<LongJob>()
                    .WithIdentity($"{work.Round} {i}", "long").RequestRecovery().UsingJobData(Round, work.Round).Build();
                await scheduler.ScheduleJob(job, TriggerBuilder.Create().StartNow().Build(), cancellationToken: stoppingToken);
            }

            for (int i = 0; i < Work.ShortJobs; i++)
            {
                IJobDetail job = JobBuilder.Create<ShortJob>().WithIdentity($"{i}", "short").RequestRecovery().Build();
                ITrigger trigger = TriggerBuilder.Create().WithIdentity($"{i}", "short").StartNow()
                    .WithSimpleSchedule(static schedule => schedule.WithInterval(Interval).RepeatForever()).Build();
                await scheduler.ScheduleJob(job, [trigger], ScheduleJobOptions.Replacing, stoppingToken);
            }
        }
    }

    private sealed class LongJob(Work work) : IJob
    {
        public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken) =>
            await work.RunLongAsync(context.MergedJobDataMap.GetInt(Round), cancellationToken);
    }

    private sealed class ShortJob(Work work) : IJob
    {
        public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken) =>
            await work.RunShortAsync(cancellationToken);
    }
}
