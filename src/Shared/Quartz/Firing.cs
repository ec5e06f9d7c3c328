using System.Collections.Concurrent;
using System.Diagnostics;
using Quartz;

namespace WorkerTracing;

/// <summary>
/// One firing of a trigger: its attempts, one after the other, each with a span of its own. The job listener announces and completes it;
/// Quartz's own span of each attempt begins and ends the attempt.
/// </summary>
/// <remarks>
/// Not locked: Quartz makes one call at a time, and <see cref="AbandonedFirings"/> calls only when Quartz is done with the firing. The
/// removal from <see cref="Announced"/> decides who completes it.
/// </remarks>
internal sealed class Firing
{
    /// <summary>The firings that are not complete.</summary>
    /// <remarks>The key is the object of <see cref="QuartzVersion.KeyOf"/>.</remarks>
    public static readonly ConcurrentDictionary<object, Firing> Announced = new(ReferenceEqualityComparer.Instance);

    private readonly IJobExecutionContext _context;
    private readonly JobTraceListener _listener;
    private readonly CancellationToken _jobToken;

    private FiringOrigin _origin;
    private PreviousAttempt _previous;
    private JobTrace? _attempt;
    private Activity? _quartzSpan; // of the attempt that runs; null between attempts
    private Exception? _failure;

    private Firing(IJobExecutionContext context, JobTraceListener listener)
    {
        _context = context;
        _listener = listener;
        _jobToken = context.CancellationToken;
    }

    /// <summary>Gets the scheduler that fired.</summary>
    public IScheduler Scheduler => _context.Scheduler;

    /// <summary>Gets the boundary of the listener that announced the firing.</summary>
    public FailureBoundary Boundary => _listener.Boundary;

    /// <summary>Gets the firing that was announced for a context, or null.</summary>
    public static Firing? Find(IJobExecutionContext context) => Find(QuartzVersion.KeyOf(context));

    /// <summary>Gets the firing that was announced under a key, or null.</summary>
    public static Firing? Find(object key) => Announced.TryGetValue(key, out Firing? firing) ? firing : null;

    /// <summary>Announces a firing before its first attempt. Does nothing for a refire, and for a second listener.</summary>
    public static async ValueTask AnnounceAsync(IJobExecutionContext context, JobTraceListener listener)
    {
        if (Find(context) is not null)
            return;
        var firing = new Firing(context, listener) { _previous = RunLinks.TakeAttempt(context) };
        if (!Announced.TryAdd(QuartzVersion.KeyOf(context), firing))
            return;
        AbandonedFirings.Watch();
        firing._origin = await FiringOrigin.FindAsync(context).ConfigureAwait(false);
    }

    /// <summary>Begins the span of an attempt and leaves it ambient for the job.</summary>
    /// <param name="quartzSpan">Quartz's own span of the attempt, which has just started on this flow.</param>
    /// <param name="isDecided">
    /// Whether a listener of the application has decided about Quartz's span. If none has, the span exists only because this library
    /// listens, and is no parent.
    /// </param>
    public void BeginAttempt(Activity quartzSpan, bool isDecided) =>
        Boundary.Run((Self: this, quartzSpan, isDecided), static at => at.Self.Begin(at.quartzSpan, at.isDecided));

    /// <summary>Ends the span of an attempt. The flush waits for <see cref="CompleteAsync"/>, because another attempt can follow.</summary>
    /// <remarks>To be called on the job's flow, when Quartz's own span is about to stop.</remarks>
    public void EndAttempt() => Boundary.Run(this, static firing => firing.End());

    /// <summary>Notes the exception of the attempt that runs.</summary>
    public void NoteException(Exception exception)
    {
        if (_quartzSpan is not null)
            _failure = exception;
    }

    /// <summary>
    /// Handles a failure that Quartz reports to scheduler listeners: of the job, or of a listener that keeps the job from running or the
    /// firing from being completed.
    /// </summary>
    public async ValueTask HandleErrorAsync(JobExecutionProcessException failure)
    {
        if (_quartzSpan is not null)
        {
            _failure = failure;
            return;
        }

        bool hasRun = _attempt is not null;
        await CompleteAsync().ConfigureAwait(false);
        if (!hasRun)
            await StoppedFirings.FailAsync(_listener.Tracer, failure).ConfigureAwait(false);
    }

    /// <summary>
    /// Completes the firing after its last attempt, with the flush that the job asked for. An attempt that Quartz's retry policy will
    /// repeat is left to the flush of the last one.
    /// </summary>
    public async ValueTask CompleteAsync()
    {
        if (!Announced.TryRemove(QuartzVersion.KeyOf(_context), out _) || _attempt is not { } last)
            return;
        if (_quartzSpan is { } unfinished)
            Conclude(last, unfinished); // an exception of another observer kept Quartz from reporting the end of its span
        if (QuartzVersion.RetryDueAt(_context) is { } due)
        {
            last.EndWithoutFlush();
            RunLinks.KeepAttempt(_context, _previous with { RetryDueAt = due });
            return;
        }

        RunLinks.EndRun(_context, _previous.Context);
        await last.EndAsync(CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>Completes the firing if Quartz is done with it and has not called the job listener. The flush is not waited for.</summary>
    public void CompleteIfAbandoned()
    {
        if (QuartzVersion.IsOver(_context))
            Boundary.Run(this, static firing => firing.Abandon());
    }

    private void Abandon()
    {
        if (!Announced.TryRemove(QuartzVersion.KeyOf(_context), out _))
            return;
        _listener.LeaveIfRemoved(_context.Scheduler);
        if (_attempt is not { } attempt)
            return;
        if (_quartzSpan is { } unfinished)
        {
            if (unfinished.Duration > TimeSpan.Zero)
                attempt.Activity?.SetEndTime(unfinished.StartTimeUtc + unfinished.Duration);
            Conclude(attempt, unfinished);
        }

        attempt.Dispose();
    }

    private void Begin(Activity quartzSpan, bool isDecided)
    {
        if (!isDecided)
            Activity.Current = null;

        _attempt?.EndWithoutFlush(); // a refire: the flush of the last attempt covers this one
        _failure = null;
        _quartzSpan = quartzSpan;
        RunLinks.BeginAttempt();
        _attempt = _listener.Tracer.Start(QuartzJobInfo.From(_context, _origin, _previous, RunLinks.TakeAntecedent(_context)));
        QuartzAttributes.Describe(_attempt, _context);
    }

    private void End()
    {
        Activity? quartzSpan = _quartzSpan;
        _quartzSpan = null;
        if (quartzSpan is null || _attempt is not { } attempt)
            return;

        Conclude(attempt, quartzSpan);
        attempt.Stop();
        _previous = new PreviousAttempt(attempt is { IsRecorded: true, Activity: { } span } ? span.Context : default, null);
        RunLinks.EndAttempt(_context, _previous.Context);
        if (_listener.IsRemovedFrom(_context.Scheduler))
            Abandon();
    }

    private void Conclude(JobTrace attempt, Activity quartzSpan) =>
        QuartzVersion.Outcome(quartzSpan, _context, _failure).RecordOn(attempt, _jobToken);
}
