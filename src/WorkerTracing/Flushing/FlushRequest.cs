using System.Diagnostics.CodeAnalysis;

namespace WorkerTracing;

/// <summary>
/// One caller's wait for the answer to a flush. The pipeline's lock guards the answer; completing the request happens outside it, so that
/// no caller's code runs under that lock.
/// </summary>
internal sealed class FlushRequest
{
    private const int SpinCount = 140;

    private readonly TaskCompletionSource<FlushResult> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ExportPipeline _pipeline;
    private readonly TimeProvider _time;
    private readonly TimeSpan _timeout;
    private readonly DeliverySnapshot _before;
    private ManualResetEventSlim? _blocked; // written by the caller that blocks, read by the thread that releases
    private ITimer? _timer; // written by the caller that waits
    private CancellationTokenRegistration _registration; // written by the caller that waits

    /// <param name="pipeline">The pipeline that answers.</param>
    /// <param name="delivery">The counts of the trace to answer for; null for everything that has ended.</param>
    /// <param name="before">Those counts when the job began.</param>
    /// <param name="target">The request answers for spans at queue positions below this one.</param>
    /// <param name="timeout">How long the caller waits at most.</param>
    /// <param name="time">The clock.</param>
    public FlushRequest(
        ExportPipeline pipeline,
        SegmentDelivery? delivery,
        DeliverySnapshot before,
        long target,
        TimeSpan timeout,
        TimeProvider time)
    {
        _pipeline = pipeline;
        _time = time;
        _timeout = timeout;
        _before = before;
        Delivery = delivery;
        Target = target;
        Started = time.GetTimestamp();
    }

    public SegmentDelivery? Delivery { get; }

    public long Target { get; }

    public long Started { get; }

    public TimeSpan Timeout => _timeout;

    /// <summary>Gets whether the process ends: an export that began before the request does not count as its attempt.</summary>
    public bool IsLast { get; init; }

    /// <summary>Gets whether no other flush of the pipeline waited when this one was asked for.</summary>
    public bool IsAlone { get; init; }

    /// <summary>Gets whether the request also waits for spans that no queue holds, because the flight recorder has them.</summary>
    public bool WaitsForRecords { get; init; }

    /// <summary>The next request that waits for the same trace.</summary>
    public FlushRequest? Next { get; set; }

    /// <summary>The place of the request in the list that it waits in.</summary>
    public LinkedListNode<FlushRequest>? Place { get; set; }

    /// <summary>Gets whether the answer is known. Set once, under the pipeline's lock.</summary>
    public bool IsAnswered { get; private set; }

    public FlushResult Answer { get; private set; }

    /// <summary>Gets the status of an answer that is not to be Stored. Set with the answer.</summary>
    public FlushStatus WithoutRecorder { get; private set; }

    /// <summary>The counts of a flush of everything; those of a trace are in <see cref="Delivery"/>.</summary>
    public long Exported { get; set; }

    public long Lost { get; set; }

    public long Unconfirmed { get; set; }

    /// <summary>Fixes the answer, under the pipeline's lock. <see cref="Release"/> must follow outside it.</summary>
    /// <param name="unlessLost">
    /// The status where no span is lost. A lost span makes it Failed; spans that are not confirmed make Delivered Unconfirmed; recorded
    /// spans make it Stored.
    /// </param>
    /// <param name="now">When the answer was known.</param>
    public void SetAnswer(FlushStatus unlessLost, long now)
    {
        long exported = Delivery is null ? Exported : Delivery.Exported - _before.Exported;
        long lost = Delivery is null ? Lost : Delivery.Lost - _before.Lost;
        long unconfirmed = Delivery is null ? Unconfirmed : Delivery.Unconfirmed - _before.Unconfirmed;
        StoredSpans stored = _pipeline.StoredOf(Delivery, _before);
        WithoutRecorder = lost > 0 ? FlushStatus.Failed : unlessLost;
        FlushStatus status = stored.Improve(WithoutRecorder, unconfirmed);
        Answer = new FlushResult(status, Saturated(exported), Saturated(lost), _time.GetElapsedTime(Started, now))
        {
            Stored = Saturated(stored.Count(isSettled: unlessLost == FlushStatus.Delivered)),
        };
        IsAnswered = true;
    }

    /// <summary>Hands the answer to the caller. Not under the pipeline's lock.</summary>
    public void Release()
    {
        if (_completion.TrySetResult(Answer))
            Volatile.Read(ref _blocked)?.Set();
        StopWaiting();
    }

    /// <summary>Returns the answer, at the latest at the timeout or at cancellation. Blocks no thread.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "The boundary to the clock's timers and the caller's token: a flush that "
        + "cannot have a timer, for want of a thread or memory, does not wait.")]
    public Task<FlushResult> AnswerAsync(CancellationToken cancellationToken)
    {
        if (IsAnswered)
            return _completion.Task;
        try
        {
            StartWaiting(cancellationToken);
        }
        catch (Exception)
        {
            _pipeline.GiveUp(this, FlushStatus.TimedOut);
        }

        return _completion.Task;
    }

    /// <summary>Returns the answer, at the latest at the timeout. Blocks the calling thread, the only one that may call it.</summary>
    /// <remarks>
    /// An exporter that flushes, or shuts its provider down, within its own export would wait for itself: it has its answer at once.
    /// </remarks>
    public FlushResult WaitForAnswer()
    {
        if (!ExportThreads.IsExportingFor(_pipeline) && Block(Timeouts.Remaining(_timeout, _time.GetElapsedTime(Started))))
            return Answer;
        _pipeline.GiveUp(this, FlushStatus.TimedOut);
        Block(System.Threading.Timeout.InfiniteTimeSpan); // where another thread was first, it is about to release the request
        return Answer;
    }

    private static int Saturated(long count) => (int)Math.Clamp(count, 0, int.MaxValue);

    private void StartWaiting(CancellationToken cancellationToken)
    {
        TimeSpan left = Timeouts.Remaining(_timeout, _time.GetElapsedTime(Started));
        if (left != System.Threading.Timeout.InfiniteTimeSpan)
            _timer = _time.CreateTimer(
                static state => GiveUp(state, FlushStatus.TimedOut), this, left, System.Threading.Timeout.InfiniteTimeSpan);
        if (cancellationToken.CanBeCanceled)
            _registration = cancellationToken.UnsafeRegister(static state => GiveUp(state, FlushStatus.Canceled), this);
        if (_completion.Task.IsCompleted)
            StopWaiting();
    }

    private void StopWaiting()
    {
        _timer?.Dispose();
        _registration.Unregister();
    }

    private static void GiveUp(object? request, FlushStatus status)
    {
        var waiting = (FlushRequest)request!;
        waiting._pipeline.GiveUp(waiting, status);
    }

    /// <returns>False at the timeout.</returns>
    /// <remarks>
    /// Where others wait too, it spins for a moment before it blocks: with hundreds of threads that come and go together, that lets the
    /// threads that still have work go first, and halves the cost of waking all. A lone one would only burn processor time.
    /// </remarks>
    private bool Block(TimeSpan timeout)
    {
        if (_blocked is null)
            Interlocked.Exchange(ref _blocked, new ManualResetEventSlim(false, IsAlone ? 0 : SpinCount));

        // The event counts in whole milliseconds and would take a fraction of one for none. Infinite is a whole number too.
        return _completion.Task.IsCompleted || _blocked.Wait(TimeSpan.FromMilliseconds(Math.Ceiling(timeout.TotalMilliseconds)));
    }
}
