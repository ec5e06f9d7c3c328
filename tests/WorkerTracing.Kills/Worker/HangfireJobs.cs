using Hangfire;
using Hangfire.PostgreSql;
using Microsoft.Extensions.DependencyInjection;

namespace WorkerTracing.Kills;

/// <summary>Jobs of Hangfire on PostgreSQL. A job whose process was killed is fetched again after three seconds.</summary>
public sealed class HangfireJobs
{
    private readonly Work _work;
    private readonly IBackgroundJobClient _jobs;

    internal HangfireJobs(Work work, IBackgroundJobClient jobs)
    {
        _work = work;
        _jobs = jobs;
    }

    internal static void Add(IServiceCollection services, WorkerPlan plan)
    {
        var options = new PostgreSqlStorageOptions
        {
            SchemaName = plan.Name,
            QueuePollInterval = TimeSpan.FromMilliseconds(50),
            InvisibilityTimeout = TimeSpan.FromSeconds(3),
            UseSlidingInvisibilityTimeout = true,
        };
        services.AddSingleton<IJobQueue, Queue>().AddHostedService<JobFeed>();
        services.AddTransient(static provider => new HangfireJobs(
            provider.GetRequiredService<Work>(), provider.GetRequiredService<IBackgroundJobClient>()));
        services.AddHangfire((provider, hangfire) => hangfire
            .UsePostgreSqlStorage(storage => storage.UseNpgsqlConnection(Servers.PostgreSql), options)
            .UseWorkerTracing(provider));
        // More than are needed: a job waits for a lock in the storage that a killed worker has left.
        services.AddHangfireServer(static server => server.WorkerCount = 2 * (Work.LongJobs + Work.ShortJobs));
    }

    public Task LongAsync(int round, CancellationToken stopping) => _work.RunLongAsync(round, stopping);

    /// <summary>Every third job enqueues the next in its own trace.</summary>
    public async Task ShortAsync(int number, CancellationToken stopping)
    {
        await _work.RunShortAsync(stopping);
        if (number % 3 == 0)
            _jobs.Enqueue<HangfireJobs>(static jobs => jobs.ShortAsync(1, CancellationToken.None));
    }

    private sealed class Queue(IBackgroundJobClient jobs) : IJobQueue
    {
        private int _number;

        public Task EnqueueLongAsync(int round)
        {
            jobs.Enqueue<HangfireJobs>(jobs => jobs.LongAsync(round, CancellationToken.None));
            return Task.CompletedTask;
        }

        public Task EnqueueShortAsync(CancellationToken cancellationToken)
        {
            int number = _number++;
            jobs.Enqueue<HangfireJobs>(jobs => jobs.ShortAsync(number, CancellationToken.None));
            return Task.CompletedTask;
        }
    }
}
