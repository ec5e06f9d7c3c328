namespace WorkerTracing;

/// <summary>Follows the jobs of this process: what runs, what has ended, and what became of each trace.</summary>
internal sealed class JobRecorder : IJobObserver, IDisposable
{
    /// <summary>How long a trace is followed after the end of its job.</summary>
    private static readonly TimeSpan LongestFollowed = TimeSpan.FromMinutes(10);

    private readonly TraceStore _store;
    private readonly JobStatistics _statistics;
    private readonly WorkerTracingMonitor _monitor;
    private readonly TimeProvider _time;
    private readonly IDisposable _subscription;
    private readonly RunningJobs _running = new();
    private readonly List<JobRecord> _unsettled = [];
    private readonly Lock _sync = new();
    private long _started;

    public JobRecorder(TraceStore store, JobStatistics statistics, WorkerTracingMonitor monitor, TimeProvider time)
    {
        (_store, _statistics, _monitor, _time) = (store, statistics, monitor, time);
        _subscription = monitor.Subscribe(this);
    }

    /// <summary>Gets the number of jobs that have started in this process.</summary>
    public long Started => Volatile.Read(ref _started);

    /// <summary>Gets the number of jobs that run now.</summary>
    public int RunningCount => _running.Count;

    /// <summary>Gets running jobs, the longest running first.</summary>
    public IReadOnlyList<JobRecord> Running(int most) =>
    [
        .. _running.ToArray().OrderBy(static job => job.Number).Take(most)
            .Select(static job => job.Record ?? new JobRecord(job.Number, job.Trace, job.Started)),
    ];

    public void OnJobStarted(JobTrace job)
    {
        long number = Interlocked.Increment(ref _started);
        DateTimeOffset now = _time.GetUtcNow();
        JobRecord? record = _store.Keeps(job) ? new JobRecord(number, job, now) : null;
        _running.Add(new RunningJob(job, number, now, record));
        if (record is not null)
            _store.Add(record);
    }

    public void OnJobStopped(JobTrace job, JobResult result)
    {
        if (!_running.TryRemove(job, out RunningJob running))
            return;
        _statistics.Add(job.Job, JobRecord.WaitOf(job.Job, running.Started), result, _time.GetUtcNow());
        if (running.Record is not { } record)
            return;
        record.Stop(result);
        if (record.Version == 0)
            return; // not kept by the store
        _store.Touch(record);
        lock (_sync)
            _unsettled.Add(record);
    }

    /// <summary>Looks at what became of the traces of jobs that have ended.</summary>
    public void Refresh()
    {
        JobRecord[] unsettled;
        lock (_sync)
            unsettled = [.. _unsettled];
        HashSet<JobRecord>? settled = null;
        foreach (JobRecord job in unsettled)
        {
            Delivery now = Follow(job);
            if (now != job.Delivery)
            {
                job.Delivery = now;
                _store.Touch(job);
            }

            if (now.IsSettled)
                (settled ??= []).Add(job);
        }

        if (settled is null)
            return;
        lock (_sync)
            _unsettled.RemoveAll(settled.Contains);
        foreach (JobRecord job in settled)
            job.Trace = null;
    }

    public void Dispose() => _subscription.Dispose();

    private Delivery Follow(JobRecord job)
    {
        if (job.Trace is not { IsRecorded: true } trace || job.Result is not { } result)
            return Delivery.NotRecorded;
        TimeSpan since = _time.GetUtcNow() - (job.Started + result.Duration);
        FlushResult flush = trace.Result;
        TraceDelivery told = _monitor.GetDelivery(trace);
        TimeSpan? elapsed = flush.Status is FlushStatus.NotRequested or FlushStatus.Requested ? null : flush.Elapsed;
        if (told.Lost > 0)
            return new Delivery(DeliveryState.Lost, elapsed, told.Exported, told.Lost, told.LastError);
        if (flush.Status == FlushStatus.Delivered)
            return new Delivery(DeliveryState.Delivered, elapsed, flush.Exported);
        if (told.IsComplete(_store.EndedSpans(job.TraceId)))
            return new Delivery(DeliveryState.Delivered, elapsed ?? since, told.Exported);
        if (flush.Status == FlushStatus.Unconfirmed)
            return new Delivery(DeliveryState.Unconfirmed, elapsed, told.Exported);
        bool isLast = since > LongestFollowed;
        if (flush.Status == FlushStatus.Stored)
            return new Delivery(DeliveryState.Stored, elapsed, told.Exported, 0, told.LastError) { Stored = flush.Stored, IsLast = isLast };
        return isLast
            ? new Delivery(DeliveryState.Unknown, elapsed, told.Exported)
            : new Delivery(DeliveryState.Waiting, null, told.Exported, 0, told.LastError);
    }
}
