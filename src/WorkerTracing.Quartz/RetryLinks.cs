using System.Collections.Concurrent;
using System.Diagnostics;
using Quartz;

namespace WorkerTracing;

/// <summary>
/// The failed attempts whose occurrence Quartz's retry policy will fire again, so that the retry can link to the attempt before. It keeps
/// them in memory: a
/// retry on another node, or after a restart, has no link.
/// </summary>
internal sealed class RetryLinks
{
    /// <summary>
    /// A trigger that is deleted while it waits for its retry leaves its entry behind. So many are let be, then all are forgotten.
    /// </summary>
    private const int Most = 4096;

    private readonly ConcurrentDictionary<(string Scheduler, TriggerKey Trigger), ActivityContext> _attempts = new();

    public void Keep(IJobExecutionContext context, ActivityContext attempt)
    {
        if (attempt == default)
            return;
        if (_attempts.Count >= Most)
            _attempts.Clear();
        _attempts[Key(context)] = attempt;
    }

    /// <summary>
    /// Takes out the span of a trigger's attempt before: the default where it is not known, or the firing is a regular one and has none.
    /// </summary>
    public ActivityContext Take(IJobExecutionContext context) =>
        _attempts.TryRemove(Key(context), out ActivityContext attempt) && context.RetryAttempt > 0 ? attempt : default;

    private static (string, TriggerKey) Key(IJobExecutionContext context) => (context.Scheduler.SchedulerName, context.Trigger.Key);
}
