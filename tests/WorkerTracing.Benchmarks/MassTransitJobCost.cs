using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace WorkerTracing.Benchmarks;

/// <summary>A message that is published to and consumed from a bus in memory.</summary>
public class MassTransitJobCost : JobCost
{
    private ServiceProvider? _services;
    private IBusControl? _bus;

    private protected override string SourceName => "MassTransit";

    private protected override async Task StartAsync(JobTracer? tracer, Rounds rounds)
    {
        var services = new ServiceCollection();
        services.AddLogging(static logging => logging.SetMinimumLevel(LogLevel.None));
        services.AddSingleton(rounds);
        services.AddMassTransit(bus =>
        {
            bus.ConfigureUsageTelemetryOptions(static usage => usage.Enabled = false);
            bus.AddConsumer<CountedConsumer>();
            bus.UsingInMemory((context, configurator) =>
            {
                if (tracer is not null)
                    configurator.UseWorkerTracing(tracer);
                configurator.ConfigureEndpoints(context);
            });
        });
        _services = services.BuildServiceProvider();
        _bus = _services.GetRequiredService<IBusControl>();
        await _bus.StartAsync();
    }

    private protected override Task HandInAsync() => _bus!.Publish(new Order(1));

    private protected override async Task StopAsync()
    {
        await _bus!.StopAsync();
        await _services!.DisposeAsync();
    }

    public sealed record Order(int Number);

    internal sealed class CountedConsumer(Rounds rounds) : IConsumer<Order>
    {
        public Task Consume(ConsumeContext<Order> context)
        {
            rounds.Count();
            return Task.CompletedTask;
        }
    }
}
