using System.Diagnostics;
using System.Globalization;
using Hangfire.Server;
using Hangfire.States;
using Hangfire.Storage;

namespace WorkerTracing;

/// <summary>
/// The attempt that the calling thread's worker is about to make. Its span has started with the change to Processing, so that its context is
/// stored by that change: if the process dies, the next attempt links to this one. It becomes current in <see cref="AttemptTrace.Begin"/>.
/// </summary>
/// <remarks>
/// Only on storages that write a job parameter with a change of state. On the others, the parameter is written when the attempt begins: a
/// write beside the transaction would stay if that fails.
/// </remarks>
internal sealed class PreparedAttempt
{
    /// <summary>
    /// Written and read by its own thread alone: Hangfire changes a job's state on the worker's thread and then performs it there. A span that
    /// never becomes current is discarded when the worker takes its next job.
    /// </summary>
    [ThreadStatic]
    private static PreparedAttempt? _next;

    private readonly JobTraceFilter _filter;
    private readonly PreparedJob _job;
    private readonly object _change;
    private readonly string _id;

    private PreparedAttempt(JobTraceFilter filter, PreparedJob job, ApplyStateContext context, StoredJob stored)
    {
        _filter = filter;
        _job = job;
        _change = context.BackgroundJob;
        _id = context.BackgroundJob.Id;
        Stored = stored;
    }

    /// <summary>Gets what was stored with the job before the attempt.</summary>
    public StoredJob Stored { get; }

    /// <summary>Gets whether the change of state stores the context of the span.</summary>
    public bool IsStored { get; private init; }

    /// <summary>The job changes to Processing. Hangfire repeats a change that fails.</summary>
    public static void Prepare(JobTraceFilter filter, ApplyStateContext context, IWriteOnlyTransaction transaction)
    {
        if (_next is { } same && ReferenceEquals(same._change, context.BackgroundJob))
            return; // another filter has prepared it

        PreparedAttempt? before = _next;
        _next = null;
        before?._job.Discard();
        if (!JobParameter.IsTransactional(context.Storage, transaction))
            return;

        var parameters = new StoredParameters(context.BackgroundJob, context.Connection, filter.Boundary);
        StoredJob stored = parameters.Read();
        if (before is not null && before._id == context.BackgroundJob.Id && stored.PreviousSpan == SpanOf(before._job))
            stored = stored with { PreviousSpan = before.Stored.PreviousSpan }; // the change was made, although it was reported as failed

        PreparedJob job = PrepareAsRoot(filter, HangfireJobInfo.From(context.BackgroundJob, stored, parameters, onWorker: true));
        bool isStored = SpanOf(job) is { } span
            && JobParameter.TryWrite(context, transaction, stored with { PreviousSpan = span }, filter.Boundary);
        _next = new PreparedAttempt(filter, job, context, stored) { IsStored = isStored };
    }

    /// <summary>Takes the attempt that the filter has prepared for a job, and discards another one.</summary>
    public static PreparedAttempt? Take(JobTraceFilter filter, PerformContext context)
    {
        PreparedAttempt? next = _next;
        _next = null;
        if (next is null || (next._filter == filter && next._id == context.BackgroundJob.Id))
            return next;
        next._job.Discard();
        return null;
    }

    /// <inheritdoc cref="PreparedJob.Start"/>
    public JobTrace Start() => _job.Start();

    /// <summary>A worker's thread has no caller whose span could be the parent.</summary>
    private static PreparedJob PrepareAsRoot(JobTraceFilter filter, JobInfo job)
    {
        Activity? ambient = Activity.Current;
        Activity.Current = null;
        try
        {
            return filter.Tracer.Prepare(job);
        }
        finally
        {
            Activity.Current = ambient is { IsStopped: false } ? ambient : null;
        }
    }

    /// <summary>Gets the span as a <c>traceparent</c>; null where it is not recorded.</summary>
    private static string? SpanOf(PreparedJob job) => job.Context == default
        ? null
        : string.Create(CultureInfo.InvariantCulture, $"00-{job.Context.TraceId}-{job.Context.SpanId}-{(int)job.Context.TraceFlags:x2}");
}
