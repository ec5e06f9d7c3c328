using System.Globalization;
using MassTransit;
using WorkerTracing;

namespace MassTransitWorker;

/// <summary>Writes the invoice. When it is acknowledged, its trace has been delivered.</summary>
[FlushTrace(FlushMode.Wait)]
internal sealed class InvoiceConsumer : IConsumer<OrderConfirmed>
{
    public async Task Consume(ConsumeContext<OrderConfirmed> context)
    {
        OrderConfirmed order = context.Message;
        string path = Path.Combine(Directory.CreateTempSubdirectory("invoices-").FullName, $"{order.OrderId}.txt");
        string invoice = string.Create(
            CultureInfo.InvariantCulture,
            $"{order.Quantity} x {order.Article}: {order.Quantity * order.UnitPrice:F2}\n");
        await File.WriteAllTextAsync(path, invoice, context.CancellationToken);
        JobTrace.Current?.SetMetadata("invoice", path);
        await context.Publish(new InvoiceWritten(order.OrderId, path));
    }
}
