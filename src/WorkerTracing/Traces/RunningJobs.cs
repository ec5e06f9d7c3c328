using System.Collections.Concurrent;
using System.Diagnostics;

namespace WorkerTracing;

/// <summary>
/// The jobs of one trace that run in this process. A span that was started from a parsed context has no parent object; here it finds the
/// segment that it counts for.
/// </summary>
/// <remarks>
/// A fan-out may run thousands of jobs in one trace, so no call looks at all of them, except to remove jobs that were never ended. The
/// segments are held weakly: such a job stays in memory only as long as the application keeps it.
/// </remarks>
internal sealed class RunningJobs
{
    /// <summary>How many jobs begin between two looks at the number of traces.</summary>
    private const int JobsBetweenChecks = 1024;

    private static readonly ConcurrentDictionary<ActivityTraceId, RunningJobs> Traces = new();
    private static int _begun; // Interlocked
    private static int _sweepAbove = JobsBetweenChecks; // written by the thread that sweeps

    private readonly Lock _sync = new();
    private ActivitySpanId _job; // this and the following fields are written under _sync
    private WeakReference<TraceSegment>? _segment;
    private Dictionary<ActivitySpanId, WeakReference<TraceSegment>>? _others;
    private TraceSegment? _shared;
    private bool _gone;

    /// <summary>
    /// Gets the segment of the spans that can belong to several jobs of the trace, and count for all of them; null while there are none.
    /// </summary>
    public TraceSegment? Shared => Volatile.Read(ref _shared);

    /// <summary>Adds a job that begins.</summary>
    /// <returns>The jobs of its trace.</returns>
    public static RunningJobs Add(Activity job, TraceSegment segment)
    {
        if (Interlocked.Increment(ref _begun) % JobsBetweenChecks == 0)
            RemoveLost();
        var reference = new WeakReference<TraceSegment>(segment);
        while (true)
        {
            RunningJobs jobs = Traces.GetOrAdd(job.TraceId, static _ => new RunningJobs());
            if (jobs.TryAdd(job.SpanId, reference))
                return jobs;
        }
    }

    /// <summary>Removes a job that has ended.</summary>
    public static void Remove(Activity job)
    {
        if (Traces.TryGetValue(job.TraceId, out RunningJobs? jobs) && jobs.RemoveAndClose(job.SpanId))
            Traces.TryRemove(KeyValuePair.Create(job.TraceId, jobs));
    }

    /// <summary>
    /// Gets the segment that a span counts for: of the job that is its parent, else of the only job of the trace, else the segment that all
    /// jobs of the trace share, as the parent can be any span below a job.
    /// </summary>
    public static TraceSegment? Find(Activity parsed)
        => Traces.TryGetValue(parsed.TraceId, out RunningJobs? jobs) ? jobs.Find(parsed.ParentSpanId) : null;

    /// <summary>Removes jobs that were never ended and are not in memory any more, once the traces have doubled.</summary>
    private static void RemoveLost()
    {
        if (Traces.Count <= Volatile.Read(ref _sweepAbove))
            return;
        foreach (KeyValuePair<ActivityTraceId, RunningJobs> trace in Traces)
        {
            if (trace.Value.RemoveLostAndClose())
                Traces.TryRemove(trace);
        }

        Volatile.Write(ref _sweepAbove, Math.Max(JobsBetweenChecks, 2 * Traces.Count));
    }

    private bool TryAdd(ActivitySpanId job, WeakReference<TraceSegment> segment)
    {
        lock (_sync)
        {
            if (_gone)
                return false;
            if (_segment is null && _others is null)
                (_job, _segment) = (job, segment);
            else
                (_others ??= [])[job] = segment;
            return true;
        }
    }

    /// <returns>True if no job is left: then none is added here any more.</returns>
    private bool RemoveAndClose(ActivitySpanId job)
    {
        lock (_sync)
        {
            if (_job == job)
                (_job, _segment) = (default, null);
            else
                _others?.Remove(job);
            return KeepOnly();
        }
    }

    private bool RemoveLostAndClose()
    {
        lock (_sync)
        {
            if (_segment?.TryGetTarget(out _) == false)
                (_job, _segment) = (default, null);
            foreach ((ActivitySpanId job, WeakReference<TraceSegment> segment) in _others ?? [])
            {
                if (!segment.TryGetTarget(out _))
                    _others!.Remove(job);
            }

            return KeepOnly();
        }
    }

    /// <summary>Keeps the last job without the dictionary, whose freed entries a search would go through.</summary>
    /// <returns>True if no job is left.</returns>
    private bool KeepOnly()
    {
        Debug.Assert(_sync.IsHeldByCurrentThread, "The caller holds the lock.");
        if (_segment is null && _others is { Count: 1 })
            (_job, _segment) = _others.Single();
        if (_others is { Count: 0 } || (_others is { Count: 1 } && _others.ContainsKey(_job)))
            _others = null;
        return _gone = _segment is null && _others is null;
    }

    private TraceSegment? Find(ActivitySpanId job)
    {
        lock (_sync)
        {
            if (_others is null)
                return TargetOf(_segment);
            if (_job == job && _segment is not null)
                return TargetOf(_segment);
            return _others.TryGetValue(job, out WeakReference<TraceSegment>? named)
                ? TargetOf(named)
                : _shared ??= TraceSegment.SharedByJobs();
        }
    }

    private static TraceSegment? TargetOf(WeakReference<TraceSegment>? segment) =>
        segment is not null && segment.TryGetTarget(out TraceSegment? target) ? target : null;
}
