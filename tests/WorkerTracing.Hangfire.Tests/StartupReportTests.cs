using Hangfire;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using WorkerTracing.Testing;

namespace WorkerTracing.Hangfire.Tests;

/// <summary>What the log says of Hangfire when the host has started.</summary>
[NonParallelizable] // every TracerProvider of the process records the jobs of all tests: the source is shared
public sealed class StartupReportTests
{
    private readonly HostLog _log = new();

    /// <summary>AddHangfire makes the host's log provider and activator those of the process.</summary>
    [TearDown]
    public void ResetHangfire()
    {
        GlobalConfiguration.Configuration.UseNoOpLogProvider().UseDefaultActivator();
        GlobalJobFilters.Filters.Remove<JobTraceFilter>();
    }

    [Test]
    public async Task Start_HangfireNotAttached_NamesTheLineToAdd()
    {
        await StartAsync(static services => services
            .AddHangfire(static hangfire => hangfire.UseInMemoryStorage())
            .AddHangfireServer(static server => server.WorkerCount = 1));

        Assert.That(
            _log.TextOf(36),
            Is.EqualTo("Hangfire is registered, and its jobs are not traced. Add: builder.Services.AddHangfire((provider, hangfire) => "
                + "hangfire.UseWorkerTracing(provider)). The package is WorkerTracing.Hangfire."));
    }

    [Test]
    public async Task Start_PackageWithoutHangfire_NamesTheLineToAdd()
    {
        await StartAsync(static _ => { });

        Assert.That(_log.TextOf(37), Does.StartWith("WorkerTracing.Hangfire is referenced, and no jobs of Hangfire are traced."));
    }

    [Test]
    public async Task Start_HangfireAttached_IsNoWarning()
    {
        await StartAsync(static services => services
            .AddHangfire(static (provider, hangfire) => hangfire.UseInMemoryStorage().UseWorkerTracing(provider))
            .AddHangfireServer(static server => server.WorkerCount = 1));

        Assert.That(_log.Ids, Is.EqualTo(new[] { 30 }));
        Assert.That(_log.TextOf(30), Does.EndWith("Frameworks: Hangfire."));
    }

    /// <summary>Without a server, Hangfire is configured when the application enqueues its first job: later than the report.</summary>
    [Test]
    public async Task Start_WithoutAServer_IsNoWarning()
    {
        await StartAsync(static services =>
            services.AddHangfire(static (provider, hangfire) => hangfire.UseInMemoryStorage().UseWorkerTracing(provider)));

        Assert.That(_log.Ids, Is.EqualTo(new[] { 30 }));
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
