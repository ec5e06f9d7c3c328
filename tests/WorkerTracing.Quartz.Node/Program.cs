using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Exporter;
using Quartz;
using WorkerTracing;
using WorkerTracing.Quartz.Node;

// One node of ClusterTests or RecoveryTests: <connection string> <scheduler> <OTLP endpoint>, and for the latter
// <directory of the flight recorder> <clustered | single> [ends]. It runs until it is killed, or its standard input is closed.
HostApplicationBuilder builder = Host.CreateApplicationBuilder();
builder.Logging.SetMinimumLevel(LogLevel.Error);
WorkerTracingBuilder tracing = builder.Services.AddWorkerTracing(static options => options.Flush = FlushMode.Wait)
    .AddOtlpExporter(otlp =>
    {
        otlp.Protocol = OtlpExportProtocol.HttpProtobuf;
        otlp.Endpoint = new Uri(args[2]);
    });
if (args.Length > 3)
    tracing.AddFlightRecorder(args[3]);
bool isClustered = !args.Contains("single");
FatalJob.Ends = args.Contains("ends");
builder.Services.AddQuartz(q => SharedScheduler.Configure(q, args[0], args[1], isClustered)
    .UseWorkerTracing()
    .AddTriggerListener(new FlushReport()));
builder.Services.AddQuartzHostedService(static options => options.WaitForJobsToComplete = true);

using IHost host = builder.Build();
await host.StartAsync();
Console.WriteLine("started");
while (await Console.In.ReadLineAsync() is not null)
{
}

await host.StopAsync();
