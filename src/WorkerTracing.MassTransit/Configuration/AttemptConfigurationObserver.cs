using MassTransit;

namespace WorkerTracing;

/// <summary>Puts an <see cref="AttemptFilter{TContext}"/> right before a consumer or saga, inside its own middleware.</summary>
/// <param name="jobs">Traces the jobs.</param>
/// <param name="around">Puts the job's own filter around it.</param>
/// <param name="machine">The state machine of the saga, where it has one.</param>
internal sealed class AttemptConfigurationObserver(MessageTracer jobs, JobConfigurationObserver around, Type? machine = null) :
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
        if (machine is not null)
            description.DeclareBy<TMessage>(machine);
        configurator.UseFilter(new AttemptFilter<SagaConsumeContext<TSaga, TMessage>>(jobs, description));
    }
}
