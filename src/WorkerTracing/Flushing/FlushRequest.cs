namespace WorkerTracing;

/// <summary>
/// One caller's wait for a verdict. Its answer is guarded by the pipeline's lock; completing it is not, so that no caller's code runs under
/// that lock.
/// </summary>
internal sealed class FlushRequest : TaskCompletionSource<FlushResult>
{
    private readonly TimeProvider _time;
    private readonly int _exportedBefore;
    private readonly int _lostBefore;
    private readonly int _unconfirmedBefore;
    private SemaphoreSlim? _blocked;
    private ITimer? _timer;
    private CancellationTokenRegistration _registration;

    /// <param name="account">The trace to answer for, or null for everything that has ended.</param>
    /// <param name="target">Spans at a queue position below this one are answered for.</param>
    /// <param name="snapshot">What the account said when the job began.</param>
    /// <param name="time">The clock.</param>
    public FlushRequest(SegmentDelivery? account, long target, DeliverySnapshot snapshot, TimeProvider time)
        : base(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        Account = account;
        Target = target;
        _time = time;
        Started = time.GetTimestamp();
        _exportedBefore = snapshot.Exported;
        _lostBefore = snapshot.Lost;
        _unconfirmedBefore = snapshot.Unconfirmed;
    }

    public SegmentDelivery? Account { get; }

    public long Target { get; }

    public long Started { get; }

    public TimeSpan Timeout { get; init; }

    /// <summary>The next request that waits for the same account.</summary>
    public FlushRequest? Next { get; set; }

    /// <summary>Where the request waits among others, while it does.</summary>
    public LinkedListNode<FlushRequest>? Place { get; set; }

    /// <summary>Whether the answer is settled. Set once, under the pipeline's lock.</summary>
    public bool IsAnswered { get; private set; }

    public FlushResult Answer { get; private set; }

    /// <summary>Counts of a flush that answers for everything; a trace's own are on its account.</summary>
    public int Exported { get; set; }

    public int Lost { get; set; }

    public int Unconfirmed { get; set; }

    /// <param name="unlessLost">
    /// The status where no span is lost. A lost span makes it Failed; spans that are not confirmed make Delivered Unconfirmed.
    /// </param>
    /// <param name="now">When the answer was known.</param>
    public void Settle(FlushStatus unlessLost, long now)
    {
        int exported = Account is null ? Exported : Account.Exported - _exportedBefore;
        int lost = Account is null ? Lost : Account.Lost - _lostBefore;
        int unconfirmed = Account is null ? Unconfirmed : Account.Unconfirmed - _unconfirmedBefore;
        FlushStatus status = lost > 0 ? FlushStatus.Failed
            : unconfirmed > 0 && unlessLost == FlushStatus.Delivered ? FlushStatus.Unconfirmed
            : unlessLost;
        Answer = new FlushResult(status, exported, lost, _time.GetElapsedTime(Started, now));
        IsAnswered = true;
    }

    /// <summary>Ends the wait at the timeout and at cancellation.</summary>
    public void Arm(ExportPipeline pipeline, CancellationToken cancellationToken)
    {
        if (Timeout != System.Threading.Timeout.InfiniteTimeSpan)
        {
            _timer = _time.CreateTimer(
                static state => ((Waiter)state!).GiveUp(FlushStatus.TimedOut),
                new Waiter(pipeline, this),
                Timeout,
                System.Threading.Timeout.InfiniteTimeSpan);
        }

        if (cancellationToken.CanBeCanceled)
            _registration = cancellationToken.UnsafeRegister(
                static state => ((Waiter)state!).GiveUp(FlushStatus.Canceled),
                new Waiter(pipeline, this));
        if (Task.IsCompleted)
            Disarm();
    }

    /// <summary>Hands the answer to whoever waits. Not under the pipeline's lock.</summary>
    public void Release()
    {
        if (TrySetResult(Answer))
            Volatile.Read(ref _blocked)?.Release();
        Disarm();
    }

    /// <summary>Blocks the calling thread, the only one that may ask, until the request is released.</summary>
    /// <returns>False at the timeout.</returns>
    /// <remarks>
    /// A semaphore spins for a moment before it blocks, unlike a monitor. With hundreds of threads that come and go together, that lets the
    /// threads which still have
    /// work go first, and halves the cost of waking all.
    /// </remarks>
    public bool Wait(TimeSpan timeout)
    {
        if (_blocked is null)
            Interlocked.Exchange(ref _blocked, new SemaphoreSlim(0));
        return Task.IsCompleted || _blocked.Wait(Round(Timeouts.Remaining(timeout, _time.GetElapsedTime(Started))));

        // A semaphore counts in whole milliseconds and would take a fraction of one for none. Infinite is a whole number too.
        static TimeSpan Round(TimeSpan left) => TimeSpan.FromMilliseconds(Math.Ceiling(left.TotalMilliseconds));
    }

    private void Disarm()
    {
        _timer?.Dispose();
        _registration.Unregister();
    }

    private sealed record Waiter(ExportPipeline Pipeline, FlushRequest Request)
    {
        public void GiveUp(FlushStatus status) => Pipeline.GiveUp(Request, status);
    }
}
