using MassTransit;

namespace MassTransitWorker;

/// <summary>Asks the stock for the articles of an order, and confirms the order when it has them.</summary>
internal sealed class OrderConsumer(IRequestClient<ReserveStock> stock) : IConsumer<OrderPlaced>
{
    public async Task Consume(ConsumeContext<OrderPlaced> context)
    {
        OrderPlaced order = context.Message;
        Response<StockReserved> reserved = await stock.GetResponse<StockReserved>(
            new ReserveStock(order.OrderId, order.Article, order.Quantity), context.CancellationToken);
        await context.Publish(new OrderConfirmed(order.OrderId, order.Article, order.Quantity, reserved.Message.UnitPrice));
    }
}
