using Quartz;

namespace WorkerTracing.Quartz.Tests;

/// <summary>A job of a test, for both versions of Quartz.</summary>
public abstract class TestJob : IJob
{
    public Task Execute(IJobExecutionContext context) => RunAsync(context, context.CancellationToken);

    protected abstract Task RunAsync(IJobExecutionContext context, CancellationToken cancellationToken);
}
