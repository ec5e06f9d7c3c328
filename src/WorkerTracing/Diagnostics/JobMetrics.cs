using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace WorkerTracing;

/// <summary>The metrics of jobs, with the names and attributes of contrib's instrumentation of Hangfire, for every framework.</summary>
internal static class JobMetrics
{
    private static readonly Meter Meter = Telemetry.Meter;

    private static readonly Histogram<double> Duration = Meter.CreateHistogram(
        "workflow.execution.duration",
        "s",
        "How long jobs waited (pending) and how long their attempts ran (executing).",
        advice: Telemetry.SecondsAdvice);

    private static readonly Counter<long> Outcome =
        Meter.CreateCounter<long>("workflow.execution.outcome", "{executions}", "Job attempts by result.");

    private static readonly UpDownCounter<long> Status =
        Meter.CreateUpDownCounter<long>("workflow.execution.status", "{executions}", "Job attempts that run now.");

    private static readonly Counter<long> Errors =
        Meter.CreateCounter<long>("workflow.execution.errors", "{error}", "Failed job attempts by the type of the exception.");

    /// <summary>Counts a job as running.</summary>
    /// <returns>True if <see cref="Stop"/> must uncount it: a listener that comes later has not seen it.</returns>
    public static bool Start(JobInfo job)
    {
        if (!Status.Enabled)
            return false;
        Telemetry.Publish(job, static job => Status.Add(1, RunningTags(job)));
        return true;
    }

    /// <summary>Counts a job as no longer running.</summary>
    public static void Stop(JobInfo job) => Telemetry.Publish(job, static job => Status.Add(-1, RunningTags(job)));

    /// <summary>Measures an attempt that has ended.</summary>
    /// <param name="job">The job.</param>
    /// <param name="outcome">Its outcome.</param>
    /// <param name="wait">The time from when it was due until it began; null where that is not known.</param>
    /// <param name="duration">The time from its beginning to its end.</param>
    public static void End(JobInfo job, JobOutcome outcome, TimeSpan? wait, TimeSpan duration)
    {
        if (Duration.Enabled)
            Telemetry.Publish(
                (job, outcome, wait, duration),
                static ended => RecordDurations(ended.job, ended.outcome, ended.wait, ended.duration));
        if (Outcome.Enabled)
            Telemetry.Publish((job, outcome), static ended => Outcome.Add(1, OutcomeTags(ended.job, ended.outcome)));
        if (outcome.ErrorType is not null && Errors.Enabled)
            Telemetry.Publish((job, outcome), static ended => Errors.Add(1, ErrorTags(ended.job, ended.outcome)));
    }

    private static void RecordDurations(JobInfo job, JobOutcome outcome, TimeSpan? wait, TimeSpan duration)
    {
        TagList tags = OutcomeTags(job, outcome);
        if (wait is { } waited)
        {
            TagList pending = tags;
            pending.Add(SpanAttributes.State, SpanAttributes.Pending);
            Duration.Record(waited.TotalSeconds, pending);
        }

        tags.Add(SpanAttributes.State, SpanAttributes.Executing);
        Duration.Record(duration.TotalSeconds, tags);
    }

    private static TagList OutcomeTags(JobInfo job, JobOutcome outcome)
    {
        TagList tags = NameTags(job);
        tags.Add(SpanAttributes.Result, outcome.Result);
        if (outcome.ErrorType is not null)
            tags.Add(SpanAttributes.ErrorType, outcome.ErrorType);
        return tags;
    }

    private static TagList ErrorTags(JobInfo job, JobOutcome outcome)
    {
        TagList tags = NameTags(job);
        tags.Add(SpanAttributes.ErrorType, outcome.ErrorType);
        return tags;
    }

    private static TagList RunningTags(JobInfo job)
    {
        TagList tags = NameTags(job);
        tags.Add(SpanAttributes.State, SpanAttributes.Executing);
        return tags;
    }

    private static TagList NameTags(JobInfo job) =>
        new() { { SpanAttributes.Platform, job.System }, { SpanAttributes.Task, job.Name } };
}
