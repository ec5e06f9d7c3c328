using System.Diagnostics.CodeAnalysis;

namespace WorkerTracing;

/// <summary>
/// The one place that catches whatever the integration may throw. A job listener that throws keeps Quartz from running the job, and an
/// activity listener that
/// throws breaks the run that it listens to: neither is a price for a trace.
/// </summary>
internal static class Boundary
{
    private const string Justification = "The boundary of the integration: a job runs, traced or not.";

    [SuppressMessage("Design", "CA1031", Justification = Justification)]
    public static void Guard<TArgument>(JobTracer tracer, TArgument argument, Action<TArgument> action)
    {
        try
        {
            action(argument);
        }
        catch (Exception exception)
        {
            tracer.ReportFailure("Quartz", exception);
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = Justification)]
    public static async ValueTask GuardAsync<TArgument>(JobTracer tracer, TArgument argument, Func<TArgument, ValueTask> action)
    {
        try
        {
            await action(argument).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            tracer.ReportFailure("Quartz", exception);
        }
    }
}
