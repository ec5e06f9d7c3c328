using System.Diagnostics;
using System.Text;
using RabbitMQ.Client;

namespace WorkerTracing.MassTransit.Tests;

/// <summary>A producer that knows nothing of MassTransit: raw JSON bodies and AMQP headers, straight into a queue.</summary>
internal sealed class PlainProducer : IAsyncDisposable
{
    private readonly IConnection _connection;
    private readonly IChannel _channel;
    private readonly string _queue;

    private PlainProducer(IConnection connection, IChannel channel, string queue)
    {
        _connection = connection;
        _channel = channel;
        _queue = queue;
    }

    public static async Task<PlainProducer> ConnectAsync(Uri address, string queue)
    {
        IConnection connection = await new ConnectionFactory { Uri = address }.CreateConnectionAsync();
        IChannel channel = await connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true));
        await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false);
        return new PlainProducer(connection, channel, queue);
    }

    public static string TraceParent(ActivityTraceId trace, ActivitySpanId span) => $"00-{trace}-{span}-01";

    public async Task PublishAsync(string json, IDictionary<string, object?>? headers = null, Guid? messageId = null)
    {
        var properties = new BasicProperties
        {
            ContentType = "application/json",
            DeliveryMode = DeliveryModes.Persistent,
            Headers = headers,
            MessageId = messageId?.ToString(),
        };
        await _channel.BasicPublishAsync("", _queue, mandatory: true, properties, Encoding.UTF8.GetBytes(json));
    }

    /// <summary>How many messages wait, and how many consumers there are.</summary>
    public async Task<(uint Messages, uint Consumers)> StateAsync()
    {
        QueueDeclareOk state = await _channel.QueueDeclarePassiveAsync(_queue);
        return (state.MessageCount, state.ConsumerCount);
    }

    /// <summary>Takes every message that the broker still holds, and answers their traceparent headers.</summary>
    public async Task<List<string>> DrainAsync()
    {
        List<string> held = [];
        while (await _channel.BasicGetAsync(_queue, autoAck: true) is { } message)
            held.Add(Encoding.UTF8.GetString((byte[])message.BasicProperties.Headers!["traceparent"]!));
        return held;
    }

    public async ValueTask DisposeAsync()
    {
        await _channel.QueueDeleteAsync(_queue);
        await _channel.ExchangeDeleteAsync(_queue);
        await _channel.DisposeAsync();
        await _connection.DisposeAsync();
    }
}
