using System.Collections.Concurrent;
using System.Diagnostics;
using Quartz;

namespace WorkerTracing;

/// <summary>
/// One firing of a trigger: its attempts, one after the other, each with a span of its own. Announced by the job listener, begun and ended
/// by Quartz's
/// own span of each attempt, completed by the job listener; Quartz never makes two of these calls at a time.
/// </summary>
internal sealed class Firing
{
    // Not weak: a weak table has a handle for each firing, which makes every garbage collection longer. A firing leaves it when it is over,
    // and Quartz tells us of that even where a listener of somebody
    // else's throws: as an error of the scheduler.
    private static readonly ConcurrentDictionary<IJobExecutionContext, Firing> Announced = new(ReferenceEqualityComparer.Instance);

    private readonly IJobExecutionContext _context;
    private readonly JobTracer _tracer;
    private readonly FailureBoundary _boundary;
    private readonly RetryLinks _retried;

    private FiringOrigin _origin;
    private ActivityContext _previous;
    private JobTrace? _attempt;
    private bool _running;
    private Exception? _failure;

    private Firing(IJobExecutionContext context, JobTracer tracer, FailureBoundary boundary, RetryLinks retried)
    {
        _context = context;
        _tracer = tracer;
        _boundary = boundary;
        _retried = retried;
    }

    /// <summary>The firing that was announced for a context, or null.</summary>
    public static Firing? Find(IJobExecutionContext context) => Announced.TryGetValue(context, out Firing? firing) ? firing : null;

    /// <summary>Makes a firing known before its first attempt. A refire, or a second listener, finds it known.</summary>
    public static ValueTask AnnounceAsync(
        IJobExecutionContext context,
        JobTracer tracer,
        FailureBoundary boundary,
        RetryLinks retried)
    {
        if (Find(context) is not null)
            return default;
        var firing = new Firing(context, tracer, boundary, retried);
        firing._previous = retried.Take(context);
        return Announced.TryAdd(context, firing) ? firing.FindOriginAsync() : default;
    }

    /// <summary>Begins the span of an attempt, and leaves it ambient for the job.</summary>
    /// <param name="quartzSpan">Quartz's own span of the attempt, which has just started on this flow.</param>
    public void BeginAttempt(Activity quartzSpan)
        => _boundary.Run((Self: this, Span: quartzSpan), static at => at.Self.Begin(at.Span));

    /// <summary>Ends the span of an attempt. The flush waits for <see cref="CompleteAsync"/>: another attempt may follow at once.</summary>
    /// <param name="quartzSpan">Quartz's own span of the attempt, which is about to stop on this flow.</param>
    public void EndAttempt(Activity quartzSpan)
        => _boundary.Run((Self: this, Span: quartzSpan), static at => at.Self.End(at.Span));

    /// <summary>Hears of what the attempt threw, before it ends.</summary>
    public void HearFailure(Exception exception)
    {
        if (_running)
            _failure = exception;
    }

    /// <summary>
    /// Hears of a failure that Quartz reports to scheduler listeners: of the job, or of a listener that keeps the firing from being
    /// completed.
    /// </summary>
    public ValueTask HearFailureAsync(Exception exception)
    {
        HearFailure(exception);
        return _running ? default : CompleteAsync();
    }

    /// <summary>
    /// Ends the firing after its last attempt, with the flush that the job asked for. An attempt that Quartz's retry policy will repeat is
    /// left to the last one's flush.
    /// </summary>
    public async ValueTask CompleteAsync()
    {
        Announced.TryRemove(_context, out _);
        if (Interlocked.Exchange(ref _attempt, null) is not { } last)
            return;
        if (!_context.RetryScheduled)
        {
            await last.EndAsync(CancellationToken.None).ConfigureAwait(false);
            return;
        }

        last.EndWithoutFlush();
        _retried.Keep(_context, _previous);
    }

    private void Begin(Activity quartzSpan)
    {
        if (!quartzSpan.Recorded)
        {
            // A span that Quartz started for our sake alone is nobody's decision, and no parent.
            Activity.Current = null;
            if (QuartzSpans.AreDecidedByOthers())
                Activity.Current = quartzSpan;
        }

        _attempt?.EndWithoutFlush(); // a refire: the last attempt's flush takes this one along
        _failure = null;
        _running = true;
        _attempt = _tracer.Start(FiredJob.Describe(_context, _origin, _previous));
        if (_attempt is { IsRecorded: true, Activity: { } span })
            FiredJob.Tag(span, _context);
    }

    private void End(Activity quartzSpan)
    {
        _running = false;
        if (_attempt is not { } attempt)
            return;

        switch (AttemptOutcome.Of(quartzSpan, _context, _failure))
        {
            case { Canceled: true }:
                attempt.Cancel();
                break;
            case { Exception: { } exception }:
                attempt.Fail(exception);
                break;
        }

        attempt.Stop();
        _previous = attempt is { IsRecorded: true, Activity: { } span } ? span.Context : default;
    }

    private async ValueTask FindOriginAsync() => _origin = await FiringOrigin.FindAsync(_context).ConfigureAwait(false);
}
