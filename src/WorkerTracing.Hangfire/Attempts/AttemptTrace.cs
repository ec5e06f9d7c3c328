using System.Diagnostics;
using System.Globalization;
using Hangfire.Server;
using Hangfire.States;
using OpenTelemetry;

namespace WorkerTracing;

/// <summary>One attempt at a job, between the filter's two calls.</summary>
internal sealed class AttemptTrace
{
    private const string Key = "WorkerTracing.Attempt";

    private readonly JobTraceFilter _filter;
    private readonly JobTrace _trace;
    private readonly StoredJob _stored;
    private readonly Activity? _ambient;
    private bool _isStored; // written by Begin

    private AttemptTrace(JobTraceFilter filter, JobTrace trace, StoredJob stored, Activity? ambient)
    {
        _filter = filter;
        _trace = trace;
        _stored = stored;
        _ambient = ambient;
    }

    public static bool IsTraced(PerformContext context) => context.Items.ContainsKey(Key);

    public static void Begin(JobTraceFilter filter, PerformContext context)
    {
        var prepared = PreparedAttempt.Take(filter, context);
        var parameters = new StoredParameters(context.BackgroundJob, context.Connection, filter.Boundary);
        StoredJob stored = prepared?.Stored ?? parameters.Read();

        // A worker's thread has no caller: its ambient span comes from the thread that started the server, or a filter left it behind. A
        // job without a server is performed on the thread of its caller, whose span is its parent.
        Activity? ambient = Activity.Current;
        if (context.ServerId is not null)
            Activity.Current = null;

        JobTrace trace = prepared?.Start() ?? filter.Tracer.Start(HangfireJobInfo.From(context, stored, parameters));
        var attempt = new AttemptTrace(filter, trace, stored, ambient) { _isStored = prepared is { IsStored: true } };
        context.Items[Key] = attempt;
        Describe(trace.Activity, context, stored.RecurringJob);
        if (!attempt._isStored)
            attempt.Store(context);
    }

    /// <summary>Takes the attempt that the filter began, once.</summary>
    public static AttemptTrace? Take(JobTraceFilter filter, PerformContext context)
    {
        if (!context.Items.TryGetValue(Key, out object? item) || item is not AttemptTrace attempt || attempt._filter != filter)
            return null;

        context.Items.Remove(Key);
        return attempt;
    }

    public void End(PerformedContext context)
    {
        bool failed = false;
        try
        {
            failed = Conclude(context);
        }
        finally
        {
            _trace.Stop();
            Remember(context, failed);
            _trace.End();
            Activity.Current = _ambient is { IsStopped: false } ? _ambient : null;
        }
    }

    /// <summary>Stores the span with the job: if the process dies, the next attempt links to it.</summary>
    private void Store(PerformContext context)
    {
        if (context.ServerId is null || !_trace.IsRecorded)
            return;
        StoredJob begun = _stored with { PreviousSpan = _trace.Activity!.Id };
        _isStored = _filter.Boundary.Run(
            (context.Connection, context.BackgroundJob.Id, begun),
            static begin => JobParameter.Write(begin.Connection, begin.Id, begin.begun));
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

    /// <summary>
    /// Sets the result of the span. A job that was deleted or moved on while it ran, or that stops with the server, is canceled: the token
    /// that Hangfire gave it says so. A cancellation of the job's own making is a failure, as it is to Hangfire.
    /// </summary>
    /// <returns>True if the attempt failed.</returns>
    private bool Conclude(PerformedContext context)
    {
        Exception? exception = context.Exception is JobPerformanceException { InnerException: { } own } ? own : context.Exception;
        if (exception is null)
        {
            if (context.Canceled)
                _trace.Cancel();
            return false;
        }

        if (context.ExceptionHandled)
        {
            if (_trace.IsRecorded)
                _trace.Activity!.AddException(exception);
            return false;
        }

        CancellationToken aborted = context.Exception is JobAbortedException
            ? new CancellationToken(canceled: true)
            : context.CancellationToken.ShutdownToken;
        _trace.IsFinalAttempt = _filter.Boundary.Run(
            (_filter, context.BackgroundJob.Job, exception, _stored.Retries),
            static at => FinalAttempt.Predict(at._filter, at.Job, at.exception, at.Retries),
            null);
        _trace.Fail(exception, aborted);
        return !aborted.IsCancellationRequested || exception is not OperationCanceledException;
    }

    /// <summary>
    /// Keeps what the change of state after the attempt writes. No change of state follows when the server stops: Hangfire puts the job
    /// back into its queue as it is, so the attempt is written here. Nothing is written for a job that was deleted or moved on while it
    /// ran.
    /// </summary>
    private void Remember(PerformedContext context, bool failed)
    {
        if (context.ServerId is null)
            return;

        string? span = _trace.IsRecorded ? _trace.Activity?.Id : null;
        string job = context.BackgroundJob.Id;
        EndedAttempt.Last = new EndedAttempt(_filter, job, _stored, span, failed) { IsStored = _isStored };
        if (span is null || context.ExceptionHandled || context.Exception is JobAbortedException or not OperationCanceledException)
            return;

        StoredJob stopped = _stored with { PreviousSpan = span, Again = TimeProvider.System.GetUtcNow() };
        _filter.Boundary.Run((context.Connection, job, stopped), static stop =>
        {
            string? state;
            using (SuppressInstrumentationScope.Begin())
                state = stop.Connection.GetStateData(stop.job)?.Name;
            if (state == ProcessingState.StateName)
                JobParameter.Write(stop.Connection, stop.job, stop.stopped);
        });
    }
}
