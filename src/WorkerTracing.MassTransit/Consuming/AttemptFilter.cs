using MassTransit;

namespace WorkerTracing;

/// <summary>
/// The innermost filter of a consumer, saga or activity. It sees the consumer's own exception, before MassTransit wraps or handles it, and
/// gives each attempt of a retry that is configured on the consumer a span of its own inside the job's.
/// </summary>
internal sealed class AttemptFilter<TContext>(MessageTracer jobs, JobDescription description) : IFilter<TContext>
    where TContext : class, ConsumeContext
{
    public Task Send(TContext context, IPipe<TContext> next) =>
        Delivery.Of(context)?.Latest(description) is { } job ? SendTraced(job, context, next) : next.Send(context);

    public void Probe(ProbeContext context) => context.CreateFilterScope("workerTracingAttempt");

    private async Task SendTraced(MessageJob job, TContext context, IPipe<TContext> next)
    {
        JobTrace? attempt = jobs.BeginAttempt(job, context);
        try
        {
            await next.Send(context).ConfigureAwait(false);
            job.Failure = null;
        }
        catch (Exception exception)
        {
            job.Failure = exception;
            jobs.FailAttempt(attempt, job, exception, context);
            throw;
        }
        finally
        {
            jobs.StopAttempt(attempt);
        }
    }
}
