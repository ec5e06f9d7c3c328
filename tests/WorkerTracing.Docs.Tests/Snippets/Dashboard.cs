using Hangfire;
using Microsoft.AspNetCore.Builder;
using WorkerTracing;

namespace Snippets;

/// <summary>docs/jobs-page.md and the package's README.</summary>
internal static class Dashboard
{
    public static void Page(string[] args)
    {
        #region page
        WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
        builder.Services.AddWorkerTracing().AddOtlpExporter().AddDashboard();

        WebApplication app = builder.Build();
        app.MapWorkerTracingDashboard();
        app.Run();
        #endregion
    }

    public static void Readme(WebApplicationBuilder builder)
    {
        #region readme
        builder.Services.AddWorkerTracing().AddOtlpExporter().AddDashboard();

        WebApplication app = builder.Build();
        app.MapWorkerTracingDashboard();
        #endregion
    }

    public static void Policy(WebApplication app)
    {
        #region policy
        app.MapWorkerTracingDashboard().RequireAuthorization("operators");
        #endregion
    }

    public static void Authorize(WorkerTracingBuilder tracing)
    {
        #region authorize
        tracing.AddDashboard(page => page.Authorize = http => http.User.IsInRole("operator"));
        #endregion
    }

    public static void Details(IGlobalConfiguration hangfire, IServiceProvider services)
    {
        #region details
        hangfire.UseWorkerTracing(services).UseWorkerTracingJobDetails("/worker-tracing/traces/{traceId}");
        #endregion
    }
}
