using System.Collections.Concurrent;

namespace WorkerTracing;

/// <summary>Counts what the recorder did not keep, and what it has found. Safe for concurrent use.</summary>
internal sealed class RecorderCounts
{
    private readonly ConcurrentDictionary<string, long> _unrecorded = new();
    private long _expired;
    private long _damaged;
    private long _abandonedJobs;

    /// <summary>Gets the ended spans that were not recorded, by <see cref="UnrecordedReason"/>.</summary>
    public IReadOnlyDictionary<string, long> Unrecorded => _unrecorded;

    /// <summary>Gets the number of records that were dropped because they were older than <see cref="FlightRecorderOptions.MaxAge"/>.</summary>
    public long Expired => Volatile.Read(ref _expired);

    /// <summary>Gets the number of records whose content was damaged. They are not sent.</summary>
    public long Damaged => Volatile.Read(ref _damaged);

    /// <summary>Gets the number of jobs that were found to have ended with their process.</summary>
    public long AbandonedJobs => Volatile.Read(ref _abandonedJobs);

    public void AddUnrecorded(string reason) => _unrecorded.AddOrUpdate(reason, 1, static (_, count) => count + 1);

    public void AddExpired(int count) => Interlocked.Add(ref _expired, count);

    public void AddDamaged(int count) => Interlocked.Add(ref _damaged, count);

    public void AddAbandonedJobs(int count) => Interlocked.Add(ref _abandonedJobs, count);
}
