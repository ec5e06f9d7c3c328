// Start here. A message passes through this package in five steps:
//
//   Sending/OriginFilter          the sender's trace goes into the message's headers
//   Consuming/FlushFilter         outermost in the worker: what is not the message's is left, and at the end the jobs are flushed
//   Consuming/JobFilter           one consumer's part in the message is a job: MassTransitJobInfo describes it, MessageTracer begins it
//   Consuming/AttemptFilter       innermost: the consumer's own exception, and the attempts of the consumer's own retry
//   Sending/SendHeaderObserver    the last headers before the transport: the delay, and the attempt of a message that is sent again
//
// Configuration/JobConfigurationObserver puts the filters before every consumer when the bus is built.
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
    /// Gives every message that the bus consumes one trace, which continues (or links to) the sender's, and writes the trace into every
    /// message that the bus sends or publishes.
    /// </summary>
    /// <param name="configurator">
    /// The bus factory's configurator. Scoped filters that are added after this call run inside the job's span.
    /// </param>
    /// <param name="context">The bus registration's context, which has the <see cref="JobTracer"/>.</param>
    /// <remarks>
    /// <para>A second call for the same bus changes nothing. Each bus of a process needs its own call.</para>
    /// <para>
    /// The trace is in the W3C headers <c>traceparent</c>, <c>tracestate</c> and <c>baggage</c>, and in MassTransit's own
    /// <c>MT-Activity-Id</c>.
    /// </para>
    /// <para>
    /// With <see cref="FlushMode.Wait"/> the message is acknowledged after the flush. The wait blocks no thread; the message keeps its
    /// prefetch slot meanwhile.
    /// </para>
    /// </remarks>
    /// <exception cref="ConfigurationException"><c>services.AddWorkerTracing()</c> has not been called.</exception>
    public static void UseWorkerTracing(this IBusFactoryConfigurator configurator, IRegistrationContext context)
    {
        ArgumentNullException.ThrowIfNull(configurator);
        ArgumentNullException.ThrowIfNull(context);
        JobTracer tracer = context.GetService<JobTracer>()
            ?? throw new ConfigurationException(
                "UseWorkerTracing(context) of the bus found no JobTracer in the container. Add: "
                    + "builder.Services.AddWorkerTracing().AddOtlpExporter().");
        Use(configurator, tracer);
    }

    /// <summary>
    /// Gives every message that the bus consumes one trace: for a bus that is made without a container.
    /// </summary>
    /// <param name="configurator">
    /// The bus factory's configurator. Scoped filters that are added after this call run inside the job's span.
    /// </param>
    /// <param name="tracer">Traces the jobs.</param>
    /// <remarks>A second call for the same bus changes nothing.</remarks>
    public static void UseWorkerTracing(this IBusFactoryConfigurator configurator, JobTracer tracer)
    {
        ArgumentNullException.ThrowIfNull(configurator);
        ArgumentNullException.ThrowIfNull(tracer);
        Use(configurator, tracer);
    }

    private static void Use(IBusFactoryConfigurator configurator, JobTracer tracer)
    {
        tracer.ReportAttached("MassTransit");

        // A tracer is enabled or disabled for good. Filters of a disabled one would still cost every message.
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
