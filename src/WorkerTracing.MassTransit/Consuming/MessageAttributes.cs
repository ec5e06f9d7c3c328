using System.Diagnostics;
using MassTransit;

namespace WorkerTracing;

/// <summary>Writes the messaging attributes of a job's span, whatever the trigger of the job is.</summary>
/// <remarks>Names follow OpenTelemetry's semantic conventions for messaging spans.</remarks>
internal static class MessageAttributes
{
    private const string ConversationId = "messaging.message.conversation_id";

    /// <summary>
    /// The deprecated name of the operation. The Aspire dashboard shows a message's span as <c>MSG</c>, system, this value and destination,
    /// in the place of the span's name. Nothing would tell consumers of one queue apart without it.
    /// </summary>
    private const string Operation = "messaging.operation";

    private const string BatchCount = "messaging.batch.message_count";

    public static void Set<TMessage>(Activity span, ConsumeContext<TMessage> context)
        where TMessage : class
    {
        span.SetTag(SpanAttributes.MessagingSystem, SystemOf(context));
        span.SetTag(SpanAttributes.OperationType, SpanAttributes.Process);
        span.SetTag(SpanAttributes.OperationName, SpanAttributes.Process);
        span.SetTag(Operation, span.DisplayName);
        if (context.Message is IEnumerable<ConsumeContext> batch)
        {
            span.SetTag(BatchCount, batch.Count());
            span.SetTag(SpanAttributes.MessageId, null); // a batch has no id of its own
            return;
        }

        span.SetTag(SpanAttributes.MessageId, context.MessageId?.ToString());
        span.SetTag(ConversationId, context.ConversationId?.ToString());
    }

    /// <summary>Gets the conventions' name of the transport; MassTransit's own where they have none.</summary>
    private static string SystemOf(ConsumeContext context) => context.ReceiveContext.InputAddress?.Scheme switch
    {
        "rabbitmq" or "rabbitmqs" or "amqp" or "amqps" => "rabbitmq",
        "sb" => "servicebus",
        "amazonsqs" => "aws_sqs",
        "activemq" => "activemq",
        _ => MassTransitJobInfo.System,
    };
}
