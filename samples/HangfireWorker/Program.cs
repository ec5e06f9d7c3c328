// Three kinds of Hangfire job, each in one trace: a report that needs three tries and has a continuation, a reminder that is
// scheduled, and a cleanup that recurs. The traces are printed as trees. http://127.0.0.1:5081 shows the jobs with their traces,
// and http://127.0.0.1:5081/hangfire is Hangfire's own dashboard.
//
//   dotnet run                                             storage in memory
//   ConnectionStrings__Hangfire="Host=…" dotnet run        storage in PostgreSQL
//   OTEL_EXPORTER_OTLP_ENDPOINT=http://… dotnet run        traces and metrics to a collector as well
//   Hangfire__TraceUrl="https://…/{traceId}" dotnet run    Hangfire's dashboard links to the traces in another viewer
using Hangfire;
using Hangfire.PostgreSql;
using HangfireWorker;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using WorkerTracing;

WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
string url = builder.Configuration["urls"] ?? "http://127.0.0.1:5081";
SamplePort.EnsureFree(url);
Console.WriteLine(
    $"HangfireWorker runs a report that fails twice on purpose (Hangfire logs the exception and retries), a reminder and a cleanup, and "
        + $"prints their traces. The jobs page: {url}. Hangfire's own: {url}/hangfire. Ctrl+C ends it.");
builder.WebHost.UseUrls(url);
builder.Configuration["OTEL_SERVICE_NAME"] ??= "hangfire-worker";

WorkerTracingBuilder tracing = builder.Services.AddWorkerTracing().AddSource(Jobs.Source.Name).AddConsoleExporter().AddDashboard();
builder.Services.AddOpenTelemetry()
    .WithTracing(static tracing => tracing.AddAspNetCoreInstrumentation(
        static aspNetCore => aspNetCore.Filter = static http => !http.Request.Path.StartsWithSegments("/hangfire"))) // its page polls
    .WithMetrics(static metrics => metrics.AddWorkerTracingInstrumentation());
if (builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] is { Length: > 0 })
{
    tracing.AddOtlpExporter();
    builder.Services.ConfigureOpenTelemetryMeterProvider(static metrics => metrics.AddOtlpExporter());
}

builder.Services.AddHangfire((services, hangfire) =>
{
    if (builder.Configuration.GetConnectionString("Hangfire") is { } database)
        hangfire.UsePostgreSqlStorage(postgres => postgres.UseNpgsqlConnection(database));
    else
        hangfire.UseInMemoryStorage();

    hangfire.UseWorkerTracing(services).UseWorkerTracingJobDetails(
        builder.Configuration["Hangfire:TraceUrl"] ?? "/worker-tracing/traces/{traceId}");
});
builder.Services.AddHangfireServer(static server => server.SchedulePollingInterval = TimeSpan.FromSeconds(1));

WebApplication app = builder.Build();
app.UseHangfireDashboard();
app.MapWorkerTracingDashboard();
app.MapGet("/", static () => Results.Redirect("/worker-tracing"));
app.MapGet("/report", static (IBackgroundJobClient jobs) => Jobs.EnqueueReport(jobs));
await app.StartAsync();

IBackgroundJobClient client = app.Services.GetRequiredService<IBackgroundJobClient>();
Jobs.EnqueueReport(client);
client.Schedule<Jobs>(jobs => jobs.RemindAsync("Ada", CancellationToken.None), TimeSpan.FromSeconds(5));
app.Services.GetRequiredService<IRecurringJobManager>().AddOrUpdate<Jobs>("cleanup", jobs => jobs.Cleanup(), "*/20 * * * * *");

await app.WaitForShutdownAsync();
