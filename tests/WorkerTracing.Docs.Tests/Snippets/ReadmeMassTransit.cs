#region masstransit
using MassTransit;
using Microsoft.Extensions.Hosting;
using WorkerTracing;
#endregion
using static Snippets.ReadmeMassTransit;

namespace Snippets;

/// <summary>README.md.</summary>
public static class ReadmeMassTransit
{
    public static async Task RunAsync(string[] args)
    {
        #region masstransit
        HostApplicationBuilder builder = Host.CreateApplicationBuilder(args);
        builder.Services.AddWorkerTracing().AddOtlpExporter();
        builder.Services.AddMassTransit(bus =>
        {
            bus.AddConsumer<InvoiceConsumer>();
            bus.UsingRabbitMq((context, rabbit) =>
            {
                rabbit.UseWorkerTracing(context);      // before ConfigureEndpoints
                rabbit.ConfigureEndpoints(context);
            });
        });
        await builder.Build().RunAsync();
        #endregion
    }

    public static Task WriteInvoiceAsync(OrderConfirmed order) => Task.CompletedTask;
}

public sealed record OrderConfirmed(Guid OrderId);

#region masstransit
[FlushTrace(FlushMode.Wait)]   // its trace is delivered before the message is acknowledged
internal sealed class InvoiceConsumer : IConsumer<OrderConfirmed>
{
    public Task Consume(ConsumeContext<OrderConfirmed> context) => WriteInvoiceAsync(context.Message);
}
#endregion
