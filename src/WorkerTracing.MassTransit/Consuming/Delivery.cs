using MassTransit;

namespace WorkerTracing;

/// <summary>
/// The jobs that one delivery of a message has run so far: one for each consumer and attempt. Hangs on the receive context.
/// </summary>
internal sealed class Delivery
{
    /// <summary>
    /// Beyond this many the oldest is flushed in the background: a retry without end must not hold on to all of its attempts.
    /// </summary>
    private const int MostJobs = 32;

    private readonly Lock _lock = new();
    private readonly List<MessageJob> _jobs = new(1);

    /// <summary>Whether MassTransit has sent the message again, for a later attempt.</summary>
    public bool IsRedelivered { get; set; }

    public static Delivery Begin(ConsumeContext context) => context.ReceiveContext.GetOrAddPayload(static () => new Delivery());

    public static Delivery? Of(ConsumeContext context) => context.ReceiveContext.TryGetPayload(out Delivery? delivery) ? delivery : null;

    /// <summary>The job that began last: of one consumer, or of any.</summary>
    public MessageJob? Latest(JobDescription? of = null)
    {
        lock (_lock)
            return _jobs.FindLast(job => of is null || ReferenceEquals(job.Description, of));
    }

    public void Add(MessageJob job)
    {
        MessageJob? oldest = null;
        lock (_lock)
        {
            if (_jobs.Count >= MostJobs && (oldest = _jobs.Find(static held => held.IsStopped)) is not null)
                _jobs.Remove(oldest);
            _jobs.Add(job);
        }

        oldest?.Trace.Dispose();
    }

    /// <summary>
    /// Flushes the jobs that have ended, as their modes say. They start together, so they share the exports. Never throws.
    /// </summary>
    public Task FlushAsync()
    {
        MessageJob[] jobs;
        lock (_lock)
            jobs = [.. _jobs];
        return jobs.Length == 1 ? Flush(jobs[0]) : Task.WhenAll(jobs.Select(Flush));

        static Task Flush(MessageJob job)
            => job is { IsStopped: true, IsDetached: false } ? job.Trace.EndAsync().AsTask() : Task.CompletedTask;
    }
}
