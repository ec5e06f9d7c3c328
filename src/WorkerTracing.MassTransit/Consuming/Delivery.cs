using System.Diagnostics;
using MassTransit;

namespace WorkerTracing;

/// <summary>
/// The jobs that one delivery of a message has run so far: one for each consumer and attempt. A payload of the receive context.
/// </summary>
internal sealed class Delivery
{
    /// <summary>
    /// Bounds the jobs that a delivery with many retries keeps. Beyond it, the oldest ended job is flushed in the background.
    /// </summary>
    private const int MaxJobs = 32;

    private readonly Lock _lock = new();

    // Guarded by _lock.
    private readonly List<MessageJob> _jobs = new(1);

    /// <summary>True once MassTransit has sent the message again, for a later attempt.</summary>
    public bool IsRedelivered { get; set; }

    /// <summary>MassTransit's own span of the delivery, where it is not in the trace of the message; else null.</summary>
    public Activity? ForeignReceive { get; set; }

    /// <summary>True if the message continues a trace that its sender does not sample, and no job of the delivery is recorded.</summary>
    public bool IsSampledOut
    {
        get
        {
            lock (_lock)
                return _jobs.Count > 0 && _jobs.TrueForAll(static job => job.IsSampledOut);
        }
    }

    public static Delivery Begin(ConsumeContext context) => context.ReceiveContext.GetOrAddPayload(static () => new Delivery());

    public static Delivery? Of(ConsumeContext context) => context.ReceiveContext.TryGetPayload(out Delivery? delivery) ? delivery : null;

    /// <summary>Gets the job that began last: of one consumer, or of any.</summary>
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
            if (_jobs.Count >= MaxJobs && (oldest = _jobs.Find(static held => held.IsStopped)) is not null)
                _jobs.Remove(oldest);
            _jobs.Add(job);
        }

        oldest?.Trace.Dispose();
    }

    /// <summary>Flushes the jobs that have ended, as their modes say. The flushes start together and share exports.</summary>
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
