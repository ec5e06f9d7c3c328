using System.Diagnostics;

namespace WorkerTracing;

/// <summary>Options for tracing jobs. Binds from the <c>WorkerTracing</c> configuration section; validated when the host starts.</summary>
/// <remarks>
/// The callbacks run on the job's own thread, before or after the job's code. A callback that throws is counted and
/// logged, and never reaches the job.
/// </remarks>
public sealed class WorkerTracingOptions
{
    /// <summary>The flush mode of jobs for which no attribute and no selector chooses another.</summary>
    /// <value>The default is <see cref="FlushMode.None"/>.</value>
    public FlushMode Flush { get; set; }

    /// <summary>The longest time that a flush adds to a job.</summary>
    /// <value>The default is 5 seconds. Positive, or <see cref="Timeout.InfiniteTimeSpan"/>.</value>
    public TimeSpan FlushTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The longest time of the last flush when the host stops, within the host's own deadline.</summary>
    /// <value>The default is 5 seconds. Positive, or <see cref="Timeout.InfiniteTimeSpan"/>.</value>
    public TimeSpan ShutdownTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Whether the spans that wait for an export are flushed when the process exits, or dies of an unhandled exception, without a shutdown
    /// of the TracerProvider. The flush blocks the exit for at most 2 seconds.
    /// </summary>
    /// <value>The default is true. What is left is logged.</value>
    public bool FlushAtProcessExit { get; set; } = true;

    /// <summary>How a job's trace relates to the trace that enqueued it.</summary>
    /// <value>The default is <see cref="TraceRelation.Auto"/>.</value>
    public TraceRelation Relation { get; set; }

    /// <summary>
    /// For <see cref="TraceRelation.Auto"/>: a job that begins later than this after it was enqueued, or after the beginning of the trace
    /// that enqueued it, gets a trace of its own. The beginning travels in the <c>tracestate</c>.
    /// </summary>
    /// <value>The default is 1 minute. Zero or more.</value>
    public TimeSpan LinkAfter { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Returns false for a job that is not traced. Its children are not traced either.</summary>
    /// <value>The default is null: every job is traced. A filter that throws counts as true.</value>
    public Func<JobInfo, bool>? Filter { get; set; }

    /// <summary>Chooses the flush mode of a job; null leaves the choice to the attribute and to <see cref="Flush"/>.</summary>
    /// <value>The default is null.</value>
    public Func<JobInfo, FlushMode?>? FlushSelector { get; set; }

    /// <summary>Chooses the display name of a job's span.</summary>
    /// <value>The default is null: the name is <see cref="JobInfo.Name"/>, as it is where the selector throws or answers null.</value>
    public Func<JobInfo, string>? NameSelector { get; set; }

    /// <summary>Chooses the kind of a job's span. Null leaves the kind as it is.</summary>
    /// <value>
    /// The default is null: <see cref="ActivityKind.Consumer"/> for enqueued jobs and messages, <see cref="ActivityKind.Internal"/> for
    /// all others. The same applies where the selector throws.
    /// </value>
    public Func<JobInfo, ActivityKind?>? KindSelector { get; set; }

    /// <summary>Adds to a job's span when it begins. Not called for a job that is not recorded.</summary>
    /// <value>The default is null.</value>
    public Action<JobTrace, JobInfo>? Enrich { get; set; }

    /// <summary>Whether <see cref="JobInfo.Arguments"/> are recorded, as <c>worker_tracing.argument.&lt;name&gt;</c>.</summary>
    /// <value>
    /// The default is false. At most 32 arguments are recorded, each cut to 1,024 characters. Collections and objects are recorded as JSON,
    /// by their public properties and fields, at most 4 levels deep. Sequences that are not collections are not read.
    /// </value>
    public bool CaptureArguments { get; set; }

    /// <summary>Returns the value to record for an argument, from its name and value. Null: it is not recorded.</summary>
    /// <value>The default is null: values are recorded as they are. An argument whose redaction throws is not recorded.</value>
    public Func<string, object?, object?>? Redact { get; set; }

    /// <summary>Whether jobs are traced.</summary>
    /// <value>The default is true. <c>OTEL_SDK_DISABLED=true</c> has the same effect as false.</value>
    public bool Enabled { get; set; } = true;

    /// <summary>
    /// A recorded job that runs for longer than this is reported while it runs: a zero-length span <c>&lt;name&gt; running</c> with
    /// <c>worker_tracing.running_ms</c> and the progress that the job has reported is added to its trace and exported at once.
    /// </summary>
    /// <value>The default is 30 seconds. Positive, or <see cref="Timeout.InfiniteTimeSpan"/>: running jobs are not reported.</value>
    public TimeSpan ReportRunningAfter { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The time from the first report of a running job to the second. It doubles from report to report, up to an hour.</summary>
    /// <value>The default is 5 minutes. Positive, or <see cref="Timeout.InfiniteTimeSpan"/>: each job is reported once.</value>
    public TimeSpan ReportRunningEvery { get; set; } = TimeSpan.FromMinutes(5);
}
