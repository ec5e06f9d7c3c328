using MassTransit;

namespace WorkerTracing.MassTransit.Worker;

public sealed record PlainMessage(int Number);

public sealed class PlainConsumer : IConsumer<PlainMessage>
{
    public async Task Consume(ConsumeContext<PlainMessage> context) => await Task.Delay(context.Message.Number % 5);
}
