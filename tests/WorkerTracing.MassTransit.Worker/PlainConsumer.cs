using MassTransit;

namespace WorkerTracing.MassTransit.Worker;

public sealed record PlainMessage(int Number);

/// <summary>A consumer that takes some milliseconds. A message with a negative number ends only in a process that is told so.</summary>
public sealed class PlainConsumer : IConsumer<PlainMessage>
{
    private static readonly bool Ends = Environment.GetEnvironmentVariable("WORKER_ENDS") == "1";

    public async Task Consume(ConsumeContext<PlainMessage> context)
    {
        if (context.Message.Number >= 0)
        {
            await Task.Delay(context.Message.Number % 5);
            return;
        }

        Console.WriteLine($"running {JobTrace.Current!.Activity!.SpanId}");
        if (!Ends)
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
    }
}
