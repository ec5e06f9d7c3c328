using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Quartz;
using WorkerTracing.Testing;

namespace WorkerTracing.Quartz.Tests;

/// <summary>What the log says of Quartz when the host has started.</summary>
[NonParallelizable] // every TracerProvider of the process records the jobs of all tests: the source is shared
public sealed class StartupReportTests
{
    private readonly HostLog _log = new();

    [Test]
    public async Task Start_QuartzNotAttached_NamesTheLineToAdd()
    {
        await StartAsync(static services =>
        {
            services.AddWorkerTracing().AddConsoleExporter();
            services.AddQuartz(static q => q.WithName($"untraced-{Guid.NewGuid():N}")).AddQuartzHostedService();
        });

        Assert.That(
            _log.TextOf(36),
            Is.EqualTo("Quartz is registered, and its jobs are not traced. "
                + "Add: builder.Services.AddQuartz(quartz => quartz.UseWorkerTracing()). "
                + $"The package is {typeof(JobTraceListener).Assembly.GetName().Name}."));
    }

    [Test]
    public async Task Start_PackageWithoutQuartz_NamesTheLineToAdd()
    {
        await StartAsync(static services => services.AddWorkerTracing().AddConsoleExporter());

        Assert.That(
            _log.TextOf(37),
            Does.StartWith($"{typeof(JobTraceListener).Assembly.GetName().Name} is referenced, and no jobs of Quartz are traced."));
    }

#if !QUARTZ3 // with Quartz 3, the host does not start
    [Test]
    public async Task Start_QuartzAttachedWithoutAddWorkerTracing_NamesTheLineToAdd()
    {
        await StartAsync(static services =>
            services.AddQuartz($"traced-{Guid.NewGuid():N}", static q => q.UseWorkerTracing()).AddQuartzHostedService());

        Assert.That(_log.TextOf(30), Does.EndWith("Exporters: none. Flush: None. Flight recorder: none. Frameworks: Quartz."));
        Assert.That(
            _log.TextOf(32),
            Does.Contain("builder.Services.AddWorkerTracing().AddOtlpExporter()")
                .And.EndWith("UseWorkerTracing() on a framework adds none."));
    }

#endif

    [Test]
    public async Task Start_QuartzAttached_IsNoWarning([Values] bool withHostedService)
    {
        await StartAsync(services =>
        {
            services.AddWorkerTracing().AddConsoleExporter();
            services.AddQuartz(static q => q.WithName($"traced-{Guid.NewGuid():N}").UseWorkerTracing());
            if (withHostedService)
                services.AddQuartzHostedService(); // without it, the application starts the scheduler later
        });

        Assert.That(_log.Ids, Is.EqualTo(new[] { 30 }));
        Assert.That(_log.TextOf(30), Does.EndWith("Frameworks: Quartz."));
    }

    private async Task StartAsync(Action<IServiceCollection> configure)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.AddProvider(_log);
        configure(builder.Services);
        builder.Services.WithoutQuartzLog();
        using IHost host = builder.Build();
        await host.StartAsync();
        await host.StopAsync();
    }
}
