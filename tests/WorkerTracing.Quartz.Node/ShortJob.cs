using Quartz;

namespace WorkerTracing.Quartz.Node;

/// <summary>A job that is done at once.</summary>
public sealed class ShortJob : IJob
{
    public ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        context.Result = JobTrace.Current;
        return default;
    }
}
