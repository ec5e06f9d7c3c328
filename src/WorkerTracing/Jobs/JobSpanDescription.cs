using System.Diagnostics;

namespace WorkerTracing;

/// <summary>Records the facts of a job that are known at its beginning as attributes of its span.</summary>
internal sealed class JobSpanDescription(WorkerTracingOptions options, Callbacks callbacks, TimeProvider time)
{
    private readonly ArgumentCapture? _arguments = options.CaptureArguments ? new ArgumentCapture(options.Redact, callbacks) : null;

    /// <summary>Gets the attributes that a sampler can decide by.</summary>
    public static KeyValuePair<string, object?>[] TagsForSamplers(JobInfo job) =>
    [
        new(SpanAttributes.Platform, job.System),
        new(SpanAttributes.Task, job.Name),
        new(SpanAttributes.Trigger, NameOf(job.Trigger)),
    ];

    public void Record(Activity span, JobInfo job)
    {
        if ((callbacks.Ask(nameof(options.NameSelector), options.NameSelector, job, null) ?? job.Name) is { } name)
            span.DisplayName = name;
        span.SetTag(SpanAttributes.Attempt, job.Attempt);
        if (job.Id is not null)
            span.SetTag(SpanAttributes.JobId, job.Id);
        if (job.GroupId is not null)
            span.SetTag(SpanAttributes.GroupId, job.GroupId);
        if (job.Queue is not null)
            span.SetTag(SpanAttributes.Destination, job.Queue);
        if (job.Trigger == JobTrigger.Message)
            RecordMessage(span, job);
        if (WaitOf(job) is { } wait)
            span.SetTag(SpanAttributes.Wait, (long)wait.TotalMilliseconds);
        if (job.Arguments is not null)
            _arguments?.Record(span, job.Arguments);
    }

    /// <summary>Gets the time from when the job was due until now, at least zero; null if it is not known when the job was due.</summary>
    public TimeSpan? WaitOf(JobInfo job)
    {
        if ((job.DueAt ?? job.EnqueuedAt) is not { } due)
            return null;
        TimeSpan wait = time.GetUtcNow() - due;
        return wait > TimeSpan.Zero ? wait : TimeSpan.Zero;
    }

    private static void RecordMessage(Activity span, JobInfo job)
    {
        span.SetTag(SpanAttributes.MessagingSystem, job.System);
        span.SetTag(SpanAttributes.OperationType, SpanAttributes.Process);
        span.SetTag(SpanAttributes.OperationName, SpanAttributes.Process);
        span.SetTag(SpanAttributes.MessageId, job.Id);
    }

    /// <summary>Gets the values of contrib's instrumentation of Hangfire where it has the case.</summary>
    private static string NameOf(JobTrigger trigger) => trigger switch
    {
        JobTrigger.Enqueued => "api",
        JobTrigger.Scheduled => "schedule",
        JobTrigger.Recurring => "cron",
        JobTrigger.Message => "message",
        _ => "manual",
    };
}
