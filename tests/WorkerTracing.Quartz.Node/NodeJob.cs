using Quartz;

namespace WorkerTracing.Quartz.Node;

/// <summary>A job of a node, for both versions of Quartz.</summary>
public abstract class NodeJob : IJob
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default) =>
        await RunAsync(context, cancellationToken);

    protected abstract Task RunAsync(IJobExecutionContext context, CancellationToken cancellationToken);
}
