using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;

namespace WorkerTracing;

/// <summary>Chooses the flush mode of a job: by <see cref="JobInfo.Flush"/>, else selector, attribute and option.</summary>
internal sealed class FlushModeSelector(WorkerTracingOptions options, Callbacks callbacks)
{
    private static readonly ConcurrentDictionary<MemberInfo, FlushMode?> Attributes = new();

    public FlushMode Select(JobInfo job) =>
        job.Flush
        ?? callbacks.Ask(nameof(options.FlushSelector), options.FlushSelector, job, null)
        ?? (job.Member is null ? null : callbacks.Ask(nameof(FlushTraceAttribute), ByMember, job.Member, null))
        ?? options.Flush;

    /// <summary>Reads the attributes of a member once. Reading them runs the constructors of all its attributes.</summary>
    private static FlushMode? ByMember(MemberInfo member) => Attributes.GetOrAdd(member, static member => FromAttribute(member));

    private static FlushMode? FromAttribute(MemberInfo member)
    {
        Type? type = member as Type ?? member.ReflectedType;
        FlushMode? mode = OnMember(member);
        if (mode is null && type is not null)
            mode = OnMember(type);
        if (mode is null && type is not null)
            mode = OnInterfaces(type, member as MethodInfo);
        return mode;
    }

    [UnconditionalSuppressMessage(
        "Trimming",
        "IL2070",
        Justification = "An interface that was trimmed away carries no attribute.")]
    private static FlushMode? OnInterfaces(Type type, MethodInfo? method)
    {
        Type[] interfaces = type.GetInterfaces();
        if (method is not null && !type.IsInterface && interfaces.Select(contract => OnContract(type, contract, method))
            .FirstOrDefault(static mode => mode is not null) is { } onMethod)
            return onMethod;
        return interfaces.Select(OnMember).FirstOrDefault(static mode => mode is not null);
    }

    [UnconditionalSuppressMessage("Trimming", "IL2067", Justification = "As for the interfaces themselves.")]
    [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = "As for the interfaces themselves.")]
    private static FlushMode? OnContract(Type type, Type contract, MethodInfo method)
    {
        InterfaceMapping map = type.GetInterfaceMap(contract);
        if (method.IsGenericMethod)
            method = method.GetGenericMethodDefinition(); // the map has no closed methods
        int index = Array.FindIndex(map.TargetMethods, target => target.MethodHandle == method.MethodHandle);
        return index < 0 ? null : OnMember(map.InterfaceMethods[index]);
    }

    private static FlushMode? OnMember(MemberInfo member) => member.GetCustomAttribute<FlushTraceAttribute>(inherit: true)?.Mode;
}
