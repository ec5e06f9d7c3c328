using System.Collections.Concurrent;
using Quartz;

namespace WorkerTracing;

/// <summary>
/// The failed attempts whose occurrence Quartz's retry policy will fire again, so that the retry can link to the attempt before. It keeps them in memory: a
/// retry on another node, or after a restart, has no link.
/// </summary>
internal sealed class RetriedAttempts
{
    /// <summary>A trigger that is deleted while it waits for its retry leaves its entry behind. So many are let be, then all are forgotten.</summary>
    private const int Most = 4096;

    private readonly ConcurrentDictionary<(string Scheduler, TriggerKey Trigger), PreviousAttempt> _attempts = new();

    public void Keep(IJobExecutionContext context, PreviousAttempt attempt)
    {
        if (_attempts.Count >= Most)
            _attempts.Clear();
        _attempts[Key(context)] = attempt;
    }

    /// <summary>Takes out what a trigger's attempt before left. It is no answer for a regular firing, which has no attempt before.</summary>
    public PreviousAttempt? Take(IJobExecutionContext context) =>
        _attempts.TryRemove(Key(context), out PreviousAttempt attempt) && context.RetryAttempt > 0 ? attempt : null;

    private static (string, TriggerKey) Key(IJobExecutionContext context) => (context.Scheduler.SchedulerName, context.Trigger.Key);
}
