using Microsoft.AspNetCore.Http;

namespace WorkerTracing;

/// <summary>Configures the jobs page.</summary>
/// <remarks>Binds from the <c>WorkerTracing:Dashboard</c> configuration section and is validated when the host starts.</remarks>
public sealed class WorkerTracingDashboardOptions
{
    /// <summary>Gets or sets the number of traces that are kept in memory. The oldest trace is dropped first.</summary>
    /// <value>1 to 100,000. The default is 1000.</value>
    public int MaxTraces { get; set; } = 1000;

    /// <summary>Gets or sets the memory for the spans of the kept traces, in bytes. The oldest trace is dropped first.</summary>
    /// <value>At least 1 MiB. The default is 64 MiB. The size of a span is an estimate: the length of its texts and a fixed part.</value>
    public long MaxBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>Gets or sets the rule that decides who may open the page. It runs for each request, on the request's thread.</summary>
    /// <value>
    /// The default is null: only requests from this machine are answered. Their peer address and their <c>Host</c> are loopback addresses,
    /// and they have no <c>Forwarded</c>, <c>X-Forwarded-*</c> or <c>Via</c> header. Authorization metadata on the endpoints
    /// (<c>RequireAuthorization</c>, <c>AllowAnonymous</c>) replaces that rule. A rule that throws refuses the request.
    /// </value>
    public Func<HttpContext, bool>? Authorize { get; set; }

    /// <summary>Gets or sets the address of a trace in another viewer, for example <c>https://jaeger.example/trace/{traceId}</c>.</summary>
    /// <value>An absolute http or https address with <c>{traceId}</c> in it. The default is null: no link.</value>
    public string? TraceUrl { get; set; }
}
