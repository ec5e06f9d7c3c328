using System.Reflection;

namespace WorkerTracing;

/// <summary>One consumer of one message type on one endpoint: what its jobs have in common.</summary>
/// <param name="name">The jobs' name: consumer and message type.</param>
/// <param name="member">The consumer's type, or its method where that asks for a flush; null for a handler, which has no type of its
/// own.</param>
/// <param name="hidesFailures">Whether MassTransit answers for a failure inside the job's span, so that no exception leaves it.</param>
internal sealed class JobDescription(string name, MemberInfo? member, bool hidesFailures = false)
{
    public string Name { get; private set; } = name;

    public MemberInfo? Member { get; private set; } = member;

    public bool HidesFailures { get; } = hidesFailures;

    /// <param name="consumer">Its type.</param>
    /// <param name="contract">The interface through which it is given <typeparamref name="TMessage"/>.</param>
    /// <param name="hidesFailures">Whether MassTransit answers for a failure inside the job's span.</param>
    public static JobDescription Of<TMessage>(Type consumer, Type contract, bool hidesFailures = false) =>
        new(NameOf<TMessage>(consumer), (MemberInfo?)MarkedMethodOf(consumer, contract) ?? consumer, hidesFailures);

    /// <summary>
    /// Names a saga's job after its state machine. Which that is, the message alone does not tell, and the job's filter has its place by
    /// then.
    /// </summary>
    public void DeclareBy<TMessage>(Type machine) => (Name, Member) = (NameOf<TMessage>(machine), machine);

    public static JobDescription OfHandler<TMessage>() => new($"Handler {NameOf(typeof(TMessage))}", null);

    private static MethodInfo? MarkedMethodOf(Type consumer, Type contract) =>
        !consumer.IsInterface && consumer.GetInterfaces().Contains(contract)
            ? Array.Find(consumer.GetInterfaceMap(contract).TargetMethods, static method => method.IsDefined(typeof(FlushTraceAttribute)))
            : null;

    private static string NameOf<TMessage>(Type consumer) => $"{NameOf(consumer)} {NameOf(typeof(TMessage))}";

    private static string NameOf(Type type)
    {
        if (!type.IsGenericType)
            return type.Name;
        string name = type.Name;
        int arity = name.IndexOf('`', StringComparison.Ordinal);
        return $"{(arity < 0 ? name : name[..arity])}<{string.Join(", ", type.GetGenericArguments().Select(NameOf))}>";
    }
}
