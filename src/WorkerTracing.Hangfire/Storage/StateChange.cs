using Hangfire.Common;
using Hangfire.States;
using Hangfire.Storage;

namespace WorkerTracing;

/// <summary>What the changes of a job's state tell of its next attempt.</summary>
internal static class StateChange
{
    /// <summary>
    /// The job that this thread's worker took last: its state is changed on the worker's thread, right before it is performed.
    /// </summary>
    [ThreadStatic]
    private static (string Job, string Worker) _taken;

    public static string? WorkerOf(string job) => _taken.Job == job ? _taken.Worker : null;

    public static void Applied(ApplyStateContext context, IWriteOnlyTransaction transaction)
    {
        if (context.NewState is ProcessingState processing)
            _taken = (context.BackgroundJob.Id, processing.WorkerId);
        else if (Turn(context) is { } turn)
            JobParameter.Write(context, transaction, JobParameter.Turn, turn.Format());
    }

    /// <summary>What is to be stored, or null where what the next attempt finds is right.</summary>
    private static StoredSchedule? Turn(ApplyStateContext context)
    {
        Job job = context.BackgroundJob.Job;
        switch (context.NewState)
        {
            // The origin has the time of a job that is created as a scheduled one. This is a retry.
            case ScheduledState scheduled:
                return context.OldStateName is null ? null : new StoredSchedule(scheduled.EnqueueAt.AsUtc(), null);

            // A new job is due when it is created.
            case EnqueuedState enqueued when context.OldStateName is null:
                return QueueOf(job, enqueued) is { } first ? new StoredSchedule(null, first) : null;

            // The time was up: it stays what the job was due at.
            case EnqueuedState enqueued when context.OldStateName == ScheduledState.StateName:
                var stored = StoredSchedule.Parse(JobParameter.Read(context, JobParameter.Turn));
                string? queue = QueueOf(job, enqueued);
                return queue == stored.Queue ? null : stored with { Queue = queue };

            case EnqueuedState enqueued:
                return new StoredSchedule(enqueued.EnqueuedAt.AsUtc(), QueueOf(job, enqueued));

            default:
                return null;
        }
    }

    /// <summary>
    /// The queue that the job goes to, or null where <see cref="DefaultQueueOf"/> is right. The rule is Hangfire's: the job's own queue,
    /// unless the state names another one than the default.
    /// </summary>
    private static string? QueueOf(Job? job, EnqueuedState enqueued) =>
        enqueued.Queue == EnqueuedState.DefaultQueue || enqueued.Queue == DefaultQueueOf(job) ? null : enqueued.Queue;

    /// <summary>The queue of a job of which nothing else is known.</summary>
    public static string DefaultQueueOf(Job? job) => job?.Queue ?? EnqueuedState.DefaultQueue;
}
