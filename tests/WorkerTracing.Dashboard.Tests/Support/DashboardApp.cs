using System.Diagnostics;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using WorkerTracing.Testing;

namespace WorkerTracing.Dashboard.Tests;

/// <summary>A web application with the page, on a free port of 127.0.0.1.</summary>
internal sealed class DashboardApp : IAsyncDisposable
{
    private readonly WebApplication _app;

    private DashboardApp(WebApplication app, RecordingExporter exporter, ActivitySource source)
    {
        (_app, Exporter, Source) = (app, exporter, source);
        Client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
    }

    public RecordingExporter Exporter { get; }

    /// <summary>A source of the application's own spans.</summary>
    public ActivitySource Source { get; }

    public HttpClient Client { get; }

    public Uri Page => new(Client.BaseAddress!, "/worker-tracing");

    public IServiceProvider Services => _app.Services;

    public JobTracer Tracer => _app.Services.GetRequiredService<JobTracer>();

    public static async Task<DashboardApp> StartAsync(
        Action<WorkerTracingDashboardOptions>? configure = null,
        Action<IServiceCollection>? services = null,
        Action<WebApplication>? before = null,
        Action<IEndpointConventionBuilder>? map = null,
        Action<WorkerTracingOptions>? tracing = null,
        bool hasExporter = true)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var exporter = new RecordingExporter();
        var source = new ActivitySource($"Shop.{Guid.NewGuid():N}");
        WorkerTracingBuilder worker = builder.Services.AddWorkerTracing(tracing)
            .AddSource(source.Name, "Microsoft.AspNetCore")
            .AddDashboard(configure);
        if (hasExporter)
            worker.AddExporter(_ => exporter);
        services?.Invoke(builder.Services);
        WebApplication app = builder.Build();
        before?.Invoke(app);
        IEndpointConventionBuilder endpoints = app.MapWorkerTracingDashboard();
        map?.Invoke(endpoints);
        await app.StartAsync();
        return new DashboardApp(app, exporter, source);
    }

    /// <summary>Makes the connection of every request come from an address.</summary>
    public static void From(WebApplication app, string peer) => app.Use((HttpContext http, RequestDelegate next) =>
    {
        http.Connection.RemoteIpAddress = IPAddress.Parse(peer);
        return next(http);
    });

    public async Task<HttpStatusCode> StatusAsync(Action<HttpRequestMessage> change, string path = "/worker-tracing")
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        change(request);
        using HttpResponseMessage answer = await Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        return answer.StatusCode;
    }

    /// <summary>Runs one job with a span of the application inside it.</summary>
    public Task RunAsync(JobInfo job, Func<JobTrace, Task>? body = null) => Tracer.RunAsync(job, async (trace, _) =>
    {
        using (Source.StartActivity("load orders")?.SetTag("orders", 42))
            await Task.Yield();
        if (body is not null)
            await body(trace);
    });

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        Source.Dispose();
    }
}
