using MassTransit;

namespace WorkerTracing;

/// <summary>Puts an <see cref="AttemptFilter{TContext}"/> right before a consumer or saga, inside its own middleware.</summary>
/// <param name="jobs">Traces the jobs.</param>
/// <param name="around">Puts the job's own filter around the middleware.</param>
/// <param name="machine">The state machine of the saga, or null.</param>
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
        where TMessage : class =>
        jobs.Boundary.Run((jobs, around, configurator), static it =>
        {
            // A job consumer's specification also announces MassTransit's own consumers of its control messages.
            if (!JobConfigurationObserver.IsJob(typeof(TConsumer)))
                return;
            JobDescription description = it.around.Describe<TMessage>(it.configurator, typeof(TConsumer));
            it.configurator.UseFilter(new AttemptFilter<ConsumerConsumeContext<TConsumer, TMessage>>(it.jobs, description));
        });

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
        where TMessage : class =>
        jobs.Boundary.Run((jobs, around, machine, configurator), static it =>
        {
            JobDescription description = it.around.Describe<TMessage>(it.configurator, typeof(TSaga));
            if (it.machine is not null)
                description.DeclareBy<TMessage>(it.machine);
            it.configurator.UseFilter(new AttemptFilter<SagaConsumeContext<TSaga, TMessage>>(it.jobs, description));
        });
}
