using System.Diagnostics;
using MassTransit;

namespace WorkerTracing.MassTransit.Tests;

/// <summary>The names and messaging attributes of a job's span.</summary>
public sealed class SpanAttributeTests
{
    [Test]
    public async Task Consume_Message_TheSpanHasTheMessagingAttributes()
    {
        await using TestBus bus = await TestBus.StartAsync(static x => x.AddConsumer<PlacedConsumer>());
        Guid? id = null;
        Guid? conversation = null;
        bus.Scenario.OnConsume = (context, _) =>
        {
            (id, conversation) = (context.MessageId, context.ConversationId);
            return Task.CompletedTask;
        };

        await bus.Bus.Publish(new OrderPlaced("1"));
        Activity job = (await bus.JobsAsync(1))[0];

        Assert.That(Messaging(job), Is.EquivalentTo(new Dictionary<string, object?>
        {
            ["messaging.system"] = "masstransit",
            ["messaging.destination.name"] = "Placed",
            ["messaging.operation.name"] = "process",
            ["messaging.operation.type"] = "process",
            ["messaging.operation"] = "PlacedConsumer OrderPlaced", // what the Aspire dashboard shows
            ["messaging.message.id"] = id.ToString(),
            ["messaging.message.conversation_id"] = conversation.ToString(),
        }));
    }

    [Test]
    public async Task Consume_Batch_TheSpanHasTheNumberOfMessagesAndNoId()
    {
        await using TestBus bus = await TestBus.StartAsync(static x => x.AddConsumer<BatchTests.OrdersConsumer>(
            static c => c.Options<BatchOptions>(static o => o.SetMessageLimit(2).SetTimeLimit(TimeSpan.FromMinutes(5)))));

        await bus.Bus.Publish(new OrderPlaced("1"));
        await bus.Bus.Publish(new OrderPlaced("2"));
        Activity job = (await bus.JobsAsync(1))[0];

        Assert.That(Messaging(job), Is.EquivalentTo(new Dictionary<string, object?>
        {
            ["messaging.system"] = "masstransit",
            ["messaging.destination.name"] = "Orders",
            ["messaging.operation.name"] = "process",
            ["messaging.operation.type"] = "process",
            ["messaging.operation"] = job.DisplayName,
            ["messaging.batch.message_count"] = 2,
        }));
    }

    [Test]
    public async Task Consume_TwoConsumersWhoseTypesDifferInArgumentsAlone_TheNamesDiffer()
    {
        await using TestBus bus = await TestBus.StartAsync(
            static x =>
            {
                x.AddConsumer<Projection<Sums>.Writer>();
                x.AddConsumer<Projection<Counts>.Writer>();
            },
            static (context, cfg) => cfg.ReceiveEndpoint("projections", e =>
            {
                e.ConfigureConsumer<Projection<Sums>.Writer>(context);
                e.ConfigureConsumer<Projection<Counts>.Writer>(context);
            }));

        await bus.Bus.Publish(new OrderPlaced("1"));
        IReadOnlyList<Activity> jobs = await bus.JobsAsync(2);

        Assert.That(
            jobs.Select(static job => job.GetTagItem("workflow.task.name")),
            Is.EquivalentTo(new[]
            {
                "SpanAttributeTests.Projection<SpanAttributeTests.Sums>.Writer OrderPlaced",
                "SpanAttributeTests.Projection<SpanAttributeTests.Counts>.Writer OrderPlaced",
            }));
    }

    private static Dictionary<string, object?> Messaging(Activity job) => job.TagObjects
        .Where(static tag => tag.Key.StartsWith("messaging.", StringComparison.Ordinal))
        .ToDictionary(static tag => tag.Key, static tag => tag.Value);

    public sealed class Sums;

    public sealed class Counts;

    public static class Projection<T>
    {
        public sealed class Writer(Scenario scenario) : IConsumer<OrderPlaced>
        {
            public Task Consume(ConsumeContext<OrderPlaced> context) => scenario.ConsumeAsync(context);
        }
    }
}
