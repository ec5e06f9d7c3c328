using System.Threading.Channels;
using WorkerTracing;

namespace QueueWorker;

/// <summary>Runs the queued jobs one after another, each in a trace of its own. A job that fails is logged; the next one runs.</summary>
internal sealed class IndexWorker(
    Channel<IndexJob> queue,
    MarkdownIndex index,
    JobTracer tracer,
    ILogger<IndexWorker> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (IndexJob job in queue.Reader.ReadAllAsync(stoppingToken))
        {
            try
            {
                IndexSummary summary = await tracer.RunAsync(
                    job.Describe(),
                    (_, token) => index.AddAsync(job.Folder, token),
                    stoppingToken);
                log.LogInformation("Job {Id} indexed {Files} files with {Words} words.", job.Id, summary.Files, summary.Words);
            }
            catch (Exception exception) when (exception is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
            {
                log.LogError(exception, "Job {Id} failed.", job.Id);
            }
        }
    }
}
