using Quartz;

namespace WorkerTracing.Quartz.Node;

/// <summary>A job that ends only in a node that is told so.</summary>
public sealed class FatalJob : NodeJob
{
    /// <summary>Gets or sets whether the job ends.</summary>
    internal static bool Ends { get; set; }

    protected override async Task RunAsync(IJobExecutionContext context, CancellationToken cancellationToken)
    {
        context.Result = JobTrace.Current;
        if (Ends)
            return;
        Console.WriteLine($"running {context.JobDetail.Key.Name} {JobTrace.Current!.Activity!.SpanId}");
        await Task.Delay(Timeout.Infinite, cancellationToken);
    }
}
