using System.Collections.Concurrent;
using MassTransit;

namespace WorkerTracing.MassTransit.Tests;

/// <summary>What the consumers of one test do, and what they saw.</summary>
public sealed class Scenario
{
    private int _calls;
    private int _returned;

    /// <summary>What a consumer does with a message; the number says which call this is, from 1.</summary>
    public Func<ConsumeContext, int, Task> OnConsume { get; set; } = static (_, _) => Task.CompletedTask;

    public ConcurrentQueue<JobTrace?> Seen { get; } = new();

    public int Calls => Volatile.Read(ref _calls);

    public Task ConsumeAsync(ConsumeContext context)
    {
        Seen.Enqueue(JobTrace.Current);
        return OnConsumeAsync(context);
    }

    public Task RunAsync(JobContext job)
    {
        Seen.Enqueue(JobTrace.Current);
        ArgumentNullException.ThrowIfNull(job);
        return OnConsumeAsync(null!);
    }

    /// <summary>Waits until consumers have returned, or thrown, so often.</summary>
    public Task ReturnedAsync(int count = 1)
        => WorkerTracing.Testing.Until.TrueAsync(() => Volatile.Read(ref _returned) >= count, $"{count} consumers have returned");

    /// <summary>Waits until consumers have been called so often.</summary>
    public Task CalledAsync(int count = 1)
        => WorkerTracing.Testing.Until.TrueAsync(() => Calls >= count, $"{count} messages have been consumed");

    private async Task OnConsumeAsync(ConsumeContext context)
    {
        try
        {
            await OnConsume(context, Interlocked.Increment(ref _calls));
        }
        finally
        {
            Interlocked.Increment(ref _returned);
        }
    }
}
