using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using WorkerTracing.Testing;

namespace WorkerTracing.MassTransit.Tests;

/// <summary>What the log says of MassTransit when the host has started.</summary>
[NonParallelizable] // every TracerProvider of the process records the jobs of all tests: the source is shared
public sealed class StartupReportTests
{
    private readonly HostLog _log = new();

    [Test]
    public async Task Start_BusNotAttached_NamesTheLineToAdd()
    {
        await StartAsync(static services => services.AddMassTransit(static bus =>
        {
            bus.ConfigureUsageTelemetryOptions(static usage => usage.Enabled = false);
            bus.UsingInMemory(static (context, configurator) => configurator.ConfigureEndpoints(context));
        }));

        Assert.That(
            _log.TextOf(36),
            Is.EqualTo("MassTransit is registered, and its jobs are not traced. Add: configurator.UseWorkerTracing(context) in "
                + "UsingRabbitMq((context, configurator) => ...), before ConfigureEndpoints. The package is WorkerTracing.MassTransit."));
    }

    [Test]
    public async Task Start_PackageWithoutABus_NamesTheLineToAdd()
    {
        await StartAsync(static _ => { });

        Assert.That(_log.TextOf(37), Does.StartWith("WorkerTracing.MassTransit is referenced, and no jobs of MassTransit are traced."));
    }

    [Test]
    public async Task Start_BusAttached_IsNoWarning()
    {
        await StartAsync(static services => services.AddMassTransit(static bus =>
        {
            bus.ConfigureUsageTelemetryOptions(static usage => usage.Enabled = false);
            bus.UsingInMemory(static (context, configurator) =>
            {
                configurator.UseWorkerTracing(context);
                configurator.ConfigureEndpoints(context);
            });
        }));

        Assert.That(_log.Ids, Is.EqualTo(new[] { 30 }));
        Assert.That(_log.TextOf(30), Does.EndWith("Frameworks: MassTransit."));
    }

    private async Task StartAsync(Action<IServiceCollection> configure)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.AddProvider(_log);
        builder.Services.AddWorkerTracing().AddConsoleExporter();
        configure(builder.Services);
        using IHost host = builder.Build();
        await host.StartAsync();
        await host.StopAsync();
    }
}
