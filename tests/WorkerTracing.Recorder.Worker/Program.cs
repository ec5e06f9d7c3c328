using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Exporter;
using WorkerTracing;
using WorkerTracing.Recorder.Worker;

// A worker for the tests to kill: <directory> <OTLP endpoint> <work | repeat>. It works until it is killed, or its standard input is closed.
HostApplicationBuilder builder = Host.CreateApplicationBuilder();
builder.Logging.SetMinimumLevel(LogLevel.Error);
builder.Services.AddWorkerTracing(static options => options.Flush = FlushMode.Background)
    .AddSource(Work.Source.Name)
    .AddFlightRecorder(args[0])
    .AddOtlpExporter(otlp =>
    {
        otlp.Protocol = OtlpExportProtocol.HttpProtobuf;
        otlp.Endpoint = new Uri(args[1]);
    });

using IHost host = builder.Build();
await host.StartAsync();
JobTracer tracer = host.Services.GetRequiredService<JobTracer>();
if (args[2] == "work")
{
    Work.StartLongJobs(tracer);
    Console.WriteLine("running");
    _ = Task.Run(() => Work.RunShortJobsAsync(tracer));
}

Console.WriteLine("started");
while (await Console.In.ReadLineAsync() is { } line)
{
    if (line == "repeat")
        await Work.RepeatLongJobsAsync(tracer);
}

await host.StopAsync();
