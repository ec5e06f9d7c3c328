using System.Diagnostics;

namespace WorkerTracing;

/// <summary>
/// The records of the flight recorder that no queue holds, on their way to the exporter: one export of them at a time, when no span is due.
/// Finds a record that the backend cannot process as <see cref="ExportRetry"/> does for spans. The pipeline's lock guards it.
/// </summary>
internal sealed class RecordBacklog(RecorderChannel channel, int maxRecords, ExporterHealth health, object sync, TimeProvider time)
{
    /// <summary>Bounds the content of one export, which is copied into memory.</summary>
    private const int MaxBytes = 1024 * 1024;

    /// <summary>Bounds the records that are kept in memory because they failed alone. At this number, no others are read.</summary>
    private const int MaxIsolated = 64;

    /// <summary>How soon to look again where the recorder has records and returned none.</summary>
    private static readonly TimeSpan Reread = TimeSpan.FromSeconds(1);

    private readonly List<IsolatedRecord> _isolated = [];
    private ExportBatch? _inFlight;
    private int _suspects; // how many of the next records an export has retained
    private bool _isHalved;
    private bool _isDown; // the last record failed alone and no other was delivered since: one record an export
    private long _deliveredBefore; // the delivered spans at the last failure
    private long? _rereadAt;

    /// <summary>
    /// Gets or sets whether this pipeline reads records. Of the partitions of an exporter, which share their records, one does. Written
    /// before the first span.
    /// </summary>
    public bool IsReader { get; set; } = true;

    /// <summary>Gets the number of records that are not acknowledged: in the files, in flight, or kept because they failed alone.</summary>
    public long Count => channel.Left;

    /// <summary>Gets whether records are in flight, or leave as soon as the exporter takes some.</summary>
    public bool IsMoving => _inFlight is not null || MayRead;

    private bool MayRead => IsReader && channel.Unqueued > 0 && _isolated.Count < MaxIsolated;

    private int Limit
    {
        get
        {
            int limit = _suspects == 0 ? maxRecords : _isHalved ? Math.Max(1, _suspects / 2) : _suspects;
            return _isDown ? 1 : Math.Min(limit, maxRecords);
        }
    }

    /// <summary>Returns how long until records may be sent, if the exporter takes them. Infinite where there are none.</summary>
    public TimeSpan UntilDue()
    {
        Debug.Assert(Monitor.IsEntered(sync));
        if (_inFlight is not null)
            return Timeout.InfiniteTimeSpan;
        if (!MayRead && _isolated.Exists(static record => record.RetryAt is null))
            return TimeSpan.Zero;
        long? at = MayRead ? _rereadAt ?? 0 : null;
        foreach (IsolatedRecord record in _isolated)
            at = record.RetryAt is { } retryAt && !(at < retryAt) ? retryAt : at;
        return at is not { } due ? Timeout.InfiniteTimeSpan
            : due <= time.GetTimestamp() ? TimeSpan.Zero
            : time.GetElapsedTime(time.GetTimestamp(), due);
    }

    /// <summary>An export of records begins. <see cref="Read"/> follows outside the lock.</summary>
    public void Begin(ExportBatch batch)
    {
        Debug.Assert(Monitor.IsEntered(sync));
        Debug.Assert(_inFlight is null, "One export of records at a time.");
        _inFlight = batch;
        _rereadAt = null;
        long now = time.GetTimestamp();
        int isolated = _isolated.FindIndex(record => record.RetryAt <= now);
        if (isolated < 0 && !MayRead)
            isolated = _isolated.FindIndex(static record => record.RetryAt is null);
        batch.BeginReadBack(isolated < 0 ? null : _isolated[isolated], Limit);
        if (isolated >= 0)
            _isolated.RemoveAt(isolated);
    }

    /// <summary>Reads the records of an export. Not under the lock: it reads files.</summary>
    public void Read(ExportBatch batch)
    {
        if (batch.IsolatedRecord is null)
            channel.Take(batch.ReadBack, batch.ReadLimit, MaxBytes);
        batch.Outcomes.Fill(ExportOutcome.Retained);
    }

    /// <summary>Marks the records of an export that has ended. Not under the lock. A single record that failed is not marked yet.</summary>
    public void Mark(ExportBatch batch)
    {
        for (int i = 0; i < batch.ReadBack.Count; i++)
        {
            bool isRetained = batch.Outcomes[i] == ExportOutcome.Retained;
            if (isRetained && batch.ReadBack.Count == 1)
                return;
            if (isRetained)
                channel.PutBack(batch.ReadBack[i].Handle);
            else
                channel.MarkTakenDone(batch.ReadBack[i].Handle);
        }
    }

    /// <summary>An export of records has ended. A record that has failed alone too often is dropped.</summary>
    public void OnCompleted(ExportBatch batch, ExportRetry retry, TimeSpan retryAfter)
    {
        Debug.Assert(Monitor.IsEntered(sync));
        _inFlight = null;
        int sent = batch.ReadBack.Count;
        int retained = batch.Outcomes.Count(ExportOutcome.Retained);
        bool hasDelivered = retained < sent || health.Delivered > _deliveredBefore;
        if (sent == 0)
        {
            _rereadAt = time.GetTimestamp() + (long)(Reread.TotalSeconds * time.TimestampFrequency);
        }
        else if (retained == 0)
        {
            _suspects = batch.IsolatedRecord is null ? Math.Max(0, _suspects - sent) : _suspects;
            _isHalved = _isDown = false;
            retry.OnSettled(0, batch.Started);
        }
        else if (sent == 1)
        {
            KeepApart(batch, hasDelivered, retry, retryAfter);
        }
        else
        {
            _suspects = retained;
            _isHalved = true;
            retry.OnRecordsRetained(hasDelivered, batch.Started, retryAfter);
        }

        if (retained > 0)
            _deliveredBefore = health.Delivered;
    }

    /// <summary>The exporter delivers again: records that waited for that are due.</summary>
    public void OnDelivered()
    {
        Debug.Assert(Monitor.IsEntered(sync));
        _isDown = false;
        for (int i = 0; i < _isolated.Count; i++)
            _isolated[i] = _isolated[i] with { RetryAt = _isolated[i].RetryAt ?? time.GetTimestamp() };
    }

    /// <summary>The pipeline is closed: leaves everything to the next process.</summary>
    public void Close()
    {
        Debug.Assert(Monitor.IsEntered(sync));
        foreach (IsolatedRecord record in _isolated)
            channel.PutBack(record.Record.Handle);
        _isolated.Clear();
    }

    /// <summary>Keeps a record that failed in an export of its own.</summary>
    private void KeepApart(ExportBatch batch, bool hasDelivered, ExportRetry retry, TimeSpan retryAfter)
    {
        IsolatedRecord record = batch.IsolatedRecord ?? new IsolatedRecord(batch.ReadBack[0], Failures: 0, RetryAt: null);
        _suspects = 0;
        if (!hasDelivered && record.RetryAt is null)
        {
            // The exporter may have failed altogether: the next records show that.
            _isDown = true;
            retry.OnRecordsRetained(hasDelivered: false, batch.Started, retryAfter);
            if (_isolated.Count < MaxIsolated)
                _isolated.Add(record);
            else
                channel.PutBack(record.Record.Handle);
        }
        else if (IsolatedRetry.After(record.Failures, time) is { } retryAt)
        {
            _isolated.Add(record with { Failures = record.Failures + 1, RetryAt = retryAt });
        }
        else
        {
            batch.Outcomes[0] = ExportOutcome.Dropped;
            channel.MarkTakenDone(record.Record.Handle);
        }
    }
}
