using Quartz;

namespace WorkerTracing.Quartz.Tests;

/// <summary>A trigger listener of a test, for both versions of Quartz.</summary>
internal abstract class TestTriggerListener : ITriggerListener
{
    public string Name { get; } = Guid.NewGuid().ToString();

    public Task TriggerFired(ITrigger trigger, IJobExecutionContext context, CancellationToken cancellationToken = default) =>
        Task.CompletedTask;

    public Task<bool> VetoJobExecution(
        ITrigger trigger,
        IJobExecutionContext context,
        CancellationToken cancellationToken = default) => Task.FromResult(Vetoes(context));

    public Task TriggerMisfired(ITrigger trigger, CancellationToken cancellationToken = default) => Task.CompletedTask;

    public Task TriggerComplete(
        ITrigger trigger,
        IJobExecutionContext context,
        SchedulerInstruction triggerInstructionCode,
        CancellationToken cancellationToken = default) => Task.CompletedTask;

    protected abstract bool Vetoes(IJobExecutionContext context);
}
