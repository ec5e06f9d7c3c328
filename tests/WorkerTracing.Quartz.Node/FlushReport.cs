using Quartz;

namespace WorkerTracing.Quartz.Node;

/// <summary>Tells the test what each flush said. It is told after our listener, so the flush has answered.</summary>
internal sealed class FlushReport : IJobListener
{
    public ValueTask JobWasExecuted(
        IJobExecutionContext context,
        JobExecutionException? jobException,
        CancellationToken cancellationToken = default)
    {
        if (context.Result is JobTrace trace)
            Console.WriteLine($"flushed {trace.Result.Status} {trace.TraceId} {trace.Activity!.SpanId}");
        return default;
    }
}
