using Quartz;

namespace WorkerTracing.Quartz.Tests;

/// <summary>A job listener of a test, for both versions of Quartz.</summary>
internal abstract class TestJobListener : IJobListener
{
    public ValueTask JobToBeExecuted(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        Before(context);
        return default;
    }

    public ValueTask JobExecutionVetoed(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        Vetoed(context);
        return default;
    }

    public ValueTask JobWasExecuted(
        IJobExecutionContext context,
        JobExecutionException? jobException,
        CancellationToken cancellationToken = default)
    {
        After(context, jobException);
        return default;
    }

    protected virtual void Before(IJobExecutionContext context)
    {
    }

    protected virtual void Vetoed(IJobExecutionContext context)
    {
    }

    protected virtual void After(IJobExecutionContext context)
    {
    }

    protected virtual void After(IJobExecutionContext context, JobExecutionException? exception) => After(context);
}
