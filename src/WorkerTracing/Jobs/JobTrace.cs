using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;

namespace WorkerTracing;

/// <summary>The trace of one job, from <see cref="JobTracer.Start"/> to its end and, where its mode says so, its delivery.</summary>
/// <remarks>
/// The job's span is current between start and end; every span that starts inside is below it. The end puts back what was ambient before,
/// and does so synchronously, in
/// <see cref="EndAsync"/> and <see cref="DisposeAsync"/> too. Only then comes the flush. A job inside a job of this process is a child of
/// it and never flushes.
/// </remarks>
public sealed class JobTrace : IDisposable, IAsyncDisposable
{
    private static readonly AsyncLocal<JobTrace?> Ambient = new();
    private static readonly Task<FlushResult> NotRequested = Task.FromResult(
        new FlushResult(FlushStatus.NotRequested, 0, 0, TimeSpan.Zero));
    private static readonly Task<FlushResult> Requested = Task.FromResult(new FlushResult(FlushStatus.Requested, 0, 0, TimeSpan.Zero));

    private readonly JobTracer _tracer;
    private JobTrace? _enclosing;
    private JobTrace? _ambientBefore;
    private Activity? _currentBefore;
    private BaggageScope _baggage;
    private TraceSegment? _local;
    private Dictionary<SegmentDelivery, DeliverySnapshot>? _snapshots;
    private FlushMode _mode;
    private JobOutcome _outcome = JobOutcome.Success;
    private long _started;
    private bool _entered;
    private int _stopped;
    private Task<FlushResult>? _ending;
    private string? _groupId;

    internal JobTrace(JobTracer tracer, JobInfo job)
    {
        _tracer = tracer;
        Job = job;
        _groupId = job.GroupId;
    }

    /// <summary>The job that the calling code runs in, or null. Null once that job has ended, also in tasks that outlive it.</summary>
    public static JobTrace? Current
    {
        get
        {
            JobTrace? trace = Ambient.Value;
            while (trace is { IsStopped: true })
                trace = trace._enclosing;
            return trace;
        }
    }

    /// <summary>What runs.</summary>
    public JobInfo Job { get; }

    /// <summary>The job's span; null where nobody listens, and where a sampler dropped it below another span.</summary>
    public Activity? Activity { get; private set; }

    /// <summary>The id of the trace that the job is in. The default where it has none.</summary>
    public ActivityTraceId TraceId { get; private set; }

    /// <summary>Whether the job's span is recorded: sampled, and not refused by <see cref="WorkerTracingOptions.Filter"/>.</summary>
    public bool IsRecorded { get; private set; }

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

    /// <summary>
    /// Whether no further attempt follows when this one fails. Recorded on the span of a failed attempt as <c>worker_tracing.final</c>.
    /// </summary>
    /// <value>
    /// True: this failure is the job's last word. False: the framework will try again. Null, the default: not known; nothing is recorded.
    /// Set it before the end of the job; a later value is ignored.
    /// </value>
    public bool? IsFinalAttempt { get; set; }

    /// <summary>
    /// What came of <see cref="End"/> or <see cref="EndAsync"/>; <see cref="FlushStatus.NotRequested"/> until they have answered.
    /// </summary>
    public FlushResult Result => Volatile.Read(ref _ending) is { IsCompleted: true } ending ? ending.GetAwaiter().GetResult() : default;

    /// <summary>The job that the calling flow is in or came from, ended or not.</summary>
    internal static JobTrace? OfFlow => Ambient.Value;

    /// <summary>Where the job's span belongs; null where that is not recorded.</summary>
    internal TraceSegment? Local => _local ?? (IsRecorded ? Outermost._local : null);

    internal bool IsStopped => Volatile.Read(ref _stopped) != 0;

    /// <summary>
    /// The innermost job that a span belongs to, running or ended: for exporters and processors. Null where it belongs to none.
    /// </summary>
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

    /// <summary>Marks the job as failed: status Error, <c>error.type</c>, and the exception as an event of the span.</summary>
    /// <param name="exception">The job's own exception, without what the framework wrapped around it.</param>
    public void Fail(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        _outcome = JobOutcome.Failed(exception);
    }

    /// <summary>
    /// Marks the job as canceled where <paramref name="jobToken"/> asked for it, else as failed. Every framework's integration decides by
    /// this method.
    /// </summary>
    /// <param name="exception">The job's own exception, without what the framework wrapped around it.</param>
    /// <param name="jobToken">
    /// The token that the job was given. An <see cref="OperationCanceledException"/> is a failure while this token is not canceled: a
    /// timeout of an HTTP request is one.
    /// </param>
    public void Fail(Exception exception, CancellationToken jobToken)
    {
        ArgumentNullException.ThrowIfNull(exception);
        if (jobToken.IsCancellationRequested && IsCancellation(exception))
            Cancel();
        else
            Fail(exception);
    }

    /// <summary>Marks the job as canceled, which is no error.</summary>
    public void Cancel() => _outcome = JobOutcome.Canceled;

    /// <summary>
    /// Ends the span and the scope on the calling flow; flushes nothing. For integrations whose framework ends the job in one place and
    /// lets it wait in another:
    /// <see cref="End"/>, <see cref="EndAsync"/>, <see cref="EndWithoutFlush"/> or disposal must still follow.
    /// </summary>
    public void Stop()
    {
        if (!_entered || Interlocked.Exchange(ref _stopped, 1) != 0)
            return;
        Activity? current = Activity.Current;
        bool inside = IsEnclosing(Ambient.Value);
        StopSpan();

        // Another flow's ambient span is not ours to change.
        Activity.Current = inside ? _currentBefore : current;
        if (inside)
        {
            Ambient.Value = _ambientBefore;
            _baggage.Leave();
        }

        // A job whose task begins the next one, which begins the next, would hold on to all of them.
        _currentBefore = null;
        _ambientBefore = null;
        _baggage = default;
    }

    /// <summary>
    /// Ends the job, then flushes as its mode says. <see cref="FlushMode.Wait"/> blocks the calling thread, and no other, for
    /// <see cref="WorkerTracingOptions.FlushTimeout"/> at the most.
    /// </summary>
    /// <returns>What came of it. Does not throw; a second call answers the same.</returns>
    public FlushResult End()
    {
        Stop();
        if (BeginEnd() is { } flush)
            Conclude(flush, _tracer.Flusher.Flush(_local!, _snapshots, _tracer.Options.FlushTimeout));
        return _ending!.GetAwaiter().GetResult();
    }

    /// <summary>
    /// Ends the job, synchronously, then flushes as its mode says. <see cref="FlushMode.Wait"/> holds no thread while it waits, for
    /// <see cref="WorkerTracingOptions.FlushTimeout"/> at the most.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait; the trace leaves all the same.</param>
    /// <returns>What came of it. Does not throw; a second call answers the same.</returns>
    public ValueTask<FlushResult> EndAsync(CancellationToken cancellationToken = default)
    {
        Stop();
        if (BeginEnd() is { } flush)
            _ = FlushAsync(flush, cancellationToken);
        return new ValueTask<FlushResult>(_ending!);
    }

    /// <summary>
    /// Ends the job and makes no flush, whatever its mode says: for an integration that knows of another attempt to come, whose flush takes
    /// this one along.
    /// </summary>
    public void EndWithoutFlush()
    {
        Stop();
        if (Volatile.Read(ref _ending) is null)
            _mode = FlushMode.None;
        BeginEnd();
    }

    /// <summary>Ends the job without ever waiting: <see cref="FlushMode.Wait"/> becomes <see cref="FlushMode.Background"/>.</summary>
    public void Dispose()
    {
        if (_mode == FlushMode.Wait)
            _mode = FlushMode.Background;
        Stop();
        BeginEnd();
    }

    /// <summary>As <see cref="EndAsync"/>.</summary>
    /// <returns>Completes when the flush, if there is one, has answered.</returns>
    public ValueTask DisposeAsync() => new(EndAsync().AsTask());

    /// <summary>Makes the job's span, and makes it and this trace ambient.</summary>
    internal void Enter(JobSpanFactory spans, FlushModeSelector modes)
    {
        _entered = true;
        _started = _tracer.Time.GetTimestamp();
        _currentBefore = Activity.Current;
        _ambientBefore = Ambient.Value;
        _enclosing = Current is { } around && around.Encloses(AmbientSpan.Current) ? around : null;
        _baggage = BaggageScope.Enter(Job.Baggage);
        Ambient.Value = this;

        Activity = spans.IsTraced(Job) ? spans.Start(Job) : JobSpanFactory.StartRefused(Job);
        TraceId = (Activity ?? Activity.Current)?.TraceId ?? default;
        if (Activity is not { Recorded: true, IsAllDataRequested: true } span)
            return;

        IsRecorded = true;
        span.SetCustomProperty(nameof(JobTrace), this);
        if (_enclosing is null)
        {
            _local = TraceSegment.Begin(span);
            _snapshots = _local.Snapshots();
            _mode = modes.Select(Job);
        }
        else if (_enclosing.Outermost._local is { } local)
        {
            TraceSegment.Join(span, local);
        }

        spans.Describe(span, Job);
    }

    /// <summary>
    /// Returns true for a cancellation, also where a blocking wait has wrapped it in an <see cref="AggregateException"/>.
    /// </summary>
    private static bool IsCancellation(Exception exception) => exception is OperationCanceledException
        || (exception is AggregateException { InnerExceptions: { Count: > 0 } inner } && inner.All(IsCancellation));

    private void StopSpan()
    {
        if (IsRecorded)
            Try(static trace => trace._outcome.RecordOn(trace.Activity!, trace.IsFinalAttempt));
        Try(static trace => trace.Activity?.Stop());
        TimeSpan duration = _tracer.Time.GetElapsedTime(_started);
        Try(trace => trace._outcome.Measure(trace.Job, duration));
        if (!_tracer.Observers.IsEmpty)
            _tracer.Observers.OnStopped(this, new JobResult(_outcome.Result, duration, _outcome.Exception));
    }

    [SuppressMessage(
        "Design", "CA1031",
        Justification = "The boundary of a job's end: an exception of a processor or a metric listener must not change the job's result.")]
    private void Try(Action<JobTrace> step)
    {
        try
        {
            step(this);
        }
        catch (Exception exception)
        {
            _tracer.ReportFailure(nameof(Stop), exception);
        }
    }

    private JobTrace Outermost
    {
        get
        {
            JobTrace trace = this;
            while (trace._enclosing is { } enclosing)
                trace = enclosing;
            return trace;
        }
    }

    /// <summary>
    /// Whether work below <paramref name="ambient"/> is inside this job. A flow that came from it need not be: a bus that was started in a
    /// job delivers messages of other
    /// traces.
    /// </summary>
    private bool Encloses(Activity? ambient) => Activity is null || ambient?.TraceId == TraceId;

    private bool IsEnclosing(JobTrace? trace)
    {
        while (trace is not null && !ReferenceEquals(trace, this))
            trace = trace._enclosing;
        return trace is not null;
    }

    /// <summary>Settles how the job ends, once.</summary>
    /// <returns>Where the verdict of a flush that the caller is to make goes; null where there is nothing to wait for.</returns>
    private TaskCompletionSource<FlushResult>? BeginEnd()
    {
        if (Volatile.Read(ref _ending) is not null)
            return null;
        TaskCompletionSource<FlushResult>? flush =
            _mode == FlushMode.Wait ? new TaskCompletionSource<FlushResult>(TaskCreationOptions.RunContinuationsAsynchronously) : null;
        Task<FlushResult> ending = flush?.Task ?? (_mode == FlushMode.Background ? Requested : NotRequested);
        if (Interlocked.CompareExchange(ref _ending, ending, null) is not null)
            return null;
        if (_mode == FlushMode.Background)
            _tracer.Flusher.Request(_local!);
        if (flush is null)
            EndLocal();
        else if (!_local!.IsRootEnded)
            _local.FlushWhenRootEnds();
        return flush;
    }

    private async Task FlushAsync(TaskCompletionSource<FlushResult> flush, CancellationToken cancellationToken) =>
        Conclude(
            flush,
            await _tracer.Flusher.FlushAsync(_local!, _snapshots, _tracer.Options.FlushTimeout, cancellationToken).ConfigureAwait(false));

    private void Conclude(TaskCompletionSource<FlushResult> flush, FlushResult result)
    {
        EndLocal();
        flush.SetResult(result);
    }

    /// <summary>Forgets the job. Its spans that are still queued keep their way to the local trace over their parents.</summary>
    private void EndLocal()
    {
        if (_local is not null)
            RunningJobs.Remove(Activity!);
    }
}
