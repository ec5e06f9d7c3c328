using System.Diagnostics;

namespace WorkerTracing;

/// <summary>One run of a job, from its start. The fields that change are written once, by the thread that ends the job.</summary>
internal sealed class JobRecord(long number, JobTrace trace, DateTimeOffset started)
{
    private JobResult? _result;

    /// <summary>Gets the number of the run in this process. Numbers grow with the time of the start.</summary>
    public long Number { get; } = number;

    /// <summary>Gets the version of the store in which the record changed last. A page asks for what is newer than what it has.</summary>
    public long Version { get; set; }

    public DateTimeOffset Started { get; } = started;

    public string Name { get; } = SpanValue.Cut(trace.Activity?.DisplayName ?? trace.Job.Name);

    public string TaskName { get; } = trace.Job.Name;

    public string System { get; } = trace.Job.System;

    public string? Id { get; } = trace.Job.Id;

    public string? Queue { get; } = trace.Job.Queue;

    public int Attempt { get; } = trace.Job.Attempt;

    public JobTrigger Trigger { get; } = trace.Job.Trigger;

    public bool IsRecorded { get; } = trace.IsRecorded;

    public ActivityTraceId TraceId { get; } = trace.TraceId;

    public ActivitySpanId SpanId { get; } = trace.Activity?.SpanId ?? default;

    /// <summary>
    /// Gets the time between the moment when the run was due and its start. Null where the framework does not say when it was due.
    /// </summary>
    public TimeSpan? Wait { get; } = WaitOf(trace.Job, started);

    /// <summary>Gets the result, or null while the job runs.</summary>
    public JobResult? Result => Volatile.Read(ref _result);

    /// <summary>Gets what became of the job's trace. Guarded by the store's lock.</summary>
    public Delivery Delivery { get; set; } = trace.IsRecorded ? Delivery.Pending : Delivery.NotRecorded;

    /// <summary>Gets the running trace, until its delivery is settled: the record then holds nothing of the job.</summary>
    public JobTrace? Trace { get; set; } = trace;

    public void Stop(JobResult result) => Volatile.Write(ref _result, result);

    /// <summary>Gets the time between the moment when a run was due and its start. Null where the framework does not say.</summary>
    public static TimeSpan? WaitOf(JobInfo job, DateTimeOffset started) =>
        (job.DueAt ?? job.EnqueuedAt) is { } due ? (started > due ? started - due : TimeSpan.Zero) : null;
}
