using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;

namespace WorkerTracing;

/// <summary>Chooses a job's flush mode: by <see cref="JobInfo.Flush"/>, else the selector, else the attribute, else the option.</summary>
internal sealed class FlushModeSelector(WorkerTracingOptions options, Callbacks callbacks)
{
    private static readonly ConcurrentDictionary<MemberInfo, FlushMode?> Attributes = new();

    public FlushMode Select(JobInfo job) =>
        job.Flush
        ?? callbacks.Ask(nameof(options.FlushSelector), options.FlushSelector, job, null)
        ?? (job.Member is null ? null : Attributes.GetOrAdd(job.Member, static member => FromAttribute(member)))
        ?? options.Flush;

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
        Justification = "An interface that was trimmed away cannot carry an attribute that anybody relies on.")]
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
            method = method.GetGenericMethodDefinition(); // the map knows no other
        int index = Array.FindIndex(map.TargetMethods, target => target.MethodHandle == method.MethodHandle);
        return index < 0 ? null : OnMember(map.InterfaceMethods[index]);
    }

    private static FlushMode? OnMember(MemberInfo member) => member.GetCustomAttribute<FlushTraceAttribute>(inherit: true)?.Mode;
}
