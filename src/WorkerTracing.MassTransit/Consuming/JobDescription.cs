using System.Reflection;
using MassTransit;
using MassTransit.RetryPolicies;

namespace WorkerTracing;

/// <summary>One consumer of one message type on one endpoint: the facts that all of its jobs share.</summary>
internal sealed class JobDescription
{
    private readonly Func<ConsumeContext, RetryConsumeContext?> _redeliveryOf;

    private JobDescription(string name, MemberInfo? member, bool hidesFailures, Func<ConsumeContext, RetryConsumeContext?> redeliveryOf)
    {
        Name = name;
        Member = member;
        HidesFailures = hidesFailures;
        _redeliveryOf = redeliveryOf;
    }

    /// <summary>The name of the jobs: consumer and message type.</summary>
    public string Name { get; private set; }

    /// <summary>
    /// The consumer's type, or its method where that has <see cref="FlushTraceAttribute"/>. Null for a handler, which has no type of its
    /// own.
    /// </summary>
    public MemberInfo? Member { get; private set; }

    /// <summary>True if MassTransit handles a failure inside the job's span, so that no exception leaves it.</summary>
    public bool HidesFailures { get; }

    /// <param name="consumer">Its type.</param>
    /// <param name="contract">The interface that takes <typeparamref name="TMessage"/>.</param>
    /// <param name="hidesFailures">Whether MassTransit handles a failure inside the job's span.</param>
    public static JobDescription Of<TMessage>(Type consumer, Type contract, bool hidesFailures = false)
        where TMessage : class =>
        new(
            NameOf<TMessage>(consumer),
            (MemberInfo?)MarkedMethodOf(consumer, contract) ?? consumer,
            hidesFailures,
            RedeliveryOf<TMessage>);

    public static JobDescription OfHandler<TMessage>()
        where TMessage : class =>
        new($"Handler {TypeName.Of(typeof(TMessage))}", null, hidesFailures: false, RedeliveryOf<TMessage>);

    /// <summary>Names a saga's job after its state machine, which is known only after the job's filter has its place.</summary>
    public void DeclareBy<TMessage>(Type machine) => (Name, Member) = (NameOf<TMessage>(machine), machine);

    /// <summary>Gets the context of the redelivery that is configured around the consumer, or null.</summary>
    public RetryConsumeContext? RedeliveryOf(ConsumeContext context) => _redeliveryOf(context);

    private static RedeliveryRetryConsumeContext<TMessage>? RedeliveryOf<TMessage>(ConsumeContext context)
        where TMessage : class =>
        context.TryGetPayload(out RedeliveryRetryConsumeContext<TMessage>? redelivery) ? redelivery : null;

    private static MethodInfo? MarkedMethodOf(Type consumer, Type contract) =>
        !consumer.IsInterface && consumer.GetInterfaces().Contains(contract)
            ? Array.Find(consumer.GetInterfaceMap(contract).TargetMethods, static method => method.IsDefined(typeof(FlushTraceAttribute)))
            : null;

    private static string NameOf<TMessage>(Type consumer) => $"{TypeName.Of(consumer)} {TypeName.Of(typeof(TMessage))}";
}
