using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace WorkerTracing.Kills;

/// <summary>Jobs of a background service, by the core alone.</summary>
internal sealed class CoreJobs(JobTracer tracer, Work work) : BackgroundService
{
    public static void Add(IServiceCollection services) => services.AddHostedService<CoreJobs>();

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
        [
            .. Enumerable.Range(0, Work.LongJobs).Select(number => RunLongAsync(number, stoppingToken)),
            .. Enumerable.Range(0, Work.ShortJobs).Select(_ => RunShortAsync(stoppingToken)),
        ]);

    private async Task RunLongAsync(int number, CancellationToken stopping)
    {
        var job = new JobInfo { System = "hosted", Name = "long", Id = $"{number}", Attempt = work.Round + 1 };
        await tracer.RunAsync(job, (_, token) => work.RunLongAsync(work.Round, token), stopping);
    }

    private async Task RunShortAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
            await tracer.RunAsync("short", (_, token) => work.RunShortAsync(token), stopping);
    }
}
