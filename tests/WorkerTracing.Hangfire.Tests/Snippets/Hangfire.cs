using Hangfire;
using Hangfire.PostgreSql;
using Microsoft.Extensions.Hosting;
using OpenTelemetry.Trace;
using WorkerTracing;

namespace Snippets;

/// <summary>docs/frameworks/hangfire.md and the package's README.</summary>
internal static class HangfireServer
{
    public static void Host(HostApplicationBuilder builder, string database)
    {
        #region host
        builder.Services.AddWorkerTracing(options => options.Flush = FlushMode.Background).AddOtlpExporter();

        builder.Services.AddHangfire((services, hangfire) => hangfire
            .UsePostgreSqlStorage(postgres => postgres.UseNpgsqlConnection(database))
            .UseWorkerTracing(services)
            .UseWorkerTracingJobDetails("https://jaeger.example/trace/{traceId}"));
        builder.Services.AddHangfireServer();
        #endregion
    }

    public static void WithoutContainer(TracerProvider tracerProvider, WorkerTracingOptions options)
    {
        #region without-a-container
        GlobalJobFilters.Filters.Add(new JobTraceFilter(new JobTracer(tracerProvider, options)));
        #endregion
    }
}
