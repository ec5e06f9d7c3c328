using MassTransit;
using MassTransitWorker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry.Metrics;
using WorkerTracing;

HostApplicationBuilder builder = Host.CreateApplicationBuilder(args);

Console.WriteLine(
    "MassTransitWorker sends one order through four consumers and prints its trace. The stock fails its first attempt on purpose: "
        + "MassTransit logs the exception and retries. It ends by itself when the invoice has arrived.");
builder.Configuration["OTEL_SERVICE_NAME"] ??= "masstransit-worker";
WorkerTracingBuilder tracing = builder.Services.AddWorkerTracing().AddConsoleExporter();
builder.Services.AddOpenTelemetry().WithMetrics(static metrics => metrics.AddWorkerTracingInstrumentation());
if (builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] is { Length: > 0 })
{
    tracing.AddOtlpExporter();
    builder.Services.ConfigureOpenTelemetryMeterProvider(static metrics => metrics.AddOtlpExporter());
}

builder.Services.AddSingleton<Deliveries>();
builder.Services.AddMassTransit(bus =>
{
    // MassTransit 8.4 reports its usage to its makers; this sample does not.
    bus.ConfigureUsageTelemetryOptions(usage => usage.Enabled = false);
    bus.AddConsumer<OrderConsumer>();
    bus.AddConsumer<StockConsumer>();
    bus.AddConsumer<InvoiceConsumer>();
    bus.AddConsumer<DeliveryConsumer>();
    bus.AddRequestClient<ReserveStock>();

    // One setting chooses the broker: --RabbitMq amqp://guest:guest@localhost:5672/
    if (builder.Configuration["RabbitMq"] is { Length: > 0 } address)
    {
        bus.UsingRabbitMq((context, configurator) =>
        {
            configurator.Host(new Uri(address));
            Configure(context, configurator);
        });
    }
    else
    {
        bus.UsingInMemory(Configure);
    }
});

// The customer orders when the queues are there.
builder.Services.Configure<MassTransitHostOptions>(options => options.WaitUntilStarted = true);
builder.Services.AddHostedService<Customer>();
await builder.Build().RunAsync();

static void Configure<TEndpoint>(IBusRegistrationContext context, IBusFactoryConfigurator<TEndpoint> configurator)
    where TEndpoint : IReceiveEndpointConfigurator
{
    configurator.UseWorkerTracing(context);
    configurator.UseMessageRetry(retry => retry.Immediate(2));
    configurator.ConfigureEndpoints(context);
}
