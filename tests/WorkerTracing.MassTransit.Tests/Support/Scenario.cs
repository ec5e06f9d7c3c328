using System.Collections.Concurrent;
using MassTransit;

namespace WorkerTracing.MassTransit.Tests;

/// <summary>What the consumers of one test do, and what they saw.</summary>
public sealed class Scenario
{
    private int _calls;

    /// <summary>What a consumer does with a message; the number says which call this is, from 1.</summary>
    public Func<ConsumeContext, int, Task> OnConsume { get; set; } = static (_, _) => Task.CompletedTask;

    public ConcurrentQueue<JobTrace?> Seen { get; } = new();

    public int Calls => Volatile.Read(ref _calls);

    public Task ConsumeAsync(ConsumeContext context)
    {
        Seen.Enqueue(JobTrace.Current);
        return OnConsume(context, Interlocked.Increment(ref _calls));
    }

    public Task RunAsync(JobContext job)
    {
        Seen.Enqueue(JobTrace.Current);
        ArgumentNullException.ThrowIfNull(job);
        return OnConsume(null!, Interlocked.Increment(ref _calls));
    }

    public Task CalledAsync(int count = 1)
        => WorkerTracing.Testing.Until.TrueAsync(() => Calls >= count, $"{count} messages have been consumed");
}
