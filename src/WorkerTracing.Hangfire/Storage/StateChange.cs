using Hangfire.Common;
using Hangfire.States;
using Hangfire.Storage;

namespace WorkerTracing;

/// <summary>Stores with a change of a job's state what its next attempt has to know.</summary>
internal static class StateChange
{
    /// <summary>
    /// The job that this thread's worker took last. Hangfire changes its state on the worker's thread and then performs it there.
    /// </summary>
    [ThreadStatic]
    private static (string Job, string Worker) _taken;

    /// <summary>Gets the worker that took the job, or null if it was not one of this thread.</summary>
    public static string? WorkerOf(string job) => _taken.Job == job ? _taken.Worker : null;

    /// <summary>Handles a change of state, within the transaction that makes it.</summary>
    public static void Applied(JobTraceFilter filter, ApplyStateContext context, IWriteOnlyTransaction transaction)
    {
        if (context.NewState is ProcessingState processing)
        {
            _taken = (context.BackgroundJob.Id, processing.WorkerId);
            EndedAttempt.Last = null;
            PreparedAttempt.Prepare(filter, context, transaction);
            return;
        }

        StoredJob? changed = EndedAttempt.At(context.BackgroundJob.Id) is { } ended
            ? AfterAttempt(filter, context, transaction, ended)
            : WithoutAttempt(filter, context);
        if (changed is not null)
            JobParameter.Write(context, transaction, changed, filter.Boundary);
    }

    /// <summary>
    /// The state after an attempt. If no further one follows, the span has been stored when the attempt began; where that failed, a final state
    /// is written only where that costs no round trip.
    /// </summary>
    private static StoredJob? AfterAttempt(
        JobTraceFilter filter,
        ApplyStateContext context,
        IWriteOnlyTransaction transaction,
        EndedAttempt ended)
    {
        if (ended.Filter != filter)
            return null;

        StoredJob stored = ended.Stored with { PreviousSpan = ended.Span ?? ended.Stored.PreviousSpan };
        if (RunsAgain(context, stored) is { } again)
            return again with { Attempt = (stored.Attempt ?? 1) + (ended.Failed ? 1 : 0) };
        if (ended.Span is null || ended.IsStored)
            return null;
        return !context.NewState.IsFinal || JobParameter.IsTransactional(context.Storage, transaction) ? stored : null;
    }

    private static StoredJob? WithoutAttempt(JobTraceFilter filter, ApplyStateContext context)
    {
        if (context.OldStateName is null)
            return Created(filter, context);

        // The delay is over: the attempt stays due when it was, and its queue is known.
        if (context.OldStateName == ScheduledState.StateName && context.NewState is EnqueuedState due
            && JobQueue.Unexpected(context.BackgroundJob.Job, due) is null)
            return null;
        if (context.NewState is not (EnqueuedState or ScheduledState))
            return null;

        StoredJob stored = Read(filter, context);
        if (context.OldStateName == ScheduledState.StateName && context.NewState is EnqueuedState enqueued)
            return stored with { Queue = JobQueue.Unexpected(context.BackgroundJob.Job, enqueued) };

        StoredJob? again = RunsAgain(context, stored);
        if (context.OldStateName == AwaitingState.StateName)
            return again! with { AntecedentSpan = SpanOf(stored.Antecedent) ?? stored.AntecedentSpan };

        // A job that has run, or runs, and is put back by hand: a run of its own, with attempts of its own.
        return HasRun(context.OldStateName) ? again! with { Attempt = 1, EarlierRetries = stored.Retries } : again;
    }

    /// <summary>A new job: its first state can differ from the one that its creation asked for.</summary>
    private static StoredJob? Created(JobTraceFilter filter, ApplyStateContext context)
    {
        Job? job = context.BackgroundJob.Job;
        switch (context.NewState)
        {
            case ScheduledState scheduled:
                StoredJob delayed = Read(filter, context);
                return StoredTime.Format(delayed.Due) == StoredTime.Format(scheduled.EnqueueAt.AsUtc())
                    ? null
                    : delayed with { Due = scheduled.EnqueueAt.AsUtc() };
            case EnqueuedState enqueued:
                StoredJob stored = Read(filter, context);
                string? queue = JobQueue.Unexpected(job, enqueued);
                return queue == stored.Queue ? null : stored with { Queue = queue };
            default:
                return null;
        }
    }

    /// <summary>Gets what is stored for a job that is to run again, or null if the new state does not say when.</summary>
    private static StoredJob? RunsAgain(ApplyStateContext context, StoredJob stored) => context.NewState switch
    {
        ScheduledState scheduled => stored with { Again = scheduled.EnqueueAt.AsUtc(), Queue = null },
        EnqueuedState enqueued => stored with
        {
            Again = enqueued.EnqueuedAt.AsUtc(),
            Queue = JobQueue.Unexpected(context.BackgroundJob.Job, enqueued),
        },
        _ => null,
    };

    private static StoredJob Read(JobTraceFilter filter, ApplyStateContext context) =>
        new StoredParameters(context.BackgroundJob, context.Connection, filter.Boundary).Read();

    /// <summary>
    /// Gets the antecedent's span where its end has started the continuation: on the thread of the worker that performed it.
    /// </summary>
    private static string? SpanOf(string? antecedent) => antecedent is null ? null : EndedAttempt.At(antecedent)?.Span;

    private static bool HasRun(string state) =>
        state == ProcessingState.StateName || state == SucceededState.StateName || state == FailedState.StateName
        || state == DeletedState.StateName;
}
