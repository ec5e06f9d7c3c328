using System.Runtime.CompilerServices;
using MassTransit;
using MassTransit.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace WorkerTracing;

/// <summary>Adds job traces to a MassTransit bus.</summary>
public static class MassTransitWorkerTracingExtensions
{
    private static readonly ConditionalWeakTable<IBusFactoryConfigurator, object> Configured = [];

    /// <summary>
    /// Gives every message that the bus consumes one trace, which continues (or links to) the trace of whoever sent it, and carries the
    /// trace along with every message that the bus sends and publishes.
    /// </summary>
    /// <param name="configurator">The bus factory's configurator. Scoped filters that are added after this call run inside the job's
    /// span.</param>
    /// <param name="context">The bus registration's context: <see cref="JobTracer"/> comes from here.</param>
    /// <remarks>
    /// <para>Calling it a second time for the same bus changes nothing. Each bus of a process needs its own call.</para>
    /// <para>The trace travels in the W3C headers <c>traceparent</c>, <c>tracestate</c> and <c>baggage</c>.</para>
    /// <para>
    /// With <see cref="FlushMode.Wait"/> the delivery of the message waits for the flush, without holding a thread: the acknowledgement
    /// comes after it, and
    /// the message keeps its prefetch slot for as long.
    /// </para>
    /// </remarks>
    /// <exception cref="ConfigurationException"><c>services.AddWorkerTracing()</c> has not been called.</exception>
    public static void UseWorkerTracing(this IBusFactoryConfigurator configurator, IRegistrationContext context)
    {
        ArgumentNullException.ThrowIfNull(configurator);
        ArgumentNullException.ThrowIfNull(context);
        JobTracer tracer = context.GetService<JobTracer>()
            ?? throw new ConfigurationException("UseWorkerTracing needs a JobTracer: call services.AddWorkerTracing() as well.");
        Use(configurator, tracer);
    }

    /// <summary>The same for a bus that is made without a container.</summary>
    /// <param name="configurator">The bus factory's configurator. Scoped filters that are added after this call run inside the job's
    /// span.</param>
    /// <param name="tracer">Traces the jobs.</param>
    public static void UseWorkerTracing(this IBusFactoryConfigurator configurator, JobTracer tracer)
    {
        ArgumentNullException.ThrowIfNull(configurator);
        ArgumentNullException.ThrowIfNull(tracer);
        Use(configurator, tracer);
    }

    private static void Use(IBusFactoryConfigurator configurator, JobTracer tracer)
    {
        // A disabled tracer stays disabled, and an empty pipe is the only one that costs a message nothing.
        if (!tracer.IsEnabled || !Configured.TryAdd(configurator, configurator))
            return;

        var jobs = new MessageTracer(tracer);
        var start = new BusStartContext(jobs.Boundary);
        configurator.ConnectBusObserver(start);

        // Before every other filter of the consume pipe, so outside every retry: its end comes last before the acknowledgement.
        configurator.AddPrePipeSpecification(new FilterPipeSpecification<ConsumeContext>(new FlushFilter(jobs.Boundary, start)));

        var observer = new JobConfigurationObserver(jobs);
        configurator.ConnectConsumerConfigurationObserver(observer);
        configurator.ConnectSagaConfigurationObserver(observer);
        configurator.ConnectHandlerConfigurationObserver(observer);
        configurator.ConnectActivityConfigurationObserver(observer);

        var origins = new OriginFilter(jobs.Boundary);
        configurator.ConfigureSend(send => send.UseFilter(origins));
        configurator.ConfigurePublish(publish => publish.AddPipeSpecification(new FilterPipeSpecification<SendContext>(origins)));

        var headers = new SendHeaderObserver(jobs.Boundary);
        configurator.ConnectSendObserver(headers);
        configurator.ConnectPublishObserver(headers);
    }
}
