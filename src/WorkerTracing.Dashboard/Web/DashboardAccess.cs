using System.Diagnostics.CodeAnalysis;
using System.Net;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace WorkerTracing;

/// <summary>
/// Decides who may open the page. <see cref="WorkerTracingDashboardOptions.Authorize"/> decides where it is set. Otherwise authorization
/// metadata on the endpoint decides, which ASP.NET Core enforces. Otherwise only requests from this machine are answered.
/// </summary>
internal sealed class DashboardAccess(IServiceProvider services)
{
    private readonly IOptions<WorkerTracingDashboardOptions> _options =
        services.GetRequiredService<IOptions<WorkerTracingDashboardOptions>>();

    private readonly ILogger _log = services.GetRequiredService<ILoggerFactory>().CreateLogger("WorkerTracing.Dashboard");

    public bool IsAllowed(HttpContext http)
    {
        if (_options.Value.Authorize is { } authorize)
            return Ask(authorize, http);
        return HasAuthorizationMetadata(http.GetEndpoint()) || IsFromThisMachine(http);
    }

    public static async Task RefuseAsync(HttpContext http)
    {
        http.Response.StatusCode = StatusCodes.Status403Forbidden;
        http.Response.ContentType = "text/plain; charset=utf-8";
        http.Response.Headers.CacheControl = "no-store";
        await http.Response.WriteAsync(
            """
            403: this request may not open the jobs page of WorkerTracing.

            By default the page answers requests from its own machine only: the peer and the Host header must be
            loopback addresses, and the request must not have passed a proxy (Forwarded, X-Forwarded-* or Via header).

            To open it to others, do one of these in the application:
              app.MapWorkerTracingDashboard().RequireAuthorization("a policy of yours");
              builder.Services.AddWorkerTracing().AddDashboard(page => page.Authorize = http => http.User.IsInRole("operator"));

            The job's arguments and messages can be on the page. Do not open it to everyone.

            """,
            http.RequestAborted).ConfigureAwait(false);
    }

    private static bool HasAuthorizationMetadata(Endpoint? endpoint) => endpoint is not null
        && (endpoint.Metadata.GetMetadata<IAuthorizeData>() is not null
            || endpoint.Metadata.GetMetadata<AuthorizationPolicy>() is not null
            || endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null);

    private static bool IsFromThisMachine(HttpContext http) =>
        http.Connection.RemoteIpAddress is { } peer && IPAddress.IsLoopback(peer)
        && IsLoopback(http.Request.Host.Host)
        && !HasPassedProxy(http.Request.Headers);

    /// <summary>A page on another site can make a browser ask this machine under a name of its own; its Host header tells.</summary>
    private static bool IsLoopback(string host) =>
        string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out IPAddress? address) && IPAddress.IsLoopback(address));

    private static bool HasPassedProxy(IHeaderDictionary headers)
    {
        foreach (string name in headers.Keys)
        {
            if (name.StartsWith("X-Forwarded-", StringComparison.OrdinalIgnoreCase)
                || name.Equals("Forwarded", StringComparison.OrdinalIgnoreCase)
                || name.Equals("Via", StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    [SuppressMessage("Design", "CA1031", Justification = "A rule that throws must not open the page; the request is refused.")]
    private bool Ask(Func<HttpContext, bool> authorize, HttpContext http)
    {
        try
        {
            return authorize(http);
        }
        catch (Exception exception)
        {
            DashboardLog.AuthorizeThrew(_log, exception);
            return false;
        }
    }
}
