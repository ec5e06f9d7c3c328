using System.Diagnostics.CodeAnalysis;
using System.Diagnostics;
using System.Globalization;
using Hangfire.Server;

namespace WorkerTracing;

/// <summary>One attempt at a job, between the filter's two calls.</summary>
internal sealed class AttemptTrace
{
    private const string Key = "WorkerTracing.Attempt";

    private readonly JobTraceFilter _filter;
    private readonly JobTrace _trace;
    private readonly Activity? _ambient;

    private AttemptTrace(JobTraceFilter filter, JobTrace trace, Activity? ambient)
    {
        _filter = filter;
        _trace = trace;
        _ambient = ambient;
    }

    public static bool IsTraced(PerformContext context) => context.Items.ContainsKey(Key);

    public static void Begin(JobTraceFilter filter, PerformContext context)
    {
        var parameters = new StoredParameters(context, filter);
        StoredOrigin origin = parameters.Origin();
        JobInfo job = HangfireJobInfo.Of(context, origin, parameters);

        // A worker's thread has no caller. What is ambient there came with the thread that started the server, or was left behind by
        // somebody's filter, and no job is a part of it. A job that is performed on its caller's own thread has no server.
        Activity? ambient = Activity.Current;
        if (context.ServerId is not null)
            Activity.Current = null;

        JobTrace trace = filter.Tracer.Start(job);
        context.Items[Key] = new AttemptTrace(filter, trace, ambient);
        Describe(trace.Activity, context, origin.RecurringJob);
    }

    /// <summary>The attempt that the filter began, once.</summary>
    public static AttemptTrace? Take(JobTraceFilter filter, PerformContext context)
    {
        if (!context.Items.TryGetValue(Key, out object? item) || item is not AttemptTrace attempt || attempt._filter != filter)
            return null;

        context.Items.Remove(Key);
        return attempt;
    }

    public void End(PerformedContext context)
    {
        try
        {
            Conclude(context);
        }
        finally
        {
            _trace.Stop();
            Keep(context);
            _trace.End();
            Activity.Current = _ambient is { IsStopped: false } ? _ambient : null;
        }
    }

    private static void Describe(Activity? span, PerformContext context, string? recurringJob)
    {
        if (span is not { IsAllDataRequested: true })
            return;

        DateTimeOffset created = context.BackgroundJob.CreatedAt.AsUtc();
        span.SetTag("worker_tracing.hangfire.created_at", created.ToString("O", CultureInfo.InvariantCulture));
        span.SetTag("worker_tracing.hangfire.server", context.ServerId);
        span.SetTag("worker_tracing.hangfire.worker", StateChange.WorkerOf(context.BackgroundJob.Id));
        span.SetTag("worker_tracing.hangfire.recurring_job", recurringJob);
    }

    private void Conclude(PerformedContext context)
    {
        Exception? exception = context.Exception is JobPerformanceException { InnerException: { } own } ? own : context.Exception;
        if (exception is null)
        {
            if (context.Canceled)
                _trace.Cancel();
        }
        else if (context.ExceptionHandled)
        {
            if (_trace.IsRecorded)
                _trace.Activity!.AddException(exception);
        }
        else if (IsCanceled(context))
            _trace.Cancel();
        else
            _trace.Fail(exception);
    }

    /// <summary>
    /// Deleted or moved on while it ran, or stopped with the server and queued again. A cancellation of the job's own making arrives
    /// wrapped, and is a failure to Hangfire as well.
    /// </summary>
    private static bool IsCanceled(PerformedContext context) =>
        context.Exception is JobAbortedException
        || (context.Exception is OperationCanceledException && context.CancellationToken.ShutdownToken.IsCancellationRequested);

    /// <summary>For the link from the next attempt, and for who looks at the job in the dashboard.</summary>
    [SuppressMessage(
        "Design", "CA1031",
        Justification = "A storage that fails must not fail the job; the exception is counted and logged.")]
    private void Keep(PerformedContext context)
    {
        if (!_trace.IsRecorded || _trace.Activity?.Id is not { } span)
            return;

        try
        {
            JobParameter.Write(context, JobParameter.Trace, span);
        }
        catch (Exception exception)
        {
            _filter.Report(exception);
        }
    }
}
