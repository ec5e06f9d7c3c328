using MassTransit;

namespace WorkerTracing.MassTransit.Tests;

/// <summary>
/// Changes the headers of the orders that a bus sends or publishes. Connected after <c>UseWorkerTracing</c>, it sees them right before the
/// transport does.
/// </summary>
internal sealed class HeaderObserver(Action<SendContext> change) : ISendObserver, IPublishObserver
{
    /// <summary>
    /// Makes the orders look as if a producer without MassTransit had sent them: the W3C header and no header of MassTransit's own tracing.
    /// </summary>
    public static HeaderObserver PlainSender(string? traceParent) => new(context =>
    {
        context.Headers.Set("MT-Activity-Id", null);
        context.Headers.Set("traceparent", traceParent);
    });

    public void ConnectTo(IBusFactoryConfigurator configurator)
    {
        configurator.ConnectSendObserver(this);
        configurator.ConnectPublishObserver(this);
    }

    public Task PreSend<T>(SendContext<T> context)
        where T : class
    {
        if (context is SendContext<OrderPlaced>)
            change(context);
        return Task.CompletedTask;
    }

    public Task PrePublish<T>(PublishContext<T> context)
        where T : class => PreSend(context);

    public Task PostSend<T>(SendContext<T> context)
        where T : class => Task.CompletedTask;

    public Task PostPublish<T>(PublishContext<T> context)
        where T : class => Task.CompletedTask;

    public Task SendFault<T>(SendContext<T> context, Exception exception)
        where T : class => Task.CompletedTask;

    public Task PublishFault<T>(PublishContext<T> context, Exception exception)
        where T : class => Task.CompletedTask;
}
