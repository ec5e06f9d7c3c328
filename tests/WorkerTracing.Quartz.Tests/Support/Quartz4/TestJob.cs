using Quartz;

namespace WorkerTracing.Quartz.Tests;

/// <summary>A job of a test, for both versions of Quartz.</summary>
public abstract class TestJob : IJob
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default) =>
        await RunAsync(context, cancellationToken);

    protected abstract Task RunAsync(IJobExecutionContext context, CancellationToken cancellationToken);
}
