using System.Diagnostics;
using Hangfire.States;
using Hangfire.Storage;
using OpenTelemetry;

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
            JobInfo info = HangfireJobInfo.From(job, stored, parameters, onWorker: true);
            string name = filter.Boundary.Run(context, NameOf, info.Name);
            using JobTrace trace = filter.Tracer.Start(info with { Name = name });
            trace.IsFinalAttempt = filter.Boundary.Run(
                (filter, exception, stored.Retries),
                static at => FinalAttempt.Predict(at.filter, job: null, at.exception, at.Retries),
                null);
            trace.Fail(exception);
            EndedAttempt.Last = new EndedAttempt(filter, job.Id, stored, trace.IsRecorded ? trace.Activity?.Id : null, Failed: true);
        }
        finally
        {
            Activity.Current = ambient;
        }
    }

    /// <summary>
    /// Gets the name of the job from what is stored of it, or else from the exception, which names the type that is missing.
    /// </summary>
    private static string NameOf(ElectStateContext context)
    {
        InvocationData? call;
        using (SuppressInstrumentationScope.Begin())
            call = context.Connection.GetJobData(context.BackgroundJob.Id)?.InvocationData;
        if (call is { Type: { } type, Method: { } method })
            return $"{SimpleName(type)}.{method}";

        return (context.CandidateState as FailedState)?.Exception is TypeLoadException { TypeName: { Length: > 0 } missing }
            ? SimpleName(missing)
            : HangfireJobInfo.UnknownName;
    }

    /// <summary>Gets <c>Outer.Inner</c> of <c>Namespace.Outer+Inner`1[[…]], Assembly</c>.</summary>
    private static string SimpleName(string type)
    {
        int end = type.AsSpan().IndexOfAny(',', '`', '[');
        string name = end < 0 ? type : type[..end];
        return name[(name.LastIndexOf('.') + 1)..].Replace('+', '.');
    }

    /// <summary>
    /// Returns true if the job's time has come: a worker or the scheduler of delayed jobs makes the change. False if it is requeued by
    /// hand.
    /// </summary>
    private static bool IsDue(ElectStateContext context) =>
        context.CurrentState == EnqueuedState.StateName || context.CurrentState == ScheduledState.StateName
        || context.CurrentState == ProcessingState.StateName;
}
