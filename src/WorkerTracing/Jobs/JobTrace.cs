using System.Diagnostics;

namespace WorkerTracing;

/// <summary>The trace of one job, from <see cref="JobTracer.Start"/> to its end and, where its mode says so, its delivery.</summary>
/// <remarks>
/// The job's span is current between start and end; spans that start inside are below it. The end restores the ambient state from before
/// the job, synchronously also in <see cref="EndAsync"/>; then comes the flush. A job inside a recorded job is its child and never flushes.
/// </remarks>
public sealed class JobTrace : IDisposable, IAsyncDisposable
{
    private readonly JobFlush? _flush;
    private JobRun _run; // written by the constructor and by the one call of Stop that ends the job
    private JobTrace? _enclosing; // as _run
    private JobOutcome _outcome = JobOutcome.Success;
    private string? _groupId;
    private int _stopped; // Interlocked

    /// <summary>Makes a trace that records nothing.</summary>
    internal JobTrace(JobTracer tracer, JobInfo job)
    {
        Tracer = tracer;
        Job = job;
        _groupId = job.GroupId;
        _stopped = 1;
    }

    /// <summary>Makes the trace of a span that has just become current, and makes the trace current too.</summary>
    internal JobTrace(JobTracer tracer, JobInfo job, Activity? span, JobTrace? enclosing, JobScope scope)
        : this(tracer, job)
    {
        _stopped = 0;
        _run = new JobRun(tracer, job, scope);
        _enclosing = enclosing;
        Depth = enclosing is null ? 0 : enclosing.Depth + 1;
        Activity = span;
        TraceId = (span ?? Activity.Current)?.TraceId ?? default;
        IsRecorded = span is { Recorded: true, IsAllDataRequested: true };
        if (IsRecorded)
        {
            span!.SetCustomProperty(nameof(JobTrace), this);
            if (enclosing?.Segment is { } segment)
                TraceSegment.Join(span, Segment = segment);
            else
                Segment = (_flush = new JobFlush(tracer, span, tracer.FlushModeOf(job))).Segment;
        }

        JobScope.Enter(this);
    }

    /// <summary>Gets the job that the calling code runs in, or null. Null once that job has ended, also in tasks that outlive it.</summary>
    public static JobTrace? Current => JobScope.Current;

    /// <summary>Gets the job.</summary>
    /// <remarks>Its <see cref="JobInfo.Arguments"/> are null once <see cref="WorkerTracingOptions.Enrich"/> has run.</remarks>
    public JobInfo Job { get; private set; }

    /// <summary>Gets the job's span; null without a listener, and where a sampler dropped it below another span.</summary>
    public Activity? Activity { get; }

    /// <summary>Gets the id of the trace that the job is in. The default where it has none.</summary>
    public ActivityTraceId TraceId { get; }

    /// <summary>Gets whether the job's span is recorded: sampled, and not refused by <see cref="WorkerTracingOptions.Filter"/>.</summary>
    public bool IsRecorded { get; }

    /// <summary>Groups the traces of one conversation, tenant or order. Recorded as <c>worker_tracing.group_id</c>.</summary>
    public string? GroupId
    {
        get => _groupId;
        set
        {
            _groupId = value;
            if (IsRecorded)
                Activity!.SetTag(SpanAttributes.GroupId, value);
        }
    }

    /// <summary>Whether no attempt follows when this one fails. Recorded on a failed attempt as <c>worker_tracing.final</c>.</summary>
    /// <value>
    /// True: the job has failed for good. False: the framework will try again. Null, the default: not known; nothing is recorded.
    /// Set it before the end of the job; a later value is ignored.
    /// </value>
    public bool? IsFinalAttempt { get; set; }

    /// <summary>Gets the answer of <see cref="End"/> or <see cref="EndAsync"/>. Until then it is the default, NotRequested.</summary>
    public FlushResult Result => _flush?.Result ?? default;

    /// <summary>Gets the progress that the job has reported last, or null.</summary>
    public JobProgress? Progress { get; private set; }

    internal JobTracer Tracer { get; }

    /// <summary>Gets the time since the job's start.</summary>
    internal TimeSpan RunningFor => _run.Elapsed(Tracer);

    /// <summary>Gets the place in the list of <see cref="RunningJobReports"/>, which guards it.</summary>
    internal RunningJobNode? RunningNode { get; set; }

    /// <summary>Gets how many jobs enclose the job.</summary>
    internal int Depth { get; }

    /// <summary>Gets the spans that a flush answers for together with this job's; null where the job is not recorded.</summary>
    internal TraceSegment? Segment { get; }

    internal bool IsStopped => Volatile.Read(ref _stopped) != 0;

    /// <summary>Gets the nearest job around this one that has not ended.</summary>
    internal JobTrace? Enclosing
    {
        get
        {
            JobTrace? trace = _enclosing;
            while (trace is { IsStopped: true })
                trace = trace._enclosing;
            return trace;
        }
    }

    /// <summary>Gets the innermost job that a span belongs to, running or ended, for exporters. Null where it belongs to none.</summary>
    /// <param name="activity">The span.</param>
    /// <remarks>The job that encloses this one is <c>Of(job.Activity.Parent)</c>.</remarks>
    public static JobTrace? Of(Activity activity)
    {
        for (Activity? span = activity; span is not null; span = span.Parent)
        {
            if (span.GetCustomProperty(nameof(JobTrace)) is JobTrace trace)
                return trace;
        }

        return null;
    }

    /// <summary>
    /// Adds a value that is shown with the trace. Recorded as <c>worker_tracing.metadata.&lt;key&gt;</c>; one key keeps its last value.
    /// </summary>
    /// <param name="key">What it is.</param>
    /// <param name="value">Its value.</param>
    /// <returns>This trace.</returns>
    public JobTrace SetMetadata(string key, string value)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (IsRecorded)
            Activity!.SetTag(SpanAttributes.MetadataPrefix + key, value);
        return this;
    }

    /// <summary>Reports how far the job has come. The jobs page and the reports of a long job show the latest values.</summary>
    /// <param name="completed">How much is done, in a unit of the job's own.</param>
    /// <param name="total">How much there is to do, in the same unit. Null if it is not known.</param>
    /// <param name="message">What the job is doing. Null for nothing.</param>
    /// <remarks>Keeps the values and returns: a job may call it for each item. A call after the end of the job does nothing.</remarks>
    public void ReportProgress(double completed, double? total = null, string? message = null)
    {
        if (!IsStopped)
            Progress = new JobProgress(completed, total, message);
    }

    /// <summary>Marks the job as failed: status Error, <c>error.type</c>, and the exception as an event of the span.</summary>
    /// <param name="exception">The job's own exception, without what the framework wrapped around it.</param>
    public void Fail(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        _outcome = JobOutcome.Failed(exception);
    }

    /// <summary>Marks the job as canceled where <paramref name="jobToken"/> asked for it, else as failed.</summary>
    /// <param name="exception">The job's own exception, without what the framework wrapped around it.</param>
    /// <param name="jobToken">
    /// The token that the job was given. An <see cref="OperationCanceledException"/> is a failure while this token is not canceled: a
    /// timeout of an HTTP request is one.
    /// </param>
    public void Fail(Exception exception, CancellationToken jobToken)
    {
        ArgumentNullException.ThrowIfNull(exception);
        _outcome = JobOutcome.Of(exception, jobToken);
    }

    /// <summary>Marks the job as canceled, which is no error.</summary>
    public void Cancel() => _outcome = JobOutcome.Canceled;

    /// <summary>Ends the span and the scope on the calling flow, and flushes nothing.</summary>
    /// <remarks><see cref="End"/>, <see cref="EndAsync"/>, <see cref="EndWithoutFlush"/> or disposal must still follow.</remarks>
    public void Stop()
    {
        if (Interlocked.Exchange(ref _stopped, 1) != 0)
            return;

        _run.End(this, _outcome, IsAround(JobScope.OfFlow));

        // What ended is let go: a span that waits for its export, and a job that started inside, would keep it in memory.
        _enclosing = Enclosing;
        _outcome = JobOutcome.Success;
    }

    /// <summary>
    /// Ends the job, then flushes as its mode says. <see cref="FlushMode.Wait"/> blocks the calling thread, and no other, for
    /// <see cref="WorkerTracingOptions.FlushTimeout"/> at the most.
    /// </summary>
    /// <returns>The answer of the flush. Does not throw; a second call answers the same.</returns>
    public FlushResult End()
    {
        Stop();
        return _flush?.Run() ?? default;
    }

    /// <summary>
    /// Ends the job, synchronously, then flushes as its mode says. <see cref="FlushMode.Wait"/> blocks no thread while it waits, for
    /// <see cref="WorkerTracingOptions.FlushTimeout"/> at the most.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait; the trace leaves all the same.</param>
    /// <returns>The answer of the flush. Does not throw; a second call answers the same.</returns>
    public ValueTask<FlushResult> EndAsync(CancellationToken cancellationToken = default)
    {
        Stop();
        return new ValueTask<FlushResult>(_flush?.RunAsync(cancellationToken) ?? JobFlush.NotRequested);
    }

    /// <summary>Ends the job without a flush, whatever its mode says: the flush of an attempt that follows takes its spans along.</summary>
    public void EndWithoutFlush()
    {
        Stop();
        _flush?.Skip();
    }

    /// <summary>Ends the job without ever waiting: <see cref="FlushMode.Wait"/> becomes <see cref="FlushMode.Background"/>.</summary>
    public void Dispose()
    {
        Stop();
        _flush?.RunInBackground();
    }

    /// <summary>As <see cref="EndAsync"/>.</summary>
    /// <returns>Completes when the flush, if there is one, has answered.</returns>
    public ValueTask DisposeAsync() => new(EndAsync().AsTask());

    /// <summary>Returns true if work below a span is inside this job. A bus that was started in a job delivers other traces.</summary>
    internal bool Encloses(Activity? ambient) => Activity is null || ambient?.TraceId == TraceId;

    /// <summary>Lets go of the arguments: a span that waits for its export would keep them in memory.</summary>
    internal void ReleaseArguments() => Job = Job.Arguments is null ? Job : Job with { Arguments = null };

    /// <summary>Returns true if a flow that is in <paramref name="trace"/> is inside this job.</summary>
    private bool IsAround(JobTrace? trace)
    {
        while (trace is not null && !ReferenceEquals(trace, this))
            trace = trace._enclosing;
        return trace is not null;
    }
}
