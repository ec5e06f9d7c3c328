using MassTransit;
using MassTransit.Contracts.JobService;

namespace WorkerTracing;

/// <summary>
/// Takes the result of a job consumer's job from the notifications that MassTransit sends: it handles the job's exception itself.
/// </summary>
internal sealed class JobNotifications(INotifyJobContext inner, MessageJob job, FailureBoundary boundary) : INotifyJobContext
{
    public Task NotifyStarted() => inner.NotifyStarted();

    public Task NotifyCompleted() => inner.NotifyCompleted();

    public Task NotifyJobProgress(SetJobProgress progress) => inner.NotifyJobProgress(progress);

    public Task NotifyCanceled()
    {
        boundary.Run(job, static it => it.Trace.Cancel());
        return inner.NotifyCanceled();
    }

    /// <param name="exception">The job's own exception.</param>
    /// <param name="delay">The time until the next attempt; null where there is none.</param>
    public Task NotifyFaulted(Exception exception, TimeSpan? delay = null)
    {
        boundary.Run((job, exception, delay), static it =>
        {
            it.job.Trace.Fail(it.exception);
            it.job.Trace.IsFinalAttempt = it.delay is null;
        });
        return inner.NotifyFaulted(exception, delay);
    }
}
