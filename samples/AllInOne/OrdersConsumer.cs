using MassTransit;

namespace AllInOne;

/// <summary>MassTransit: hands an export to whoever writes its file.</summary>
internal sealed class OrdersConsumer(FileQueue files, ExportLog exports) : IConsumer<OrdersCollected>
{
    public async Task Consume(ConsumeContext<OrdersCollected> context)
    {
        try
        {
            await files.EnqueueAsync(context.Message.ExportId, context.CancellationToken);
        }
        catch (Exception exception)
        {
            exports.Fail(context.Message.ExportId, exception);
            throw;
        }
    }
}
