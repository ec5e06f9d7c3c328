using System.Diagnostics;
using Microsoft.Extensions.Options;

namespace WorkerTracing;

/// <summary>
/// Keeps the newest traces within the limits of <see cref="WorkerTracingDashboardOptions"/>. Threads that end spans append references; the
/// refresh copies the spans twice a second, so a span costs its thread a look-up and a list entry.
/// </summary>
internal sealed class TraceStore(IOptions<WorkerTracingDashboardOptions> options)
{
    /// <summary>Above this rate of traces a second, the store keeps a share of the traces.</summary>
    public const int MostTracesPerSecond = 250;

    private const int MostSpansPerTrace = 5000;
    private const int MostTracesWithoutJob = 200;
    private const int MostJobsPerTrace = 1000;

    private readonly Lock _sync = new();
    private readonly Dictionary<ActivityTraceId, TraceRecord> _traces = [];

    // Two orders of eviction, oldest first: traces with a job, and traces in which no job has begun yet.
    private readonly LinkedList<TraceRecord> _withJob = [];
    private readonly LinkedList<TraceRecord> _withoutJob = [];
    private readonly List<TraceRecord> _uncopied = [];
    private long _bytes;
    private long _version;

    /// <summary>The share of trace ids that are kept, of 65,536. Written by the refresh.</summary>
    private volatile int _share = 1 << 16;

    /// <summary>Gets the share of traces that the store keeps at the present rate, from 0 to 1.</summary>
    public double Share => _share / 65536.0;

    /// <summary>Sets the share of traces to keep, from the number of traces that began in the last second.</summary>
    public void Adapt(double tracesPerSecond) =>
        _share = tracesPerSecond <= MostTracesPerSecond ? 1 << 16 : (int)(MostTracesPerSecond / tracesPerSecond * 65536);

    /// <summary>Takes a span that has ended.</summary>
    public void Add(Activity ended)
    {
        if (!IsKept(ended.TraceId))
            return;
        lock (_sync)
        {
            TraceRecord trace = GetOrAdd(ended.TraceId);
            trace.EndedSpans++;
            if (trace.Ended.Count + trace.Spans.Count >= MostSpansPerTrace)
                return;
            if (trace.Ended.Count == 0)
                _uncopied.Add(trace);
            trace.Ended.Add(ended);
        }
    }

    /// <summary>Returns true if the store takes the job, at the share of traces that it keeps now.</summary>
    public bool Keeps(JobTrace job) => job.IsRecorded ? IsKept(job.TraceId) : Share >= 1;

    /// <summary>Takes a job that the store keeps, at its start, so that its trace is found while it runs.</summary>
    public void Add(JobRecord job)
    {
        lock (_sync)
        {
            // A job without a trace is kept like a trace of its own, under an id that no other has.
            TraceRecord trace = GetOrAdd(job.TraceId != default ? job.TraceId : ActivityTraceId.CreateRandom());
            if (trace.Jobs.Count >= MostJobsPerTrace)
                return;
            if (trace.Jobs.Count == 0)
                Move(trace, _withJob);
            trace.Jobs.Add(job);
            job.Version = ++_version;
            Evict();
        }
    }

    /// <summary>Notes that a job has changed, so that pages load it again.</summary>
    public void Touch(JobRecord job)
    {
        lock (_sync)
            job.Version = ++_version;
    }

    /// <summary>Copies the spans that have ended, and evicts what is over the limits.</summary>
    public void Refresh()
    {
        List<(TraceRecord Trace, Activity[] Ended)> ended;
        lock (_sync)
        {
            ended = [.. _uncopied.Select(static trace => (trace, trace.Ended.ToArray()))];
            foreach (TraceRecord trace in _uncopied)
                trace.Ended.Clear();
            _uncopied.Clear();
        }

        foreach ((TraceRecord trace, Activity[] spans) in ended)
        {
            SpanRecord[] copies = [.. spans.Select(SpanRecord.From)];
            lock (_sync)
            {
                long bytes = copies.Sum(static copy => copy.Bytes);
                trace.Spans.AddRange(copies);
                trace.LinkingSpans.AddRange(copies.Where(static copy => copy.Links.Length > 0));
                if (trace.Place is null)
                    continue; // evicted meanwhile
                trace.Bytes += bytes;
                _bytes += bytes;
                Evict();
            }
        }
    }

    /// <summary>Gets the jobs of the kept traces that have changed since a version, oldest first, and the present version.</summary>
    public (IReadOnlyList<JobRecord> Jobs, long Version) ChangedSince(long version)
    {
        lock (_sync)
        {
            List<JobRecord> changed = [];
            foreach (TraceRecord trace in _withJob)
            {
                foreach (JobRecord job in trace.Jobs)
                {
                    if (job.Version > version)
                        changed.Add(job);
                }
            }

            changed.Sort(static (one, other) => one.Number.CompareTo(other.Number));
            return (changed, _version);
        }
    }

    /// <summary>Gets a copy of the lists of a kept trace, or null.</summary>
    public TraceSnapshot? Find(ActivityTraceId traceId)
    {
        Refresh();
        lock (_sync)
        {
            if (!_traces.TryGetValue(traceId, out TraceRecord? trace))
                return null;
            return new TraceSnapshot(traceId, [.. trace.Spans], [.. trace.Jobs], trace.EndedSpans, LinkingTo(traceId));
        }
    }

    /// <summary>Gets the number of recorded spans of a trace that have ended.</summary>
    public int EndedSpans(ActivityTraceId traceId)
    {
        lock (_sync)
            return _traces.TryGetValue(traceId, out TraceRecord? trace) ? trace.EndedSpans : 0;
    }

    /// <summary>Gets the spans of other traces that link to a trace: the next attempts, and what was enqueued and linked.</summary>
    private List<IncomingLink> LinkingTo(ActivityTraceId traceId)
    {
        Debug.Assert(_sync.IsHeldByCurrentThread);
        List<IncomingLink> incoming = [];
        foreach (TraceRecord other in _withJob)
        {
            foreach (SpanRecord span in other.LinkingSpans)
            {
                foreach (SpanLink link in span.Links)
                {
                    if (link.TraceId == traceId && (other.TraceId != traceId || link.SpanId != span.SpanId))
                        incoming.Add(new IncomingLink(link.SpanId, other.TraceId, span, link.Relation));
                }
            }
        }

        return incoming;
    }

    private bool IsKept(ActivityTraceId traceId)
    {
        int share = _share;
        return share == 1 << 16 || (traceId.GetHashCode() & 0xFFFF) < share;
    }

    private TraceRecord GetOrAdd(ActivityTraceId traceId)
    {
        Debug.Assert(_sync.IsHeldByCurrentThread);
        if (_traces.TryGetValue(traceId, out TraceRecord? trace))
            return trace;
        trace = new TraceRecord(traceId);
        _traces.Add(traceId, trace);
        trace.Place = _withoutJob.AddLast(trace);
        if (_withoutJob.Count > MostTracesWithoutJob)
            Remove(_withoutJob.First!.Value);
        return trace;
    }

    private static void Move(TraceRecord trace, LinkedList<TraceRecord> order)
    {
        trace.Place!.List!.Remove(trace.Place);
        order.AddLast(trace.Place);
    }

    private void Evict()
    {
        Debug.Assert(_sync.IsHeldByCurrentThread);
        while (_withJob.Count > options.Value.MaxTraces || (_bytes > options.Value.MaxBytes && _withJob.Count > 1))
            Remove(_withJob.First!.Value);
        while (_bytes > options.Value.MaxBytes && _withoutJob.First is { } oldest)
            Remove(oldest.Value);
    }

    private void Remove(TraceRecord trace)
    {
        Debug.Assert(_sync.IsHeldByCurrentThread);
        _traces.Remove(trace.TraceId);
        trace.Place!.List!.Remove(trace.Place);
        trace.Place = null;
        _uncopied.Remove(trace);
        _bytes -= trace.Bytes;
    }
}
