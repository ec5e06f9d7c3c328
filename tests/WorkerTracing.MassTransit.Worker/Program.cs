using MassTransit;
using Microsoft.Extensions.Hosting;
using OpenTelemetry.Exporter;
using WorkerTracing;
using WorkerTracing.MassTransit.Worker;

// A worker for the tests to kill: consumes one queue and sends its spans to one receiver.
string Setting(string name) => Environment.GetEnvironmentVariable(name) ?? throw new InvalidOperationException($"{name} is not set.");

HostApplicationBuilder builder = Host.CreateApplicationBuilder();
WorkerTracingBuilder tracing = builder.Services
    .AddWorkerTracing(options => options.Flush = Enum.Parse<FlushMode>(Setting("WORKER_FLUSH")))
    .AddOtlpExporter(otlp =>
    {
        otlp.Protocol = OtlpExportProtocol.HttpProtobuf;
        otlp.Endpoint = new Uri(Setting("WORKER_OTLP"));
    });
if (Environment.GetEnvironmentVariable("WORKER_RECORDER") is { Length: > 0 } directory)
    tracing.AddFlightRecorder(directory);
builder.Services.AddMassTransit(bus =>
{
    bus.ConfigureUsageTelemetryOptions(usage => usage.Enabled = false);
    bus.AddConsumer<PlainConsumer>();
    bus.UsingRabbitMq((context, rabbit) =>
    {
        rabbit.UseWorkerTracing(context);
        rabbit.Host(new Uri(Setting("WORKER_RABBITMQ")));
        rabbit.ReceiveEndpoint(Setting("WORKER_QUEUE"), endpoint =>
        {
            endpoint.PrefetchCount = int.Parse(Setting("WORKER_PREFETCH"), System.Globalization.CultureInfo.InvariantCulture);
            endpoint.UseRawJsonDeserializer(isDefault: true);
            endpoint.ConfigureConsumeTopology = false;
            endpoint.ConfigureConsumer<PlainConsumer>(context);
        });
    });
});
await builder.Build().RunAsync();
