// Three kinds of Hangfire job, each in one trace: a report that needs three tries and has a continuation, a reminder that is
// scheduled, and a cleanup that recurs. The traces are printed as trees; the dashboard is at http://localhost:5080/hangfire.
//
//   dotnet run                                             storage in memory
//   ConnectionStrings__Hangfire="Host=…" dotnet run        storage in PostgreSQL
//   OTEL_EXPORTER_OTLP_ENDPOINT=http://… dotnet run        traces to a collector as well
//   Hangfire__TraceUrl="https://…/{traceId}" dotnet run    the dashboard links to the traces
using Hangfire;
using Hangfire.PostgreSql;
using HangfireWorker;
using WorkerTracing;

WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
builder.WebHost.UseUrls(builder.Configuration["urls"] ?? "http://localhost:5080");

WorkerTracingBuilder tracing = builder.Services.AddWorkerTracing().AddSource(Jobs.Source.Name).AddConsoleExporter();
if (builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] is not null)
    tracing.AddOtlpExporter();

builder.Services.AddHangfire((services, hangfire) =>
{
    if (builder.Configuration.GetConnectionString("Hangfire") is { } database)
        hangfire.UsePostgreSqlStorage(postgres => postgres.UseNpgsqlConnection(database));
    else
        hangfire.UseInMemoryStorage();

    hangfire.UseWorkerTracing(services).UseWorkerTracingJobDetails(builder.Configuration["Hangfire:TraceUrl"]);
});
builder.Services.AddHangfireServer(static server => server.SchedulePollingInterval = TimeSpan.FromSeconds(1));

WebApplication app = builder.Build();
app.UseHangfireDashboard();
app.MapGet("/", static () => Results.Redirect("/hangfire"));
app.MapGet("/report", static (IBackgroundJobClient jobs) => Jobs.EnqueueReport(jobs));
await app.StartAsync();

IBackgroundJobClient client = app.Services.GetRequiredService<IBackgroundJobClient>();
Jobs.EnqueueReport(client);
client.Schedule<Jobs>(jobs => jobs.RemindAsync("Ada", CancellationToken.None), TimeSpan.FromSeconds(5));
app.Services.GetRequiredService<IRecurringJobManager>().AddOrUpdate<Jobs>("cleanup", jobs => jobs.Cleanup(), "*/20 * * * * *");

await app.WaitForShutdownAsync();
