using MassTransit;

namespace WorkerTracing.MassTransit.Tests;

public sealed class PlacedConsumer(Scenario scenario) : IConsumer<OrderPlaced>
{
    public Task Consume(ConsumeContext<OrderPlaced> context) => scenario.ConsumeAsync(context);
}

[FlushTrace(FlushMode.Wait)]
public sealed class EagerConsumer(Scenario scenario) : IConsumer<OrderPlaced>
{
    public Task Consume(ConsumeContext<OrderPlaced> context) => scenario.ConsumeAsync(context);
}

public sealed class StockConsumer(Scenario scenario) : IConsumer<ReserveStock>
{
    public async Task Consume(ConsumeContext<ReserveStock> context)
    {
        await scenario.ConsumeAsync(context);
        await context.RespondAsync(new StockReserved(context.Message.Order));
    }
}
