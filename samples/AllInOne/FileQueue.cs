using Hangfire;
using WorkerTracing;

namespace AllInOne;

/// <summary>Hangfire: its queue of files to write.</summary>
internal sealed class FileQueue(IBackgroundJobClient jobs)
{
    public Task EnqueueAsync(Guid export, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        jobs.Enqueue<CsvWriter>(writer => writer.WriteAsync(export, CancellationToken.None));
        return Task.CompletedTask;
    }
}

internal static class FileQueueServices
{
    public static void AddFileQueue(this IServiceCollection services)
    {
        services.AddHangfire(static (provider, hangfire) => hangfire.UseInMemoryStorage().UseWorkerTracing(provider));
        services.AddHangfireServer(static server => server.WorkerCount = 2);
        services.AddSingleton<FileQueue>();
        services.AddSingleton<CsvWriter>();
    }
}
