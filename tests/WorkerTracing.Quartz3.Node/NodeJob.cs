using Quartz;

namespace WorkerTracing.Quartz.Node;

/// <summary>A job of a node, for both versions of Quartz.</summary>
public abstract class NodeJob : IJob
{
    public Task Execute(IJobExecutionContext context) => RunAsync(context, context.CancellationToken);

    protected abstract Task RunAsync(IJobExecutionContext context, CancellationToken cancellationToken);
}
