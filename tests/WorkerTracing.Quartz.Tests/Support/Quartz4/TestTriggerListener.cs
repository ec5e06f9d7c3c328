using Quartz;

namespace WorkerTracing.Quartz.Tests;

/// <summary>A trigger listener of a test, for both versions of Quartz.</summary>
internal abstract class TestTriggerListener : ITriggerListener
{
    public ValueTask<bool> VetoJobExecution(
        ITrigger trigger,
        IJobExecutionContext context,
        CancellationToken cancellationToken = default) => new(Vetoes(context));

    protected abstract bool Vetoes(IJobExecutionContext context);
}
