#region masstransit
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orders;
using WorkerTracing;
#endregion

namespace Snippets
{
    /// <summary>README.md.</summary>
    public static class ReadmeMassTransit
    {
        public static async Task RunAsync(string[] args)
        {
            #region masstransit
            HostApplicationBuilder builder = Host.CreateApplicationBuilder(args);
            builder.Services.AddWorkerTracing().AddConsoleExporter();       // or .AddOtlpExporter()
            builder.Services.AddMassTransit(bus =>
            {
                bus.AddConsumer<InvoiceConsumer>();
                bus.UsingInMemory((context, configurator) =>                // or UsingRabbitMq
                {
                    configurator.UseWorkerTracing(context);                 // before ConfigureEndpoints
                    configurator.ConfigureEndpoints(context);
                });
            });
            builder.Services.AddHostedService<Shop>();
            await builder.Build().RunAsync();
            #endregion
        }
    }
}

#region masstransit
namespace Orders
{
    public sealed record OrderConfirmed(Guid OrderId);

    [FlushTrace(FlushMode.Wait)]   // its trace is delivered before the message is acknowledged
    internal sealed class InvoiceConsumer : IConsumer<OrderConfirmed>
    {
        public Task Consume(ConsumeContext<OrderConfirmed> context) => Task.Delay(100, context.CancellationToken);   // your work
    }

    internal sealed class Shop(IBus bus) : BackgroundService
    {
        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            using var timer = new PeriodicTimer(TimeSpan.FromSeconds(5));
            while (await timer.WaitForNextTickAsync(stoppingToken))
                await bus.Publish(new OrderConfirmed(Guid.NewGuid()), stoppingToken);
        }
    }
}
#endregion
