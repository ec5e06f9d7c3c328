using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.CompilerServices;
using MassTransit;
using MassTransit.Courier.Contracts;
using MassTransit.DependencyInjection;

namespace WorkerTracing;

/// <summary>Puts a <see cref="JobFilter{TMessage}"/> before everything that consumes messages, when the bus builds it.</summary>
/// <remarks>
/// The observers, not <c>UseConsumeFilter</c>: they know the consumer's type, and they see handlers and courier activities too. The job
/// service's own
/// consumers and sagas are MassTransit's control messages, not jobs.
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

    /// <summary>The instance types of the user's own machines. That of futures is MassTransit's.</summary>
    private readonly ConcurrentDictionary<Type, bool> _instances = new();

    public void ConsumerConfigured<TConsumer>(IConsumerConfigurator<TConsumer> configurator)
        where TConsumer : class
    {
        // Connected this late, it is asked after the consumer's own middleware: its filters come innermost, inside the consumer's own
        // retry.
        if (IsJob(typeof(TConsumer)))
            configurator.ConnectConsumerConfigurationObserver(new AttemptConfigurationObserver(jobs, this));
    }

    public void ConsumerMessageConfigured<TConsumer, TMessage>(IConsumerMessageConfigurator<TConsumer, TMessage> configurator)
        where TConsumer : class
        where TMessage : class
    {
        if (IsJob(typeof(TConsumer)) && configurator is IConsumerMessageConfigurator<TMessage> messages)
            messages.UseFilter(new JobFilter<TMessage>(jobs, Describe<TMessage>(configurator, typeof(TConsumer))));
    }

    public void SagaConfigured<TSaga>(ISagaConfigurator<TSaga> configurator)
        where TSaga : class, ISaga
    {
        Type? machine = _stateMachines.TryGetValue(configurator, out Type? known) ? known : null;
        if (IsJob(machine ?? typeof(TSaga)))
            configurator.ConnectSagaConfigurationObserver(new AttemptConfigurationObserver(jobs, this, machine));
    }

    /// <summary>Comes ahead of <see cref="SagaConfigured"/>.</summary>
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
        where TMessage : class
    {
        if ((IsJob(typeof(TSaga)) || _instances.ContainsKey(typeof(TSaga))) && configurator is ISagaMessageConfigurator<TMessage> messages)
            messages.UseFilter(new JobFilter<TMessage>(jobs, Describe<TMessage>(configurator, typeof(TSaga))));
    }

    public void HandlerConfigured<TMessage>(IHandlerConfigurator<TMessage> configurator)
        where TMessage : class =>
        configurator.UseFilter(new JobFilter<TMessage>(jobs, JobDescription.OfHandler<TMessage>()));

    public void ActivityConfigured<TActivity, TArguments>(
        IExecuteActivityConfigurator<TActivity, TArguments> configurator,
        Uri compensateAddress)
        where TActivity : class, IExecuteActivity<TArguments>
        where TArguments : class =>
        ExecuteActivityConfigured(configurator);

    public void ExecuteActivityConfigured<TActivity, TArguments>(IExecuteActivityConfigurator<TActivity, TArguments> configurator)
        where TActivity : class, IExecuteActivity<TArguments>
        where TArguments : class
    {
        var description = JobDescription.Of<TArguments>(typeof(TActivity), typeof(IExecuteActivity<TArguments>), hidesFailures: true);
        configurator.RoutingSlip(slip => slip.UseFilter(new JobFilter<RoutingSlip>(jobs, description)));
        configurator.UseFilter(new AttemptFilter<ExecuteActivityContext<TActivity, TArguments>>(jobs, description));
    }

    public void CompensateActivityConfigured<TActivity, TLog>(ICompensateActivityConfigurator<TActivity, TLog> configurator)
        where TActivity : class, ICompensateActivity<TLog>
        where TLog : class
    {
        var description = JobDescription.Of<TLog>(typeof(TActivity), typeof(ICompensateActivity<TLog>), hidesFailures: true);
        configurator.RoutingSlip(slip => slip.UseFilter(new JobFilter<RoutingSlip>(jobs, description)));
        configurator.UseFilter(new AttemptFilter<CompensateActivityContext<TActivity, TLog>>(jobs, description));
    }

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

    public static bool IsJob(Type consumer) => !MassTransitsOwn.Contains(consumer.Assembly) || IsHandler(consumer);

    /// <summary>What <c>AddHandler</c> is given, MassTransit wraps in consumers of its own, all in one namespace.</summary>
    private static bool IsHandler(Type consumer) => consumer.Namespace == typeof(MessageHandlerConsumer<>).Namespace;
}
