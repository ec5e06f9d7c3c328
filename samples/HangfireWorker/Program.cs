// Three kinds of Hangfire job, each in one trace: a report that needs three tries and has a continuation, a reminder that is
// scheduled, and a cleanup that recurs. The traces are printed as trees. http://localhost:5080 shows the jobs with their traces,
// and http://localhost:5080/hangfire is Hangfire's own dashboard.
//
//   dotnet run                                             storage in memory
//   ConnectionStrings__Hangfire="Host=…" dotnet run        storage in PostgreSQL
//   OTEL_EXPORTER_OTLP_ENDPOINT=http://… dotnet run        traces to a collector as well
//   Hangfire__TraceUrl="https://…/{traceId}" dotnet run    Hangfire's dashboard links to the traces in another viewer
using Hangfire;
using Hangfire.PostgreSql;
using HangfireWorker;
using WorkerTracing;

WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
builder.WebHost.UseUrls(builder.Configuration["urls"] ?? "http://localhost:5080");

WorkerTracingBuilder tracing = builder.Services.AddWorkerTracing().AddSource(Jobs.Source.Name).AddConsoleExporter().AddDashboard();
if (builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] is not null)
    tracing.AddOtlpExporter();

builder.Services.AddHangfire((services, hangfire) =>
{
    if (builder.Configuration.GetConnectionString("Hangfire") is { } database)
        hangfire.UsePostgreSqlStorage(postgres => postgres.UseNpgsqlConnection(database));
    else
        hangfire.UseInMemoryStorage();

    hangfire.UseWorkerTracing(services).UseWorkerTracingJobDetails(
        builder.Configuration["Hangfire:TraceUrl"] ?? "http://localhost:5080/worker-tracing/traces/{traceId}");
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
