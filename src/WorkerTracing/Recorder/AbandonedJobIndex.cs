using System.Diagnostics;

namespace WorkerTracing;

/// <summary>The jobs that ended with their process, by the ids under which their next attempts ask for them. Safe for concurrent use.</summary>
internal sealed class AbandonedJobIndex
{
    /// <summary>Bounds the ids. Further jobs are not linked to.</summary>
    private const int MaxIds = 10_000;

    private readonly Lock _sync = new();
    private readonly Dictionary<RunningJobKey, AbandonedJob> _jobs = []; // under _sync

    /// <summary>Adds a job. Of two with the same id, the later one is the attempt before the next.</summary>
    public void Add(AbandonedJob job)
    {
        if (job.Key is null)
            return;
        lock (_sync)
        {
            foreach (RunningJobKey key in RunningJobKey.Each(job.Key))
            {
                if (_jobs.TryGetValue(key, out AbandonedJob? other) ? other.Started < job.Started : _jobs.Count < MaxIds)
                    _jobs[key] = job;
            }
        }
    }

    /// <summary>Finds the job that has one of the ids of a key, once.</summary>
    public AbandonedJob? Take(string key)
    {
        lock (_sync)
        {
            foreach (RunningJobKey one in RunningJobKey.Each(key))
            {
                if (_jobs.TryGetValue(one, out AbandonedJob? found))
                {
                    Remove(found);
                    return found;
                }
            }
        }

        return null;
    }

    private void Remove(AbandonedJob job)
    {
        Debug.Assert(_sync.IsHeldByCurrentThread);
        foreach (RunningJobKey key in RunningJobKey.Each(job.Key!))
        {
            if (_jobs.TryGetValue(key, out AbandonedJob? found) && ReferenceEquals(found, job))
                _jobs.Remove(key);
        }
    }
}
