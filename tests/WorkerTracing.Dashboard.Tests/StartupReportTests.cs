using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using WorkerTracing.Testing;

namespace WorkerTracing.Dashboard.Tests;

/// <summary>What the log says when the host has started with the jobs page and nothing else.</summary>
public sealed class StartupReportTests
{
    [Test]
    public async Task Start_JobsPageWithoutAnExporter_IsNoWarning()
    {
        using var log = new HostLog();
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.AddProvider(log);
        builder.Services.AddWorkerTracing().AddDashboard();
        using IHost host = builder.Build();
        await host.StartAsync();
        await host.StopAsync();

        Assert.That(log.TextOf(30), Does.Contain("Exporters: none."));
        Assert.That(log.Ids, Has.No.Member(32), "the page shows the traces");
    }
}
