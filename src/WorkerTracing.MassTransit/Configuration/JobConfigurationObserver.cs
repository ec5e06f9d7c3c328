using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.CompilerServices;
using MassTransit;
using MassTransit.Courier.Contracts;
using MassTransit.DependencyInjection;

namespace WorkerTracing;

/// <summary>Puts a <see cref="JobFilter{TMessage}"/> before everything that consumes messages, when the bus is built.</summary>
/// <remarks>
/// Observers have the consumer's type, and see handlers and courier activities too; <c>UseConsumeFilter</c> does not. The consumers and
/// sagas of MassTransit's job service handle control messages, which are not jobs. A failure in here leaves a consumer untraced; the bus
/// is built.
/// </remarks>
internal sealed class JobConfigurationObserver(MessageTracer jobs) :
    IConsumerConfigurationObserver,
    ISagaConfigurationObserver,
    IHandlerConfigurationObserver,
    IActivityConfigurationObserver
{
    private static readonly Assembly[] MassTransitsOwn = [typeof(Bus).Assembly, typeof(IBus).Assembly];

    /// <summary>
    /// By the configurator of the consumer's (or saga's) message, so that the filters around and inside its own middleware share one.
    /// </summary>
    private readonly ConditionalWeakTable<object, JobDescription> _descriptions = [];

    /// <summary>By the saga's configurator: several machines can share one instance type, as futures do.</summary>
    private readonly ConditionalWeakTable<object, Type> _stateMachines = [];

    /// <summary>The instance types of the application's own machines. The instance type of futures is MassTransit's.</summary>
    private readonly ConcurrentDictionary<Type, bool> _instances = new();

    public void ConsumerConfigured<TConsumer>(IConsumerConfigurator<TConsumer> configurator)
        where TConsumer : class =>
        jobs.Boundary.Run((jobs, self: this, configurator), static it =>
        {
            // An observer that is connected here runs after the consumer's own middleware is configured, so its filter is innermost.
            if (IsJob(typeof(TConsumer)))
                it.configurator.ConnectConsumerConfigurationObserver(new AttemptConfigurationObserver(it.jobs, it.self));
        });

    public void ConsumerMessageConfigured<TConsumer, TMessage>(IConsumerMessageConfigurator<TConsumer, TMessage> configurator)
        where TConsumer : class
        where TMessage : class =>
        jobs.Boundary.Run((jobs, self: this, configurator), static it =>
        {
            if (IsJob(typeof(TConsumer)) && it.configurator is IConsumerMessageConfigurator<TMessage> messages)
                messages.UseFilter(new JobFilter<TMessage>(it.jobs, it.self.Describe<TMessage>(it.configurator, typeof(TConsumer))));
        });

    public void SagaConfigured<TSaga>(ISagaConfigurator<TSaga> configurator)
        where TSaga : class, ISaga =>
        jobs.Boundary.Run((jobs, self: this, configurator), static it =>
        {
            Type? machine = it.self._stateMachines.TryGetValue(it.configurator, out Type? known) ? known : null;
            if (IsJob(machine ?? typeof(TSaga)))
                it.configurator.ConnectSagaConfigurationObserver(new AttemptConfigurationObserver(it.jobs, it.self, machine));
        });

    /// <summary>Runs before <see cref="SagaConfigured"/>.</summary>
    public void StateMachineSagaConfigured<TInstance>(ISagaConfigurator<TInstance> configurator, SagaStateMachine<TInstance> stateMachine)
        where TInstance : class, ISaga, SagaStateMachineInstance
    {
        Type machine = stateMachine.GetType();
        _stateMachines.AddOrUpdate(configurator, machine);
        if (IsJob(machine))
            _instances[typeof(TInstance)] = true;
    }

    public void SagaMessageConfigured<TSaga, TMessage>(ISagaMessageConfigurator<TSaga, TMessage> configurator)
        where TSaga : class, ISaga
        where TMessage : class =>
        jobs.Boundary.Run((jobs, self: this, configurator), static it =>
        {
            if ((IsJob(typeof(TSaga)) || it.self._instances.ContainsKey(typeof(TSaga)))
                && it.configurator is ISagaMessageConfigurator<TMessage> messages)
                messages.UseFilter(new JobFilter<TMessage>(it.jobs, it.self.Describe<TMessage>(it.configurator, typeof(TSaga))));
        });

    public void HandlerConfigured<TMessage>(IHandlerConfigurator<TMessage> configurator)
        where TMessage : class =>
        jobs.Boundary.Run(
            (jobs, configurator),
            static it => it.configurator.UseFilter(new JobFilter<TMessage>(it.jobs, JobDescription.OfHandler<TMessage>())));

    public void ActivityConfigured<TActivity, TArguments>(
        IExecuteActivityConfigurator<TActivity, TArguments> configurator,
        Uri compensateAddress)
        where TActivity : class, IExecuteActivity<TArguments>
        where TArguments : class =>
        ExecuteActivityConfigured(configurator);

    public void ExecuteActivityConfigured<TActivity, TArguments>(IExecuteActivityConfigurator<TActivity, TArguments> configurator)
        where TActivity : class, IExecuteActivity<TArguments>
        where TArguments : class =>
        jobs.Boundary.Run((jobs, configurator), static it =>
        {
            var description = JobDescription.Of<TArguments>(typeof(TActivity), typeof(IExecuteActivity<TArguments>), hidesFailures: true);
            it.configurator.RoutingSlip(slip => slip.UseFilter(new JobFilter<RoutingSlip>(it.jobs, description)));
            it.configurator.UseFilter(new AttemptFilter<ExecuteActivityContext<TActivity, TArguments>>(it.jobs, description));
        });

    public void CompensateActivityConfigured<TActivity, TLog>(ICompensateActivityConfigurator<TActivity, TLog> configurator)
        where TActivity : class, ICompensateActivity<TLog>
        where TLog : class =>
        jobs.Boundary.Run((jobs, configurator), static it =>
        {
            var description = JobDescription.Of<TLog>(typeof(TActivity), typeof(ICompensateActivity<TLog>), hidesFailures: true);
            it.configurator.RoutingSlip(slip => slip.UseFilter(new JobFilter<RoutingSlip>(it.jobs, description)));
            it.configurator.UseFilter(new AttemptFilter<CompensateActivityContext<TActivity, TLog>>(it.jobs, description));
        });

    /// <summary>Gets the description of a consumer, which the filters around and inside its middleware share.</summary>
    public JobDescription Describe<TMessage>(object configurator, Type consumer)
        where TMessage : class
    {
        Type contract = typeof(IJobConsumer<TMessage>).IsAssignableFrom(consumer)
            ? typeof(IJobConsumer<TMessage>)
            : typeof(IConsumer<TMessage>);
        return _descriptions.GetValue(
            configurator,
            _ => IsHandler(consumer) ? JobDescription.OfHandler<TMessage>() : JobDescription.Of<TMessage>(consumer, contract));
    }

    /// <summary>Returns true for a consumer or saga of the application, false for one of MassTransit's job service.</summary>
    public static bool IsJob(Type consumer) => !MassTransitsOwn.Contains(consumer.Assembly) || IsHandler(consumer);

    /// <summary>Returns true for the consumers that MassTransit makes of the handlers of <c>AddHandler</c>, all in one namespace.</summary>
    private static bool IsHandler(Type consumer) => consumer.Namespace == typeof(MessageHandlerConsumer<>).Namespace;
}
