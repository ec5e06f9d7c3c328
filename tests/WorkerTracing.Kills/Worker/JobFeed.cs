using Microsoft.Extensions.Hosting;

namespace WorkerTracing.Kills;

/// <summary>Enqueues the long jobs once, and short ones all the time.</summary>
internal sealed class JobFeed(IJobQueue queue, Work work) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        for (int i = 0; i < Work.LongJobs; i++)
            await queue.EnqueueLongAsync(work.Round);
        while (!stoppingToken.IsCancellationRequested)
        {
            while (work.NeedsShortJob)
            {
                work.OnEnqueued();
                await queue.EnqueueShortAsync(stoppingToken);
            }

            await Task.Delay(2, stoppingToken);
        }
    }
}
