using System.Runtime.CompilerServices;

namespace WorkerTracing;

/// <summary>
/// The jobs that run. Threads that start and end jobs share it: it has several parts with a lock each, and a job allocates nothing.
/// </summary>
internal sealed class RunningJobs
{
    private const int Parts = 16; // a power of two

    private readonly Dictionary<JobTrace, RunningJob>[] _parts = [.. Enumerable.Range(0, Parts).Select(static _ => NewPart())];
    private int _count; // Interlocked

    public int Count => Volatile.Read(ref _count);

    public void Add(in RunningJob job)
    {
        Dictionary<JobTrace, RunningJob> part = PartOf(job.Trace);
        lock (part)
            part.Add(job.Trace, job);
        Interlocked.Increment(ref _count);
    }

    public bool TryRemove(JobTrace trace, out RunningJob job)
    {
        Dictionary<JobTrace, RunningJob> part = PartOf(trace);
        lock (part)
        {
            if (!part.Remove(trace, out job))
                return false;
        }

        Interlocked.Decrement(ref _count);
        return true;
    }

    public RunningJob[] ToArray()
    {
        var jobs = new List<RunningJob>(Count);
        foreach (Dictionary<JobTrace, RunningJob> part in _parts)
        {
            lock (part)
                jobs.AddRange(part.Values);
        }

        return [.. jobs];
    }

    private Dictionary<JobTrace, RunningJob> PartOf(JobTrace trace) => _parts[RuntimeHelpers.GetHashCode(trace) & (Parts - 1)];

    private static Dictionary<JobTrace, RunningJob> NewPart() => [];
}
