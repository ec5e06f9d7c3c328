using Quartz;

namespace WorkerTracing.Benchmarks;

/// <summary>A durable job of a RAM scheduler, triggered once for each run.</summary>
public class QuartzJobCost : JobCost
{
    private static readonly JobKey Key = new("job");

    private IScheduler? _scheduler;

    private protected override string SourceName => "Quartz";

    private protected override async Task StartAsync(JobTracer? tracer, Rounds rounds)
    {
        CountedJob.Rounds = rounds;
        _scheduler = await QuartzSchedulerBuilder
            .Create(quartz =>
            {
                if (tracer is not null)
                    quartz.UseWorkerTracing(tracer);
            })
            .BuildScheduler();
        await _scheduler.AddJob(JobBuilder.Create<CountedJob>().WithIdentity(Key).StoreDurably().Build());
        await _scheduler.Start();
    }

    private protected override Task HandInAsync() => _scheduler!.TriggerJob(Key).AsTask();

    private protected override Task StopAsync() => _scheduler!.Shutdown(waitForJobsToComplete: true).AsTask();

    /// <summary>The scheduler makes its own instances, so what they count is static: one scheduler runs at a time.</summary>
    public sealed class CountedJob : IJob
    {
        internal static Rounds? Rounds { get; set; }

        public ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
        {
            Rounds!.Count();
            return default;
        }
    }
}
