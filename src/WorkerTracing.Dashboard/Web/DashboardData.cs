using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace WorkerTracing;

/// <summary>The data behind the page: JSON documents, and a stream of server-sent events (WHATWG HTML, section 9.2).</summary>
internal sealed class DashboardData(IServiceProvider services)
{
    private static readonly TimeSpan EventInterval = TimeSpan.FromSeconds(1);

    private readonly TraceStore _store = services.GetRequiredService<TraceStore>();
    private readonly TimeProvider _time = services.GetRequiredService<TimeProvider>();
    private readonly OverviewWriter _overview = ActivatorUtilities.CreateInstance<OverviewWriter>(services);

    public Task WriteOverviewAsync(HttpContext http) => WriteAsync(http, _overview.Write);

    public Task WriteJobsAsync(HttpContext http)
    {
        (IReadOnlyList<JobRecord> jobs, long version) = _store.ChangedSince(VersionOf(http.Request.Query["after"]));
        return WriteAsync(http, json => JobWriter.WriteList(json, jobs, version));
    }

    public Task WriteTraceAsync(HttpContext http) =>
        Find(http) is { } trace ? WriteAsync(http, json => TraceWriter.Write(json, trace)) : NotFound(http);

    public Task WriteOtlpAsync(HttpContext http)
    {
        if (Find(http) is not { } trace)
            return NotFound(http);
        http.Response.Headers.ContentDisposition = $"attachment; filename=\"trace-{trace.TraceId}.json\"";
        return WriteAsync(http, json => OtlpJsonWriter.Write(json, trace));
    }

    /// <summary>Each second, sends the overview and the jobs that have changed since the last event.</summary>
    public async Task StreamAsync(HttpContext http)
    {
        DashboardHeaders.Set(http.Response);
        http.Response.ContentType = "text/event-stream";
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers["X-Accel-Buffering"] = "no";
        long version = VersionOf(http.Request.Query["after"]);
        CancellationToken ended = EndOf(http);
        try
        {
            using var timer = new PeriodicTimer(EventInterval, _time);
            do
            {
                await SendAsync(http, "overview", _overview.Write, ended).ConfigureAwait(false);
                (IReadOnlyList<JobRecord> jobs, long now) = _store.ChangedSince(version);
                if (jobs.Count > 0)
                    await SendAsync(http, "jobs", json => JobWriter.WriteList(json, jobs, now), ended).ConfigureAwait(false);
                version = now;
            }
            while (await timer.WaitForNextTickAsync(ended).ConfigureAwait(false));
        }
        catch (OperationCanceledException)
        {
            // The browser left, or the host stops.
        }
    }

    private static async Task SendAsync(HttpContext http, string name, Action<Utf8JsonWriter> write, CancellationToken ended)
    {
        var content = new ArrayBufferWriter<byte>();
        content.Write(System.Text.Encoding.UTF8.GetBytes($"event: {name}\ndata: "));
        await using (var json = new Utf8JsonWriter(content))
            write(json);
        content.Write("\n\n"u8);
        await http.Response.Body.WriteAsync(content.WrittenMemory, ended).ConfigureAwait(false);
        await http.Response.Body.FlushAsync(ended).ConfigureAwait(false);
    }

    private static async Task WriteAsync(HttpContext http, Action<Utf8JsonWriter> write)
    {
        DashboardHeaders.Set(http.Response);
        var content = new ArrayBufferWriter<byte>();
        await using (var json = new Utf8JsonWriter(content))
            write(json);
        http.Response.ContentType = "application/json";
        http.Response.Headers.CacheControl = "no-store";
        http.Response.ContentLength = content.WrittenCount;
        await http.Response.Body.WriteAsync(content.WrittenMemory, http.RequestAborted).ConfigureAwait(false);
    }

    private static Task NotFound(HttpContext http)
    {
        DashboardHeaders.Set(http.Response);
        http.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }

    private static long VersionOf(string? text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long version) ? version : 0;

    /// <summary>An open page must not hold up the host's stop.</summary>
    private CancellationToken EndOf(HttpContext http)
    {
        IHostApplicationLifetime lifetime = services.GetRequiredService<IHostApplicationLifetime>();
        var either = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, lifetime.ApplicationStopping);
        http.Response.RegisterForDispose(either);
        return either.Token;
    }

    private TraceSnapshot? Find(HttpContext http) =>
        http.GetRouteValue("traceId") is string { Length: 32 } id && id.All(char.IsAsciiHexDigitLower)
            ? _store.Find(ActivityTraceId.CreateFromString(id))
            : null;
}
