namespace WorkerTracing;

/// <summary>Chooses the <see cref="FlushMode"/> of the jobs of a class, a method or an interface.</summary>
/// <remarks>
/// Looked for on <see cref="JobInfo.Member"/>, then on its type, then on the interfaces of both; the first one found wins.
/// <see cref="JobInfo.Flush"/> and <see cref="WorkerTracingOptions.FlushSelector"/> come before it.
/// </remarks>
/// <param name="mode">The mode for these jobs.</param>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method | AttributeTargets.Interface)]
public sealed class FlushTraceAttribute(FlushMode mode) : Attribute
{
    /// <summary>The mode for these jobs.</summary>
    public FlushMode Mode { get; } = mode;
}
