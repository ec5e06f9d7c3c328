using System.ClientModel;
using AgentWorker;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenAI;
using OpenAI.Chat;
using OpenTelemetry.Metrics;
using WorkerTracing;

// With OPENAI_API_KEY set, chats and traces go to the real service; without, to a stand-in that prints the spans as a tree.
string? key = Environment.GetEnvironmentVariable("OPENAI_API_KEY");
await using StandInService? standIn =
    string.IsNullOrWhiteSpace(key) ? await StandInService.StartAsync(printsJson: args.Contains("--json")) : null;

HostApplicationBuilder builder = Host.CreateApplicationBuilder(args);
builder.Logging.SetMinimumLevel(LogLevel.Warning).AddFilter("WorkerTracing", LogLevel.Information);
Console.WriteLine(
    $"AgentWorker answers two questions with two agents and sends each trace to {(standIn is null ? "OpenAI" : "a stand-in, which prints it")}. "
        + "It ends by itself.");

builder.Configuration["OTEL_SERVICE_NAME"] ??= "agent-worker";
WorkerTracingBuilder tracing = builder.Services
    .AddWorkerTracing(options => options.Flush = FlushMode.Wait)
    .AddGenAISources()
    .AddOpenAIExporter(exporter =>
    {
        if (standIn is null)
            return;
        exporter.ApiKey = StandInService.Key;
        exporter.Endpoint = new Uri(standIn.Address, "v1/traces/ingest");
    });

builder.Services.AddOpenTelemetry().WithMetrics(static metrics => metrics.AddWorkerTracingInstrumentation());
if (builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] is { Length: > 0 })
{
    tracing.AddOtlpExporter();
    builder.Services.ConfigureOpenTelemetryMeterProvider(static metrics => metrics.AddOtlpExporter());
}

ChatClient model = standIn is null
    ? new ChatClient(Environment.GetEnvironmentVariable("OPENAI_MODEL") ?? "gpt-4o-mini", key)
    : new ChatClient(
        StandInService.Model,
        new ApiKeyCredential(StandInService.Key),
        new OpenAIClientOptions { Endpoint = new Uri(standIn.Address, "v1") });
builder.Services.AddSingleton(model.AsIChatClient());
builder.Services.AddSingleton<OrderDesk>();
builder.Services.AddHostedService<QuestionWorker>();

using IHost host = builder.Build();
await host.RunAsync();
