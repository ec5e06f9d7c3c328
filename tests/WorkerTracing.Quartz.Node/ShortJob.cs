using Quartz;

namespace WorkerTracing.Quartz.Node;

/// <summary>A job that is done at once.</summary>
public sealed class ShortJob : NodeJob
{
    protected override Task RunAsync(IJobExecutionContext context, CancellationToken cancellationToken)
    {
        context.Result = JobTrace.Current;
        return Task.CompletedTask;
    }
}
