using MassTransit;
using Microsoft.Extensions.DependencyInjection;

namespace WorkerTracing.Kills;

/// <summary>Consumers of MassTransit on RabbitMQ. A message whose process was killed is delivered to the next one.</summary>
internal static class MassTransitJobs
{
    private static readonly TimeSpan QueueExpiration = TimeSpan.FromMinutes(10);

    public static void Add(IServiceCollection services, WorkerPlan plan)
    {
        services.AddSingleton<IJobQueue, Queue>().Configure<MassTransitHostOptions>(static host => host.WaitUntilStarted = true);
        services.AddMassTransit(bus =>
        {
            bus.ConfigureUsageTelemetryOptions(static usage => usage.Enabled = false);
            bus.AddConsumer<LongConsumer>();
            bus.AddConsumer<ShortConsumer>();
            bus.UsingRabbitMq((context, rabbit) =>
            {
                rabbit.UseWorkerTracing(context);
                rabbit.Host(new Uri(Servers.RabbitMq));
                AddEndpoint<LongConsumer>(context, rabbit, LongQueue(plan.Name), 2 * Work.LongJobs);
                AddEndpoint<ShortConsumer>(context, rabbit, ShortQueue(plan.Name), Work.ShortJobs);
            });
        });
        services.AddHostedService<JobFeed>(); // behind MassTransit's: it starts when the queues are there
    }

    private static void AddEndpoint<T>(
        IBusRegistrationContext context, IRabbitMqBusFactoryConfigurator rabbit, string queue, int concurrency)
        where T : class, IConsumer => rabbit.ReceiveEndpoint(queue, endpoint =>
        {
            endpoint.PrefetchCount = concurrency;
            endpoint.QueueExpiration = QueueExpiration;
            endpoint.ConfigureConsumeTopology = false;
            endpoint.ConfigureConsumer<T>(context);
        });

    private static string LongQueue(string name) => $"{name}-long";

    private static string ShortQueue(string name) => $"{name}-short";

    public sealed record LongMessage(int Round);

    public sealed record ShortMessage(int Number);

    private sealed class Queue(ISendEndpointProvider endpoints, WorkerPlan plan) : IJobQueue
    {
        private int _number;

        public async Task EnqueueLongAsync(int round)
        {
            ISendEndpoint endpoint = await endpoints.GetSendEndpoint(new Uri($"exchange:{LongQueue(plan.Name)}"));
            await endpoint.Send(new LongMessage(round));
        }

        public async Task EnqueueShortAsync(CancellationToken cancellationToken)
        {
            ISendEndpoint endpoint = await endpoints.GetSendEndpoint(new Uri($"exchange:{ShortQueue(plan.Name)}"));
            await endpoint.Send(new ShortMessage(_number++), cancellationToken);
        }
    }

    private sealed class LongConsumer(Work work) : IConsumer<LongMessage>
    {
        public Task Consume(ConsumeContext<LongMessage> context) =>
            work.RunLongAsync(context.Message.Round, context.CancellationToken);
    }

    /// <summary>Every third message is followed by one in its own trace.</summary>
    private sealed class ShortConsumer(Work work, WorkerPlan plan) : IConsumer<ShortMessage>
    {
        public async Task Consume(ConsumeContext<ShortMessage> context)
        {
            await work.RunShortAsync(context.CancellationToken);
            if (context.Message.Number % 3 == 0)
                await context.Send(new Uri($"exchange:{ShortQueue(plan.Name)}"), new ShortMessage(1));
        }
    }
}
