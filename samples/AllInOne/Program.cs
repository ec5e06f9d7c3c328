// Exports a customer's orders to a compressed CSV file: a web request triggers a Quartz job, which publishes a message, whose consumer
// enqueues a Hangfire job, which hands the file to a BackgroundService. All of it is one trace, on the console.
//
//   dotnet run --project samples/AllInOne
using System.Threading.Channels;
using AllInOne;
using MassTransit;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using Quartz;
using WorkerTracing;

WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
string url = builder.Configuration["urls"] ?? "http://127.0.0.1:5082";
SamplePort.EnsureFree(url);
Console.WriteLine(
    $"AllInOne exports orders through ASP.NET Core, Quartz, MassTransit, Hangfire and a BackgroundService, and prints the one trace. "
        + $"The jobs page: {url}. Ctrl+C ends it.");
builder.WebHost.UseUrls(url);
builder.Configuration["OTEL_SERVICE_NAME"] ??= "all-in-one";
builder.Logging.SetMinimumLevel(LogLevel.Warning).AddFilter("AllInOne", LogLevel.Information)
    .AddFilter("Microsoft.Hosting", LogLevel.Information)
    .AddFilter("WorkerTracing", LogLevel.Information)
    .AddSimpleConsole(static console => console.SingleLine = true);

// The exporters send once in half a minute: what is on the console earlier was flushed, by the last job of the chain.
builder.Configuration["OTEL_BSP_SCHEDULE_DELAY"] ??= "30000";
WorkerTracingBuilder tracing = builder.Services.AddWorkerTracing()
    .AddSource(OrderBook.SourceName)
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

builder.Services.AddSingleton<ExportFolder>();
builder.Services.AddSingleton<OrderBook>();
builder.Services.AddSingleton<ExportLog>();

// Hosted services stop in reverse order. So nothing hands work to a service that has stopped: the web server goes first,
// then Quartz, MassTransit and Hangfire, and the last service empties its channel.
builder.Services.AddSingleton(Channel.CreateBounded<FinishedFile>(capacity: 20));
builder.Services.AddHostedService<CompressionWorker>();
builder.Services.AddFileQueue();
builder.Services.AddMassTransit(static bus =>
{
    bus.ConfigureUsageTelemetryOptions(static usage => usage.Enabled = false);
    bus.AddConsumer<OrdersConsumer>();
    bus.UsingInMemory(static (context, configurator) =>
    {
        configurator.UseWorkerTracing(context);
        configurator.PrefetchCount = 4;
        configurator.ConfigureEndpoints(context);
    });
});
builder.Services.Configure<MassTransitHostOptions>(static options => options.WaitUntilStarted = true);
builder.Services.AddQuartz(static q => q
    .UseWorkerTracing()
    .AddJob<CollectOrdersJob>(static job => job.WithIdentity(CollectOrdersJob.Key).StoreDurably()));
builder.Services.AddQuartzHostedService(static options => options.WaitForJobsToComplete = true);
builder.Services.AddHealthChecks().AddWorkerTracing();

await using WebApplication app = builder.Build();
app.MapGet("/", static () => Results.Redirect("/worker-tracing"));
app.MapWorkerTracingDashboard();
app.MapHealthChecks("/health");
app.MapExports();
await app.StartAsync();

// One export to begin with, so that there is a trace to see.
using (var browser = new HttpClient { BaseAddress = new Uri(app.Urls.First()) })
    await browser.PostAsJsonAsync("/exports", new ExportRequest("acme", new DateOnly(2026, 1, 1), new DateOnly(2026, 6, 30)));

await app.WaitForShutdownAsync();
