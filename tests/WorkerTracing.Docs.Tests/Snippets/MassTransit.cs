using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using WorkerTracing;

namespace Snippets;

/// <summary>docs/frameworks/masstransit.md and the package's README.</summary>
internal static class MassTransitBus
{
    public static void Add(IServiceCollection services)
    {
        #region bus
        services.AddWorkerTracing(options => options.Flush = FlushMode.Background).AddOtlpExporter();

        services.AddMassTransit(bus =>
        {
            bus.AddConsumer<OrderConsumer>();
            bus.UsingRabbitMq((context, rabbit) =>
            {
                rabbit.UseWorkerTracing(context);      // before ConfigureEndpoints
                rabbit.ConfigureEndpoints(context);
            });
        });
        #endregion
    }

    public sealed record Order;

    public sealed class OrderConsumer : IConsumer<Order>
    {
        public Task Consume(ConsumeContext<Order> context) => Task.CompletedTask;
    }
}
