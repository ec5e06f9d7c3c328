using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace WorkerTracing.Dashboard.Tests;

public sealed class OptionsTests
{
    [Test]
    public void Start_WithOptionsOutOfRange_NamesEachWithItsValue()
    {
        static void Configure(WorkerTracingDashboardOptions options)
        {
            options.MaxTraces = 0;
            options.MaxBytes = 12;
            options.TraceUrl = "jaeger/{trace}";
        }

        Assert.That(
            () => DashboardApp.StartAsync(Configure),
            Throws.InstanceOf<OptionsValidationException>().With.Message.Contains("MaxTraces is 0")
                .And.Message.Contains("MaxBytes is 12").And.Message.Contains("TraceUrl is 'jaeger/{trace}'"));
    }

    [Test]
    public async Task Options_InTheConfiguration_AreBound()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Configuration["WorkerTracing:Dashboard:MaxTraces"] = "12";
        builder.Configuration["WorkerTracing:Dashboard:MaxBytes"] = "2000000";
        builder.Configuration["WorkerTracing:Dashboard:TraceUrl"] = "https://traces.example/{traceId}";
        builder.Services.AddWorkerTracing().AddDashboard();
        await using WebApplication app = builder.Build();

        WorkerTracingDashboardOptions options = app.Services.GetRequiredService<IOptions<WorkerTracingDashboardOptions>>().Value;

        Assert.That(
            (options.MaxTraces, options.MaxBytes, options.TraceUrl),
            Is.EqualTo((12, 2_000_000L, "https://traces.example/{traceId}")));
    }

    [Test]
    public async Task Map_WithoutAddDashboard_NamesTheLineToAdd()
    {
        await using WebApplication app = WebApplication.CreateSlimBuilder().Build();

        Assert.That(() => app.MapWorkerTracingDashboard(), Throws.InvalidOperationException.With.Message.Contains("AddDashboard"));
    }

    [Test]
    public async Task AddDashboard_Twice_RecordsOnce()
    {
        await using DashboardApp app = await DashboardApp.StartAsync(
            services: static services => services.AddWorkerTracing().AddDashboard());

        await app.RunAsync(new JobInfo { System = "hosted", Name = "index" });

        Assert.That(app.Services.GetRequiredService<JobRecorder>().Started, Is.EqualTo(1));
    }
}
