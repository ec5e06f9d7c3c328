using System.Diagnostics;
using Hangfire.States;

namespace WorkerTracing;

/// <summary>
/// An attempt at a job whose type or method does not exist in this process. Hangfire fails such a job when it changes its state, before any
/// server filter runs.
/// </summary>
internal static class LoadFailure
{
    /// <summary>Makes the error span of the attempt. The flush does not wait: Hangfire holds the job's lock.</summary>
    public static void Trace(JobTraceFilter filter, ElectStateContext context)
    {
        if (context is not { BackgroundJob: { Job: null } job, CandidateState: FailedState { Exception: { } exception } })
            return;
        if (!IsDue(context))
            return;

        var parameters = new StoredParameters(job, context.Connection, filter.Boundary);
        StoredJob stored = parameters.Read();
        Activity? ambient = Activity.Current;
        Activity.Current = null;
        try
        {
            using JobTrace trace = filter.Tracer.Start(HangfireJobInfo.From(job, stored, parameters, onWorker: true));
            trace.Fail(exception);
            EndedAttempt.Last = new EndedAttempt(filter, job.Id, stored, trace.IsRecorded ? trace.Activity?.Id : null, Failed: true);
        }
        finally
        {
            Activity.Current = ambient;
        }
    }

    /// <summary>
    /// Returns true if the job's time has come: a worker or the scheduler of delayed jobs makes the change. False if it is requeued by
    /// hand.
    /// </summary>
    private static bool IsDue(ElectStateContext context) =>
        context.CurrentState == EnqueuedState.StateName || context.CurrentState == ScheduledState.StateName
        || context.CurrentState == ProcessingState.StateName;
}
