using System.Collections.Concurrent;
using System.Diagnostics;

namespace WorkerTracing;

/// <summary>
/// The jobs of one trace that run in this process: where a span that was started from a parsed context, and so has no parent object, finds
/// its local trace. A fan-out may run
/// thousands of jobs in one trace, so none of the calls looks at all of them.
/// </summary>
internal sealed class RunningJobs
{
    private static readonly ConcurrentDictionary<ActivityTraceId, RunningJobs> Traces = new();

    private readonly Lock _sync = new();
    private ActivitySpanId _job;
    private TraceSegment? _trace;
    private Dictionary<ActivitySpanId, TraceSegment>? _others;
    private bool _gone;

    /// <summary>A job begins.</summary>
    public static void Add(Activity job, TraceSegment trace)
    {
        bool added;
        do
            added = Traces.GetOrAdd(job.TraceId, static _ => new RunningJobs()).TryAdd(job.SpanId, trace);
        while (!added);
    }

    /// <summary>A job has ended.</summary>
    public static void Remove(Activity job)
    {
        if (Traces.TryGetValue(job.TraceId, out RunningJobs? jobs) && jobs.RemoveLast(job.SpanId))
            Traces.TryRemove(KeyValuePair.Create(job.TraceId, jobs));
    }

    /// <summary>
    /// The local trace of the job that the span's parent is, or else of one that runs in the same trace: the parent may be any span below a
    /// job.
    /// </summary>
    public static TraceSegment? Find(Activity parsed)
        => Traces.TryGetValue(parsed.TraceId, out RunningJobs? jobs) ? jobs.Find(parsed.ParentSpanId) : null;

    private bool TryAdd(ActivitySpanId job, TraceSegment trace)
    {
        lock (_sync)
        {
            if (_gone)
                return false;
            if (_trace is null)
                (_job, _trace) = (job, trace);
            else
                (_others ??= [])[job] = trace;
            return true;
        }
    }

    /// <returns>Whether no job is left: then nobody adds one here any more.</returns>
    private bool RemoveLast(ActivitySpanId job)
    {
        lock (_sync)
        {
            if (_job == job)
                (_job, _trace) = (default, null);
            else
                _others?.Remove(job);
            return _gone = _trace is null && _others is null or { Count: 0 };
        }
    }

    private TraceSegment? Find(ActivitySpanId job)
    {
        lock (_sync)
        {
            return _job != job && _others is not null && _others.TryGetValue(job, out TraceSegment? named)
                ? named
                : _trace ?? _others?.Values.FirstOrDefault();
        }
    }
}
