using MassTransit;

namespace WorkerTracing.MassTransit.Tests;

/// <summary>Counts the messages that MassTransit is done with: the transport has been told.</summary>
public sealed class ReceiveCounter : IReceiveObserver
{
    private int _completed;
    private int _faulted;

    /// <summary>Called when MassTransit is done with a message, before it is counted.</summary>
    public Action OnCompleted { get; set; } = static () => { };

    public int Completed => Volatile.Read(ref _completed);

    public int Faulted => Volatile.Read(ref _faulted);

    public Task PreReceive(ReceiveContext context) => Task.CompletedTask;

    public Task PostReceive(ReceiveContext context)
    {
        OnCompleted();
        Interlocked.Increment(ref _completed);
        return Task.CompletedTask;
    }

    public Task PostConsume<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType)
        where T : class => Task.CompletedTask;

    public Task ConsumeFault<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType, Exception exception)
        where T : class
    {
        Interlocked.Increment(ref _faulted);
        return Task.CompletedTask;
    }

    public Task ReceiveFault(ReceiveContext context, Exception exception) => Task.CompletedTask;
}
