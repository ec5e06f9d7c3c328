using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;

namespace WorkerTracing;

/// <summary>
/// The routes of the page: three views that are one document, its assets, and the data behind them. All of them only read.
/// </summary>
internal static class DashboardEndpoints
{
    public static IEndpointConventionBuilder Map(IEndpointRouteBuilder endpoints, string pattern)
    {
        RouteGroupBuilder group = endpoints.MapGroup(pattern);
        var access = new DashboardAccess(endpoints.ServiceProvider);
        var data = new DashboardData(endpoints.ServiceProvider);
        var page = new DashboardPage(endpoints.ServiceProvider, pattern);

        Get("", page.WriteAsync);
        Get("/delivery", page.WriteAsync);
        Get("/traces/{traceId}", page.WriteAsync);
        Get("/assets/{name}", DashboardAssets.WriteAsync);
        Get("/api/overview", data.WriteOverviewAsync);
        Get("/api/jobs", data.WriteJobsAsync);
        Get("/api/traces/{traceId}", data.WriteTraceAsync);
        Get("/api/traces/{traceId}/otlp", data.WriteOtlpAsync);
        Get("/api/events", data.StreamAsync);
        return group;

        void Get(string route, RequestDelegate handler) => group.MapGet(route, http =>
        {
            LeaveOutOfTraces(http);
            return access.IsAllowed(http) ? handler(http) : DashboardAccess.RefuseAsync(http);
        }).ExcludeFromDescription();
    }

    /// <summary>A page that is open asks again and again: its requests are not recorded.</summary>
    private static void LeaveOutOfTraces(HttpContext http)
    {
        if (http.Features.Get<IHttpActivityFeature>()?.Activity is not { } request)
            return;
        request.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
        request.IsAllDataRequested = false;
    }
}
