using System.Collections.Concurrent;
using System.Diagnostics;
using Quartz;

namespace WorkerTracing;

/// <summary>
/// Remembers the runs that a later firing links to: the failed attempt that a retry repeats, and the antecedent of a continuation
/// (<c>StartAfter</c>) or of a job that a listener chains to another (<c>JobChainingJobListener</c>). In memory and for this process, since
/// nothing of this library is written to the job store: a firing on another node, or after a restart, has no such link.
/// </summary>
internal static class RunLinks
{
    /// <summary>
    /// The bound of each table. A trigger that is deleted while it waits leaves its entry behind; a table is cleared when it reaches this
    /// size.
    /// </summary>
    private const int MaxEntries = 4096;

    private static readonly ConcurrentDictionary<Key, PreviousAttempt> Attempts = new();
    private static readonly ConcurrentDictionary<Key, ActivityContext> Antecedents = new();
    private static readonly ConcurrentDictionary<Key, ConcurrentQueue<Key>> Continuations = new();

    // Set on the flow of a firing when its attempt has ended: the job listeners that Quartz calls next see it, the job itself does not.
    private static readonly AsyncLocal<EndedAttempt?> Ended = new();

    /// <summary>Keeps a failed attempt for its retry.</summary>
    public static void KeepAttempt(IJobExecutionContext context, PreviousAttempt attempt) => Add(Attempts, Key.Of(context), attempt);

    /// <summary>
    /// Takes the failed attempt before a retry. The default if it is not known, or if the firing is a first attempt.
    /// </summary>
    public static PreviousAttempt TakeAttempt(IJobExecutionContext context) =>
        Attempts.TryRemove(Key.Of(context), out PreviousAttempt attempt) && QuartzVersion.RetryAttempt(context) > 0 ? attempt : default;

    /// <summary>Takes the run whose end started this firing. The default if there is none.</summary>
    public static ActivityContext TakeAntecedent(IJobExecutionContext context) =>
        !Antecedents.IsEmpty && Antecedents.TryRemove(Key.Of(context), out ActivityContext antecedent) ? antecedent : default;

    /// <summary>Gets whether the current flow is that of a firing whose attempt has ended, where a listener can chain another job to it.</summary>
    public static bool IsAfterAttempt => Ended.Value is not null;

    /// <summary>Notes a new trigger: a continuation waits for its parent.</summary>
    public static void NoteScheduled(IScheduler scheduler, ITrigger trigger)
    {
        if (QuartzVersion.Antecedent(trigger) is { } parent)
            GetOrAdd(Continuations, new Key(scheduler.SchedulerName, parent)).Enqueue(new Key(scheduler.SchedulerName, trigger.Key));
    }

    /// <summary>Notes that a trigger is about to be stored on the current flow: after an attempt, it is chained to that.</summary>
    public static void NoteStored(string? name, string? group)
    {
        if (Ended.Value is { } ended && name is not null && group is not null)
            Add(Antecedents, new Key(ended.Scheduler, new TriggerKey(name, group)), ended.Span);
    }

    /// <summary>Begins an attempt on the current flow: a trigger that the job itself schedules is not chained to an attempt before.</summary>
    public static void BeginAttempt()
    {
        if (Ended.Value is not null)
            Ended.Value = null;
    }

    /// <summary>Ends an attempt on the current flow: a trigger that a listener schedules from now on is chained to it.</summary>
    public static void EndAttempt(IJobExecutionContext context, ActivityContext span)
    {
        if (span != default)
            Ended.Value = new EndedAttempt(context.Scheduler.SchedulerName, span);
    }

    /// <summary>Ends a run: its continuations link to it.</summary>
    public static void EndRun(IJobExecutionContext context, ActivityContext span)
    {
        if (Continuations.IsEmpty || !Continuations.TryRemove(Key.Of(context), out ConcurrentQueue<Key>? children) || span == default)
            return;
        foreach (Key child in children)
            Add(Antecedents, child, span);
    }

    private static void Add<TValue>(ConcurrentDictionary<Key, TValue> table, Key key, TValue value)
    {
        if (table.Count >= MaxEntries)
            table.Clear();
        table[key] = value;
    }

    private static ConcurrentQueue<Key> GetOrAdd(ConcurrentDictionary<Key, ConcurrentQueue<Key>> table, Key key)
    {
        if (table.Count >= MaxEntries)
            table.Clear();
        return table.GetOrAdd(key, static _ => new ConcurrentQueue<Key>());
    }

    private readonly record struct Key(string Scheduler, TriggerKey Trigger)
    {
        public static Key Of(IJobExecutionContext context) => new(context.Scheduler.SchedulerName, context.Trigger.Key);
    }

    private sealed record EndedAttempt(string Scheduler, ActivityContext Span);
}
