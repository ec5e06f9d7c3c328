namespace WorkerTracing;

/// <summary>Receives the start and the end of each job. Subscribe with <see cref="WorkerTracingMonitor.Subscribe"/>.</summary>
/// <remarks>
/// The methods run on the thread that starts or ends the job, so they must be fast and must not block. An exception does not reach the job:
/// it is logged and counted in <c>worker_tracing.callback.failures</c>.
/// </remarks>
public interface IJobObserver
{
    /// <summary>Called after the job's span has started.</summary>
    /// <param name="job">The job. <see cref="JobTrace.IsRecorded"/> is false where it is not sampled or was filtered out.</param>
    void OnJobStarted(JobTrace job);

    /// <summary>Called after the job's span has ended, before its flush.</summary>
    /// <param name="job">The job.</param>
    /// <param name="result">How it ended.</param>
    void OnJobStopped(JobTrace job, JobResult result);
}
