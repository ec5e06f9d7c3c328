namespace WorkerTracing;

/// <summary>
/// The one place that catches whatever the integration may throw. A job listener that throws keeps Quartz from running the job, and an activity listener that
/// throws breaks the run that it listens to: neither is a price for a trace.
/// </summary>
internal static class Boundary
{
    public static void Guard(Action action)
    {
        try
        {
            action();
        }
        catch (Exception exception)
        {
            QuartzMetrics.Failed(exception);
        }
    }

    public static async ValueTask Guard<TState, TArgument>(TState state, TArgument argument, Func<TState, TArgument, ValueTask> action)
    {
        try
        {
            await action(state, argument).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            QuartzMetrics.Failed(exception);
        }
    }
}
