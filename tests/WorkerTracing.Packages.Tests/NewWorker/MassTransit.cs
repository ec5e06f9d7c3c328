using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using NewWorker;
using WorkerTracing;

HostApplicationBuilder builder = Host.CreateApplicationBuilder(args);
builder.Services.AddWorkerTracing(options => options.Flush = FlushMode.Wait).AddConsoleExporter();
builder.Services.AddMassTransit(bus =>
{
    bus.ConfigureUsageTelemetryOptions(usage => usage.Enabled = false);
    bus.AddConsumer<FirstConsumer>();
    bus.UsingInMemory((context, configurator) =>
    {
        configurator.UseWorkerTracing(context);
        configurator.ConfigureEndpoints(context);
    });
});
builder.Services.Configure<MassTransitHostOptions>(options => options.WaitUntilStarted = true);
using IHost host = builder.Build();
await host.StartAsync();
await host.Services.GetRequiredService<IBus>().Publish(new First());
await host.WaitForShutdownAsync();

// MassTransit names its queues after the namespaces of the messages.
namespace NewWorker
{
    internal sealed record First;

    internal sealed class FirstConsumer(JobTracer tracer, IHostApplicationLifetime lifetime) : IConsumer<First>
    {
        public async Task Consume(ConsumeContext<First> context)
        {
            await tracer.RunAsync("inner", (_, _) => Task.CompletedTask, context.CancellationToken);
            lifetime.StopApplication();
        }
    }
}
