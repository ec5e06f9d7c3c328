using MassTransit;

namespace WorkerTracing;

/// <summary>Puts an <see cref="AttemptFilter{TContext}"/> right before a consumer or saga, inside its own middleware.</summary>
internal sealed class AttemptConfigurationObserver(MessageTracer jobs, JobConfigurationObserver around) :
    IConsumerConfigurationObserver,
    ISagaConfigurationObserver
{
    public void ConsumerConfigured<TConsumer>(IConsumerConfigurator<TConsumer> configurator)
        where TConsumer : class
    {
    }

    public void ConsumerMessageConfigured<TConsumer, TMessage>(IConsumerMessageConfigurator<TConsumer, TMessage> configurator)
        where TConsumer : class
        where TMessage : class
    {
        // A job consumer's specification also announces MassTransit's own consumers of its control messages.
        if (JobConfigurationObserver.IsJob(typeof(TConsumer)))
        {
            JobDescription description = around.Describe<TMessage>(configurator, typeof(TConsumer));
            configurator.UseFilter(new AttemptFilter<ConsumerConsumeContext<TConsumer, TMessage>>(jobs, description));
        }
    }

    public void SagaConfigured<TSaga>(ISagaConfigurator<TSaga> configurator)
        where TSaga : class, ISaga
    {
    }

    public void StateMachineSagaConfigured<TInstance>(ISagaConfigurator<TInstance> configurator, SagaStateMachine<TInstance> stateMachine)
        where TInstance : class, ISaga, SagaStateMachineInstance
    {
    }

    public void SagaMessageConfigured<TSaga, TMessage>(ISagaMessageConfigurator<TSaga, TMessage> configurator)
        where TSaga : class, ISaga
        where TMessage : class
    {
        JobDescription description = around.Describe<TMessage>(configurator, typeof(TSaga));
        configurator.UseFilter(new AttemptFilter<SagaConsumeContext<TSaga, TMessage>>(jobs, description));
    }
}
