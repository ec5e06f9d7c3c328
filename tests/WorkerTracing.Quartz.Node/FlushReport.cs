using Quartz;

namespace WorkerTracing.Quartz.Node;

/// <summary>Writes the result of each flush. Quartz calls trigger listeners after job listeners, so the flush has answered.</summary>
internal sealed class FlushReport : ITriggerListener
{
    public ValueTask TriggerComplete(
        ITrigger trigger,
        IJobExecutionContext context,
        SchedulerInstruction triggerInstructionCode,
        CancellationToken cancellationToken = default)
    {
        if (context.Result is JobTrace trace)
            Console.WriteLine($"flushed {trace.Result.Status} {trace.TraceId} {trace.Activity!.SpanId}");
        return default;
    }
}
