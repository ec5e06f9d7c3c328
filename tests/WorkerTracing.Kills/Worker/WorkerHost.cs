using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Exporter;
using OpenTelemetry.Trace;

namespace WorkerTracing.Kills;

/// <summary>A worker that works until it is killed, or its standard input is closed.</summary>
internal static class WorkerHost
{
    public static async Task RunAsync(WorkerPlan plan)
    {
        HostApplicationBuilder builder = Host.CreateApplicationBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Error);
        builder.Services.Configure<HostOptions>(
            static host => host.BackgroundServiceExceptionBehavior = BackgroundServiceExceptionBehavior.Ignore);
        using var ledger = new Ledger(plan.Ledger);
        var beginning = new BeginningProcessor(ledger);
        var ended = new EndedProcessor(ledger);
        builder.Services.AddSingleton(plan).AddSingleton(ledger).AddSingleton<Work>();
        builder.Services.ConfigureOpenTelemetryTracerProvider(tracing => tracing.AddProcessor(beginning));
        AddTracing(builder.Services, plan);
        builder.Services.ConfigureOpenTelemetryTracerProvider(tracing => tracing.AddProcessor(ended));
        AddJobs(builder.Services, plan);

        using IHost host = builder.Build();
        await host.StartAsync();
        while (await Console.In.ReadLineAsync() is not null)
        {
        }

        await host.StopAsync();
    }

    private static void AddTracing(IServiceCollection services, WorkerPlan plan)
    {
        void Configure(OtlpExporterOptions otlp) =>
            (otlp.Protocol, otlp.Endpoint) = (OtlpExportProtocol.HttpProtobuf, new Uri(plan.Endpoint, "v1/traces"));

        // The frameworks' own spans too: they are around those of the jobs, and open when the process is killed.
        WorkerTracingBuilder tracing = services.AddWorkerTracing().AddSource(Work.Source.Name, "MassTransit", "Quartz");
        if (plan.Way == Way.FlightRecorder)
            tracing.AddFlightRecorder(plan.Directory, recorder => recorder.MaxBytes = plan.MaxBytes).AddOtlpExporter(Configure);
        else
            services.ConfigureOpenTelemetryTracerProvider(provider => provider.AddOtlpExporter(Configure));
    }

    private static void AddJobs(IServiceCollection services, WorkerPlan plan)
    {
        switch (plan.Framework)
        {
            case Framework.Core:
                CoreJobs.Add(services);
                break;
            case Framework.Hangfire:
                HangfireJobs.Add(services, plan);
                break;
            case Framework.Quartz:
                QuartzJobs.Add(services, plan);
                break;
            case Framework.MassTransit:
                MassTransitJobs.Add(services, plan);
                break;
            case Framework.None:
                break;
        }
    }
}
