using Hangfire.States;
using Hangfire.Storage;

namespace WorkerTracing;

/// <summary>What the changes of a job's state tell of its next attempt.</summary>
internal static class StateChange
{
    /// <summary>The job that this thread's worker took last: its state is changed on the worker's thread, right before it is performed.</summary>
    [ThreadStatic]
    private static (string Job, string Worker) _taken;

    public static string? WorkerOf(string job) => _taken.Job == job ? _taken.Worker : null;

    public static void Applied(ApplyStateContext context, IWriteOnlyTransaction transaction)
    {
        switch (context.NewState)
        {
            case ProcessingState processing:
                _taken = (context.BackgroundJob.Id, processing.WorkerId);
                break;

            // A retry. A job that is created as a scheduled one has its time in the origin.
            case ScheduledState scheduled when context.OldStateName is not null:
                JobParameter.Write(context, transaction, JobParameter.Due, StoredTime.Format(scheduled.EnqueueAt.AsUtc()));
                break;

            case EnqueuedState enqueued:
                Enqueued(context, transaction, enqueued);
                break;
        }
    }

    private static void Enqueued(ApplyStateContext context, IWriteOnlyTransaction transaction, EnqueuedState enqueued)
    {
        // A new job is due when it is created, a scheduled one when it says.
        if (context.OldStateName is not null && context.OldStateName != ScheduledState.StateName)
            JobParameter.Write(context, transaction, JobParameter.Due, StoredTime.Format(enqueued.EnqueuedAt.AsUtc()));

        var queue = QueueOf(context, enqueued);
        if (queue != KnownQueue(context))
            JobParameter.Write(context, transaction, JobParameter.Queue, queue);
    }

    /// <summary>The rule is Hangfire's: the job's own queue, unless the state names another one than the default.</summary>
    private static string QueueOf(ApplyStateContext context, EnqueuedState enqueued) =>
        enqueued.Queue == EnqueuedState.DefaultQueue && context.BackgroundJob.Job?.Queue is { } own ? own : enqueued.Queue;

    /// <summary>The queue that the next attempt would take the job to come from, if nothing were written.</summary>
    private static string KnownQueue(ApplyStateContext context) =>
        (context.OldStateName is null ? null : context.GetJobParameter<string>(JobParameter.Queue, allowStale: true))
        ?? context.BackgroundJob.Job?.Queue
        ?? EnqueuedState.DefaultQueue;
}
