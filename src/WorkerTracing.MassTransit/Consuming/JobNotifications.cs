using MassTransit;
using MassTransit.Contracts.JobService;

namespace WorkerTracing;

/// <summary>Overhears what MassTransit reports about a job consumer's job: it catches the job's exception itself.</summary>
internal sealed class JobNotifications(INotifyJobContext reported, MessageJob job) : INotifyJobContext
{
    public Task NotifyStarted() => reported.NotifyStarted();

    public Task NotifyCompleted() => reported.NotifyCompleted();

    public Task NotifyJobProgress(SetJobProgress progress) => reported.NotifyJobProgress(progress);

    public Task NotifyCanceled()
    {
        job.Trace.Cancel();
        return reported.NotifyCanceled();
    }

    public Task NotifyFaulted(Exception exception, TimeSpan? delay = null)
    {
        job.Trace.Fail(exception);
        return reported.NotifyFaulted(exception, delay);
    }
}
