namespace WorkerTracing;

/// <summary>
/// Completes the firings that Quartz has left without calling the job listener: the listener was removed while the job ran, or an exception
/// of a listener, span processor or log provider of the application ended Quartz's own run of the firing. One timer serves all firings and
/// runs only while there are some.
/// </summary>
internal static class AbandonedFirings
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly ITimer Timer = CreateTimer();

    // 1 while the timer is due. Written by Interlocked.
    private static int _armed;

    /// <summary>Starts the timer unless it is due already. To be called after a firing was announced.</summary>
    public static void Watch()
    {
        if (Volatile.Read(ref _armed) == 0 && Interlocked.Exchange(ref _armed, 1) == 0)
            Timer.Change(Interval, Timeout.InfiniteTimeSpan);
    }

    private static void Sweep()
    {
        Volatile.Write(ref _armed, 0);
        foreach ((_, Firing firing) in Firing.Announced)
            firing.CompleteIfAbandoned();
        if (!Firing.Announced.IsEmpty)
            Watch();
    }

    /// <summary>Creates the timer outside of the current flow, which belongs to the first firing of the process.</summary>
    private static ITimer CreateTimer()
    {
        using AsyncFlowControl? flow = ExecutionContext.IsFlowSuppressed() ? null : ExecutionContext.SuppressFlow();
        return TimeProvider.System.CreateTimer(static _ => Sweep(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }
}
