using System.ClientModel;
using AgentWorker;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenAI;
using OpenAI.Chat;
using WorkerTracing;

// With OPENAI_API_KEY set, chats and traces go to the real service; without, to a stand-in that prints the spans as a tree.
string? key = Environment.GetEnvironmentVariable("OPENAI_API_KEY");
await using StandInService? standIn =
    string.IsNullOrWhiteSpace(key) ? await StandInService.StartAsync(printsJson: args.Contains("--json")) : null;

HostApplicationBuilder builder = Host.CreateApplicationBuilder(args);
builder.Logging.SetMinimumLevel(LogLevel.Warning);

builder.Services
    .AddWorkerTracing(tracing => tracing.Flush = FlushMode.Wait)
    .AddGenAISources()
    .AddOpenAIExporter(exporter =>
    {
        if (standIn is null)
            return;
        exporter.ApiKey = StandInService.Key;
        exporter.Endpoint = new Uri(standIn.Address, "v1/traces/ingest");
    });

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
