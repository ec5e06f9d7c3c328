using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http.Features;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using QueueWorker;
using WorkerTracing;

// A web app that takes work on POST /jobs, answers 202 at once, and runs the work behind a bounded queue.
// Every job is one trace; Wait delivers it before the next job begins.
WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
string url = builder.Configuration["urls"] ?? "http://127.0.0.1:5080";
SamplePort.EnsureFree(url);
Console.WriteLine(
    $"QueueWorker indexes Markdown files and prints the trace of each job. The jobs page: {url}. A further job: curl -X POST {url}/jobs. "
        + "Ctrl+C ends it.");
builder.WebHost.UseUrls(url);
builder.Configuration["OTEL_SERVICE_NAME"] ??= "queue-worker";
// Every job flushes its trace, with the request that asked for it: a schedule of a second would only cut the console's trees into pieces.
builder.Configuration["OTEL_BSP_SCHEDULE_DELAY"] ??= "30000";
builder.Logging.AddSimpleConsole(console => console.SingleLine = true).AddFilter("Microsoft.AspNetCore", LogLevel.Warning);

WorkerTracingBuilder tracing = builder.Services
    .AddWorkerTracing(options => options.Flush = FlushMode.Wait)
    .AddSource(MarkdownIndex.SourceName)
    .AddConsoleExporter()
    .AddDashboard();
builder.Services.AddOpenTelemetry()
    .WithTracing(static tracing => tracing.AddAspNetCoreInstrumentation())
    .WithMetrics(static metrics => metrics.AddWorkerTracingInstrumentation());
if (builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] is { Length: > 0 })
{
    tracing.AddOtlpExporter();
    builder.Services.ConfigureOpenTelemetryMeterProvider(static metrics => metrics.AddOtlpExporter());
}

var folders = FolderRules.From(builder.Configuration);
builder.Services.AddSingleton(folders);
builder.Services.AddSingleton(Channel.CreateBounded<IndexJob>(builder.Configuration.GetValue("QueueLength", 100)));
builder.Services.AddSingleton<MarkdownIndex>();
builder.Services.AddHostedService<IndexWorker>();
builder.Services.AddHealthChecks().AddWorkerTracing();

WebApplication app = builder.Build();
app.MapGet("/", static () => Results.Redirect("/worker-tracing"));
app.MapWorkerTracingDashboard();
app.MapHealthChecks("/health");
app.MapPost("/jobs", async (HttpRequest http, Channel<IndexJob> queue) =>
{
    IndexRequest? request;
    try
    {
        bool hasBody = http.HttpContext.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody ?? true;
        request = hasBody ? await http.ReadFromJsonAsync<IndexRequest>() : null;
    }
    catch (Exception exception) when (exception is JsonException or InvalidOperationException)
    {
        return Results.Problem(
            $"The body is not of the form {{\"folder\": \"docs\"}}: {exception.Message}",
            statusCode: StatusCodes.Status400BadRequest);
    }

    if (folders.Resolve(request?.Folder) is not { } folder)
        return Results.Problem(
            $"The folder '{request?.Folder}' is outside of '{folders.Root}'.",
            statusCode: StatusCodes.Status400BadRequest);
    if (!Directory.Exists(folder))
        return Results.Problem($"There is no folder '{request?.Folder}' in '{folders.Root}'.", statusCode: StatusCodes.Status404NotFound);

    var job = IndexJob.For(folder);
    return queue.Writer.TryWrite(job)
        ? Results.Accepted(value: new { job.Id, folder })
        : Results.Problem("The queue is full; try again later.", statusCode: StatusCodes.Status503ServiceUnavailable);
});
app.MapGet("/search/{word}", (string word, MarkdownIndex index) => index.Search(word));

// One job to begin with, so that there is a trace to see.
app.Services.GetRequiredService<Channel<IndexJob>>().Writer.TryWrite(IndexJob.For(folders.Default));
await app.RunAsync();
