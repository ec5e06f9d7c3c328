using Quartz;
using Quartz.Listener;

namespace WorkerTracing.Quartz.Node;

/// <summary>Writes the result of each flush. Quartz calls trigger listeners after job listeners, so the flush has answered.</summary>
internal sealed class FlushReport : TriggerListenerSupport
{
    public override string Name => nameof(FlushReport);

    public override Task TriggerComplete(
        ITrigger trigger,
        IJobExecutionContext context,
        SchedulerInstruction triggerInstructionCode,
        CancellationToken cancellationToken = default)
    {
        if (context.Result is JobTrace trace)
            Console.WriteLine($"flushed {trace.Result.Status} {trace.TraceId} {trace.Activity!.SpanId}");
        return Task.CompletedTask;
    }
}
