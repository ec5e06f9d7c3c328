using MassTransit;

namespace MassTransitWorker;

/// <summary>Knows what an article costs. Not before its second try: the first one times out, and is retried.</summary>
internal sealed class StockConsumer : IConsumer<ReserveStock>
{
    public Task Consume(ConsumeContext<ReserveStock> context)
    {
        if (context.GetRetryAttempt() == 0)
            throw new TimeoutException("The warehouse did not answer.");
        return context.RespondAsync(new StockReserved(context.Message.OrderId, UnitPrice: 12.50m));
    }
}
