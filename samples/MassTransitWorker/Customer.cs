using System.Collections.Concurrent;
using MassTransit;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using WorkerTracing;

namespace MassTransitWorker;

/// <summary>Places one order, waits for its invoice, and ends the program.</summary>
internal sealed class Customer(
    IBus bus,
    JobTracer tracer,
    Deliveries deliveries,
    IHostApplicationLifetime lifetime,
    ILogger<Customer> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        Guid order = NewId.NextGuid();
        Task<string> invoice = deliveries.Expect(order);
        await tracer.RunAsync("place order", (_, token) => bus.Publish(new OrderPlaced(order, "umbrella", 2), token), stoppingToken);
        logger.LogInformation("The invoice is in {Path}", await invoice.WaitAsync(TimeSpan.FromSeconds(30), stoppingToken));
        lifetime.StopApplication();
    }
}

/// <summary>Where the customer waits for invoices.</summary>
internal sealed class Deliveries
{
    private readonly ConcurrentDictionary<Guid, TaskCompletionSource<string>> _expected = new();

    public Task<string> Expect(Guid order) =>
        _expected.GetOrAdd(order, static _ => new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    public void Arrive(Guid order, string path)
    {
        if (_expected.TryRemove(order, out TaskCompletionSource<string>? waiting))
            waiting.TrySetResult(path);
    }
}

internal sealed class DeliveryConsumer(Deliveries deliveries) : IConsumer<InvoiceWritten>
{
    public Task Consume(ConsumeContext<InvoiceWritten> context)
    {
        deliveries.Arrive(context.Message.OrderId, context.Message.Path);
        return Task.CompletedTask;
    }
}
