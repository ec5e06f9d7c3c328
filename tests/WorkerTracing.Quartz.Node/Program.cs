using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Exporter;
using Quartz;
using WorkerTracing;
using WorkerTracing.Quartz.Node;

// One node of the cluster in ClusterTests: <connection string> <scheduler> <OTLP endpoint>. It runs until it is killed, or its standard
// input is closed.
HostApplicationBuilder builder = Host.CreateApplicationBuilder();
builder.Logging.SetMinimumLevel(LogLevel.Error);
builder.Services.AddWorkerTracing(static options => options.Flush = FlushMode.Wait)
    .AddOtlpExporter(otlp =>
    {
        otlp.Protocol = OtlpExportProtocol.HttpProtobuf;
        otlp.Endpoint = new Uri(args[2]);
    });
builder.Services.AddQuartz(q => SharedScheduler.Configure(q, args[0], args[1]).UseWorkerTracing().AddTriggerListener(new FlushReport()));
builder.Services.AddQuartzHostedService(static options => options.WaitForJobsToComplete = true);

using IHost host = builder.Build();
await host.StartAsync();
Console.WriteLine("started");
while (await Console.In.ReadLineAsync() is not null)
{
}

await host.StopAsync();
