using MassTransit;

namespace WorkerTracing;

/// <summary>
/// Runs one consumer's part in a message inside a job's span. Retries that MassTransit makes around it pass through it once each.
/// </summary>
internal sealed class JobFilter<TMessage>(MessageTracer jobs, JobDescription description) : IFilter<ConsumeContext<TMessage>>
    where TMessage : class
{
    public async Task Send(ConsumeContext<TMessage> context, IPipe<ConsumeContext<TMessage>> next)
    {
        MessageJob? job = jobs.Begin(context, description);
        try
        {
            await next.Send(context).ConfigureAwait(false);
            job?.Complete();
        }
        catch (Exception exception)
        {
            job?.Fail(exception, context.CancellationToken);
            throw;
        }
        finally
        {
            job?.Stop();
            if (job is { IsDetached: true })
                await job.Trace.EndAsync().ConfigureAwait(false);
        }
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("workerTracing").Add("job", description.Name);
}
