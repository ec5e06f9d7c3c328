using MassTransit;

namespace WorkerTracing;

/// <summary>
/// Runs one consumer's part in a message inside a job's span. Each attempt of a retry around this filter passes through it and is a job.
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
            jobs.Complete(job);
        }
        catch (Exception exception)
        {
            jobs.Fail(job, exception, context);
            throw;
        }
        finally
        {
            jobs.Stop(job);
            if (job is { IsDetached: true })
                await jobs.FlushAsync(job).ConfigureAwait(false);
        }
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("workerTracing").Add("job", description.Name);
}
