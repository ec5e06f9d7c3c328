using Quartz;

namespace WorkerTracing.Quartz.Node;

/// <summary>A job that does not end in its first run, and does when it is recovered.</summary>
public sealed class UnfinishedJob : NodeJob
{
    protected override async Task RunAsync(IJobExecutionContext context, CancellationToken cancellationToken)
    {
        context.Result = JobTrace.Current;
        if (context.Recovering)
            return;
        Console.WriteLine($"running {context.JobDetail.Key.Name}");
        await Task.Delay(Timeout.Infinite, cancellationToken);
    }
}
