using System.Diagnostics.CodeAnalysis;

namespace WorkerTracing;

/// <summary>A job that has run for a while, and when it is reported next. <see cref="RunningJobReports"/> guards it.</summary>
internal sealed class LongRunningJob(JobTrace job, TimeSpan due, TimeSpan interval)
{
    private readonly WeakReference<JobTrace> _job = new(job);
    private TimeSpan _interval = interval;

    /// <summary>Gets the run time at which the job is reported next. Infinite: never again.</summary>
    public TimeSpan Due { get; private set; } = due;

    /// <summary>Returns false if the job has ended or was collected.</summary>
    public bool TryGet([NotNullWhen(true)] out JobTrace? job) => _job.TryGetTarget(out job) && !job.IsStopped;

    /// <summary>Returns true if the job is due now, and moves the next report. The interval doubles from report to report.</summary>
    public bool TakeDue(JobTrace job, TimeSpan longest)
    {
        if (Due == Timeout.InfiniteTimeSpan || job.RunningFor < Due)
            return false;
        Due = _interval == Timeout.InfiniteTimeSpan ? Timeout.InfiniteTimeSpan : job.RunningFor + _interval;
        if (_interval != Timeout.InfiniteTimeSpan && _interval < longest)
            _interval = _interval * 2 < longest ? _interval * 2 : longest;
        return true;
    }
}
